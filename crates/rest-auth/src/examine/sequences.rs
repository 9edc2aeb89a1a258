//! PostgreSQL's sequences that are behind the rows of their tables.
//!
//! This happens, for example, after an import with fixed ids.

use super::{Examined, Finding};
use crate::store::StoreError;

/// Django's tables, besides users and profiles, to which the server adds rows.
const COUNTED: [&str; 3] =
    ["account_emailaddress", "token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken"];

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let settings = examined.settings;
    let groups = settings.user.groups_table();
    let own = [settings.user.table.as_str(), groups.as_str()];
    let profiles = settings.profiles.iter().map(|profile| profile.table.as_str());
    let mut findings = Vec::new();
    for table in own.into_iter().chain(COUNTED).chain(profiles) {
        if !examined.has(table) {
            continue;
        }
        let Some(behind) = examined.db.sequence_behind(table).await? else { continue };
        let column = &behind.column;
        let problem = format!(
            "its sequence is at {}, behind the largest number in the table, {}",
            behind.counted, behind.largest
        );
        let advice = format!(
            "Requests that add a row get 503 until the sequence has caught up. Run SELECT \
             setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}."
        );
        findings.push(Finding::error(format!("{table}.{column}"), problem, advice));
    }
    Ok(findings)
}
