//! `EMAIL_HOST` and what belongs to it → one URL.

use percent_encoding::utf8_percent_encode;

use super::database::PART;
use super::django::{Fate, Translation};
use super::source::Entry;
use super::value::Value;

const SERVER: [&str; 6] =
    ["EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL"];

/// Whether the setting says where mails are handed over.
pub fn is_server(name: &str) -> bool {
    SERVER.contains(&name)
}

/// The URL of the server that the settings name together.
pub fn translate(entries: Vec<Entry>) -> Vec<Translation> {
    let mut translations = Vec::new();
    let mut read: Vec<(String, Value)> = Vec::new();
    let is_default = entries.iter().all(|entry| entry.is_default);
    for Entry { name, is_default, value } in entries {
        match value {
            Ok(value) => read.push((name, value)),
            Err(why) => translations.push(Translation { source: name, is_default, fate: Fate::Unreadable(why) }),
        }
    }
    if read.is_empty() {
        return translations;
    }
    let source = read.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let fate = Fate::To { path: "email.smtp_url".to_owned(), value: Value::Text(url(&read)), notes: Vec::new() };
    translations.push(Translation { source, is_default, fate });
    translations
}

fn url(settings: &[(String, Value)]) -> String {
    let find = |name: &str| settings.iter().find(|(found, _)| found == name).map(|(_, value)| value);
    let text = |name: &str| find(name).and_then(Value::text).unwrap_or_default();
    let is_on = |name: &str| find(name).is_some_and(Value::is_true);
    let encoded = |text: &str| utf8_percent_encode(text, PART).to_string();
    let host = Some(text("EMAIL_HOST")).filter(|host| !host.is_empty()).unwrap_or("localhost");
    let port = match find("EMAIL_PORT") {
        Some(Value::Integer(port)) => port.to_string(),
        Some(Value::Text(port)) => port.clone(),
        _ => "25".to_owned(),
    };
    let who = match (text("EMAIL_HOST_USER"), text("EMAIL_HOST_PASSWORD")) {
        ("", _) => String::new(),
        (user, password) => format!("{}:{}@", encoded(user), encoded(password)),
    };
    let scheme = if is_on("EMAIL_USE_SSL") { "smtps" } else { "smtp" };
    let tls = if is_on("EMAIL_USE_TLS") { "?tls=required" } else { "" };
    format!("{scheme}://{who}{host}:{port}{tls}")
}
