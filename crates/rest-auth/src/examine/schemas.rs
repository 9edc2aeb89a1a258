//! PostgreSQL's `search_path`: unusable schemas, and tables that hide others.

use std::collections::BTreeMap;

use super::{Examined, Finding};
use crate::store::StoreError;

const PLACE: &str = "search_path";

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let settings = examined.settings;
    let own = settings.profiles.iter().map(|profile| profile.table.clone());
    let own: Vec<String> = own.chain([settings.user.table.clone(), settings.user.groups_table()]).collect();
    let Some(path) = examined.db.search_path(&own).await? else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    for schema in &path.barred {
        let problem =
            format!("the schema {schema} holds tables of Django's, but the role of database_url may not use it");
        findings.push(Finding::error(
            PLACE,
            problem,
            "Grant the role USAGE on the schema, or remove it from the path.",
        ));
    }
    let exists = |schema: &str| path.barred.iter().chain(&path.schemas).any(|known| known == schema);
    // PostgreSQL's default path begins with a schema of the user's name, which few databases have.
    for schema in path.named.iter().filter(|schema| !exists(schema) && !path.is_the_users(schema)) {
        let problem = format!("the schema {schema} does not exist");
        findings.push(Finding::note(PLACE, problem, "Create it, or remove it from the path."));
    }
    let mut schemas: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for placed in &path.tables {
        let held = schemas.entry(&placed.table).or_default();
        // The table that PostgreSQL finds comes first.
        held.insert(if placed.is_found { 0 } else { held.len() }, &placed.schema);
    }
    for (table, held) in schemas.into_iter().filter(|(_, held)| held.len() > 1) {
        let problem =
            format!("the table is in the schemas {}, and queries find the one in {}", held.join(" and "), held[0]);
        let advice = "Remove the table that nothing uses, or name its schema behind the other in the search_path.";
        findings.push(Finding::warning(table, problem, advice));
    }
    Ok(findings)
}
