//! Columns that are shorter, or hold fewer characters, than in today's Django.

use super::{Examined, Finding};
use crate::fields::Charset;
use crate::store::StoreError;

/// The length of Django's column for password hashes.
const HASH: usize = 128;

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    let settings = examined.settings;
    let mut findings = Vec::new();
    let profiles = settings.profiles.iter().map(|profile| profile.table.as_str());
    let outbox = "rest_auth_outbox";
    for table in [settings.user.table.as_str(), "account_emailaddress", outbox].into_iter().chain(profiles) {
        if !examined.has(table) {
            continue;
        }
        let columns = examined.db.text_columns(table).await?;
        let narrow: Vec<&str> =
            columns.iter().filter(|column| column.charset != Charset::All).map(|column| column.name.as_str()).collect();
        if !narrow.is_empty() {
            let problem = format!("the encoding lacks characters of Unicode, in {}", narrow.join(", "));
            let advice = "Convert the table to utf8mb4 (PostgreSQL: the database to UTF8).";
            findings.push(match table == outbox {
                true => Finding::warning(table, problem, format!("A mail with such a character is refused. {advice}")),
                false => Finding::note(table, problem, format!("Clients that send such a character get 400. {advice}")),
            });
        }
        let password = settings.user.called("password").filter(|_| table == settings.user.table);
        let hash = columns.iter().find(|column| password.is_some_and(|name| column.name.eq_ignore_ascii_case(name)));
        if let Some(length) = hash.and_then(|column| column.length).filter(|length| *length < HASH) {
            let problem = format!("the column holds {length} characters, but a hash may have {HASH}");
            let advice = format!("Make it a varchar({HASH}), or registrations and password changes may fail.");
            findings.push(Finding::warning(format!("{table}.password"), problem, advice));
        }
    }
    Ok(findings)
}
