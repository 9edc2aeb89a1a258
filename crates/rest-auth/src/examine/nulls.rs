//! Rows with NULL or an unreadable time, which Django's own tables never hold.

use super::{Examined, Finding};
use crate::store::StoreError;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let users = &examined.settings.user.table;
    let mut findings = Vec::new();
    // `hashes.rs` counts missing passwords together with unverifiable hashes.
    let nulls = examined.db.nulls().await?.into_iter().filter(|(.., column, _)| *column != "password");
    for (table, called, column, count) in nulls {
        let place = format!("{table}.{called}");
        let problem = format!("{} NULL", rows(count));
        findings.push(match column {
            _ if table != *users => Finding::warning(place, problem, "Give these rows a value; they count as empty."),
            "is_active" => Finding::warning(place, problem, "These users cannot log in. Give the column a value."),
            "is_staff" | "is_superuser" => Finding::note(place, problem, "These users do not have the right."),
            _ => Finding::note(place, problem, "Clients see null there, as they do with Django."),
        });
    }
    if !examined.has(users) {
        return Ok(findings);
    }
    for (column, count) in examined.db.unreadable_times().await? {
        let problem = format!("{} no time that Django reads", rows(count));
        findings.push(Finding::note(
            format!("{users}.{column}"),
            problem,
            "It counts as null. Write YYYY-MM-DD HH:MM:SS.",
        ));
    }
    Ok(findings)
}

fn rows(count: i64) -> String {
    match count {
        1 => "1 row holds".to_owned(),
        count => format!("{count} rows hold"),
    }
}
