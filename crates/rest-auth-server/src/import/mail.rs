//! `EMAIL_BACKEND`, `EMAIL_HOST` and its companions → `[email]`.

use percent_encoding::utf8_percent_encode;

use super::database::PART;
use super::django::{Fate, Translation};
use super::site::Site;
use super::source::Entry;
use super::value::Value;

const SERVER: [&str; 6] =
    ["EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL"];

const SMTP: &str = "django.core.mail.backends.smtp.EmailBackend";

/// How mails leave a site.
enum Way<'a> {
    Smtp,
    /// The project's own queue, which may hand them to the same server.
    Queue(&'a str),
    Console,
    Folder,
    Nowhere,
    Other(&'a str),
}

fn way(backend: &str) -> Way<'_> {
    const QUEUES: [&str; 8] = ["celery", "post_office", "mailer.", "huey", "django_q", "rq_email", "des.", "queue"];
    match backend {
        SMTP => Way::Smtp,
        "django.core.mail.backends.console.EmailBackend" => Way::Console,
        "django.core.mail.backends.filebased.EmailBackend" => Way::Folder,
        "django.core.mail.backends.locmem.EmailBackend" | "django.core.mail.backends.dummy.EmailBackend" => {
            Way::Nowhere
        }
        backend if QUEUES.iter().any(|queue| backend.contains(queue)) => Way::Queue(backend),
        backend => Way::Other(backend),
    }
}

/// Returns whether the setting is about how mails leave.
pub fn is_server(name: &str) -> bool {
    SERVER.contains(&name) || ["EMAIL_BACKEND", "EMAIL_FILE_PATH"].contains(&name)
}

/// Translates the mail settings together.
pub fn translate(entries: Vec<Entry>, site: Site<'_>) -> Vec<Translation> {
    let mut translations = Vec::new();
    let backend = match site.get("EMAIL_BACKEND") {
        Some(value) => value.text().unwrap_or("an object of Python's"),
        None => SMTP,
    };
    let way = way(backend);
    let mut server: Vec<Entry> = Vec::new();
    for entry in entries {
        let Entry { name, is_default, value } = &entry;
        let fate = match (name.as_str(), value) {
            (_, Err(why)) => Fate::Unreadable(why.clone()),
            ("EMAIL_BACKEND", Ok(_)) => of_backend(&way, site),
            ("EMAIL_FILE_PATH", Ok(folder)) => match (&way, folder) {
                (Way::Folder, Value::Text(_)) => {
                    Fate::To { path: "email.folder".to_owned(), value: folder.clone(), notes: Vec::new() }
                }
                _ => Fate::NoPlace("no mail is put into a folder".to_owned()),
            },
            _ if matches!(way, Way::Smtp | Way::Queue(_)) => {
                server.push(entry);
                continue;
            }
            _ => Fate::NoPlace("EMAIL_BACKEND does not use them".to_owned()),
        };
        translations.push(Translation { source: name.clone(), is_default: *is_default, fate });
    }
    if !server.is_empty() {
        let source = server.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ");
        let is_default = server.iter().all(|entry| entry.is_default);
        translations.push(Translation { source, is_default, fate: to_server(&server, site) });
    }
    translations
}

fn of_backend(way: &Way<'_>, site: Site<'_>) -> Fate {
    match way {
        Way::Smtp => Fate::NoPlace("mails go to a server, as here".to_owned()),
        Way::Console => Fate::NoPlace("mails are printed, as here without email.smtp_url".to_owned()),
        Way::Folder if site.get("EMAIL_FILE_PATH").is_some_and(Value::is_true) => {
            Fate::NoPlace("mails are put into a folder, as here".to_owned())
        }
        Way::Folder => Fate::Heed("EMAIL_FILE_PATH names no folder; set email.folder".to_owned()),
        Way::Nowhere => Fate::Heed(
            "no mail leaves there; here mails are printed to standard output until email.smtp_url or email.folder is set".to_owned(),
        ),
        Way::Queue(backend) => Fate::Heed(format!(
            "{backend} queues mails there; rest-auth has a queue of its own, and hands them to the server in email.smtp_url: see \
             whether that is the one which the project's queue uses"
        )),
        Way::Other(backend) => Fate::Heed(format!(
            "mails leave by {backend} there, and by SMTP here. Set email.smtp_url to the provider's server; until then users get no \
             mail, because mails are printed to standard output"
        )),
    }
}

/// Returns `email.smtp_url` for the server that the settings describe together.
fn to_server(server: &[Entry], site: Site<'_>) -> Fate {
    let is_object = |entry: &&Entry| entry.value == Ok(Value::Object);
    if let Some(entry) = server.iter().find(is_object) {
        return Fate::Heed(format!("{} is an object of Python's; set email.smtp_url", entry.name));
    }
    let mut notes: Vec<String> = Vec::new();
    for name in ["EMAIL_USE_TLS", "EMAIL_USE_SSL"] {
        if let Some(Value::Text(text)) = site.get(name)
            && !text.is_empty()
        {
            notes.push(format!("Python takes {name} for true, because it is a text, {text:?}."));
        }
    }
    Fate::To { path: "email.smtp_url".to_owned(), value: Value::Text(url(site)), notes }
}

fn url(site: Site<'_>) -> String {
    let text = |name: &str| site.get(name).and_then(Value::text).unwrap_or_default();
    let is_on = |name: &str| site.get(name).is_some_and(Value::is_true);
    let encoded = |text: &str| utf8_percent_encode(text, PART).to_string();
    let host = Some(text("EMAIL_HOST")).filter(|host| !host.is_empty()).unwrap_or("localhost");
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let port = match site.get("EMAIL_PORT") {
        Some(Value::Integer(port)) => port.to_string(),
        Some(Value::Text(port)) if !port.is_empty() => port.clone(),
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
