//! Addresses that are not in lower case, or differ from another in case alone.

use super::{Examined, Finding};
use crate::store::StoreError;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let users = &examined.settings.user;
    let mut findings = Vec::new();
    for (table, column) in [(users.table.as_str(), users.called("email")), ("account_emailaddress", Some("email"))] {
        let Some(column) = column.filter(|_| examined.has(table)) else { continue };
        let counted = examined.db.mixed_case(table, column).await?;
        let place = format!("{table}.{column}");
        if counted.with_capitals > 0 {
            let problem = format!("addresses that are not in lower case: {}", counted.with_capitals);
            let advice = "They are found even if users type them in another case.";
            findings.push(Finding::note(place.clone(), problem, advice));
        }
        if counted.alike > 0 {
            let problem = format!("addresses that differ from another one in case alone: {}", counted.alike);
            let advice = "Each of them is found only if the user types it exactly as it is stored. Give all but one of them \
                          another address.";
            findings.push(Finding::warning(place, problem, advice));
        }
    }
    Ok(findings)
}
