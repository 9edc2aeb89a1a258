//! Tables and columns that are missing or do not fit.

use super::{Examined, Finding};
use crate::builder::OWN_TABLES;
use crate::readiness;
use crate::store::StoreError;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    if let Some(problem) = examined.db.misfit_of_users().await? {
        let advice = "Requests fail with this table. Correct it, or describe it in [user].";
        findings.push(Finding::error(examined.settings.user.table.clone(), problem, advice));
    }
    let missing = match readiness::missing(examined.store, examined.settings).await {
        Ok(missing) => missing,
        Err(StoreError::UnfitTable { table, problem }) => {
            return Ok(vec![Finding::error(table, problem, "The server does not start with this table.")]);
        }
        Err(error) => return Err(error),
    };
    if missing.iter().all(|table| OWN_TABLES.contains(&table.as_str())) {
        let finding = |name: String| {
            Finding::note(name, "is missing in the database", "`rest-auth migrate` or the first start makes it.")
        };
        findings.extend(missing.into_iter().map(finding));
        return Ok(findings);
    }
    let finding = |name: String| Finding::error(name, "is missing in the database", "Run `rest-auth migrate`.");
    findings.extend(missing.into_iter().map(finding));
    Ok(findings)
}
