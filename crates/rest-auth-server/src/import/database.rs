//! `DATABASES` → `database_url`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::value::Value;

/// What becomes of a database.
pub struct Database {
    pub url: String,
    /// How long SQLite waits for another writer, in seconds.
    pub timeout: Option<i64>,
    /// What the URL could not take along.
    pub notes: Vec<String>,
}

/// What needs no escape in a part of a URL.
pub const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &PART.remove(b'/').remove(b':');

/// The URL of one of Django's databases.
///
/// # Errors
/// Says why there is none, without a password.
pub fn database(settings: &Value) -> Result<Database, String> {
    let parts = ["NAME", "USER", "PASSWORD", "HOST", "PORT"];
    if let Some(part) = parts.iter().find(|part| settings.get(part) == Some(&Value::Object)) {
        return Err(format!("its {part} is an object of Python's"));
    }
    let engine = text(settings, "ENGINE");
    let engine = engine.rsplit('.').next().unwrap_or_default();
    let url = match engine {
        "sqlite3" | "spatialite" => sqlite(settings)?,
        "postgresql" | "postgresql_psycopg2" | "postgis" => server("postgres", settings)?,
        "mysql" => server("mysql", settings)?,
        "" => return Err("there is no default database".to_owned()),
        _ => return Err("rest-auth knows SQLite, PostgreSQL and MySQL".to_owned()),
    };
    let mut database = Database { url, timeout: None, notes: Vec::new() };
    if database.url.starts_with("sqlite://") && !database.url.starts_with("sqlite:///") {
        database.notes.push("The path begins in the folder that rest-auth is started in.".to_owned());
    }
    let mut query: Vec<(&str, String)> = Vec::new();
    let host = text(settings, "HOST");
    if host.starts_with('/') || host.is_empty() && engine.starts_with("postg") {
        let name = if engine == "mysql" { "socket" } else { "host" };
        query.extend(Some((name, host)).filter(|(_, host)| !host.is_empty()));
    }
    let options = settings.get("OPTIONS").and_then(Value::table).unwrap_or_default();
    for (name, value) in options {
        let value = match value {
            Value::Integer(number) => number.to_string(),
            value => value.text().unwrap_or_default().to_owned(),
        };
        match (engine, name.as_str()) {
            ("sqlite3" | "spatialite", "timeout") if value.parse::<i64>().is_ok_and(|seconds| seconds > 0) => {
                database.timeout = value.parse().ok();
            }
            ("mysql", "charset") => query.push(("charset", value)),
            ("postgresql" | "postgresql_psycopg2" | "postgis", "sslmode") => query.push(("sslmode", value)),
            ("postgresql" | "postgresql_psycopg2" | "postgis", "sslrootcert") => query.push(("sslrootcert", value)),
            _ => database.notes.push(format!("OPTIONS['{name}'] is not carried over.")),
        }
    }
    for (index, (name, value)) in query.iter().enumerate() {
        let mark = if index == 0 && !database.url.contains('?') { '?' } else { '&' };
        database.url.push_str(&format!("{mark}{name}={}", utf8_percent_encode(value, PATH)));
    }
    match Url::parse(&database.url) {
        Ok(_) => Ok(database),
        Err(error) => Err(format!("no URL can be made of it: {error}")),
    }
}

fn text(settings: &Value, name: &str) -> String {
    match settings.get(name) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Integer(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn sqlite(settings: &Value) -> Result<String, String> {
    let name = text(settings, "NAME");
    if name.is_empty() || name.contains(":memory:") || name.starts_with("file:") {
        return Err("only a SQLite database in a file, by its path, can be shared".to_owned());
    }
    // Only what a URL would take for something else: other characters stay readable.
    let name = name.replace('\\', "/").replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite://{name}"))
}

/// `scheme://user:password@host:port/name`; over a socket, PostgreSQL's driver wants the user in the query.
fn server(scheme: &str, settings: &Value) -> Result<String, String> {
    let [user, password, host, port, name] =
        ["USER", "PASSWORD", "HOST", "PORT", "NAME"].map(|key| text(settings, key));
    if name.is_empty() {
        return Err("it has no NAME".to_owned());
    }
    let encoded = |text: &str| utf8_percent_encode(text, PART).to_string();
    let local = host.is_empty() || host.starts_with('/');
    if local && scheme == "postgres" {
        let query = [("user", &user), ("password", &password), ("port", &port)];
        let query: Vec<String> = query
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={}", encoded(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        return Ok(format!("postgres:///{}{mark}{}", encoded(&name), query.join("&")));
    }
    let host = match host.as_str() {
        _ if local => "localhost".to_owned(),
        host if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let who = match (user.is_empty(), password.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("{}@", encoded(&user)),
        (false, false) => format!("{}:{}@", encoded(&user), encoded(&password)),
    };
    let port = if port.is_empty() { port } else { format!(":{port}") };
    Ok(format!("{scheme}://{who}{host}{port}/{}", encoded(&name)))
}

#[cfg(test)]
mod tests {
    use super::super::python;
    use super::*;

    fn url(settings: &str) -> Result<String, String> {
        database(&python::parse(settings)?).map(|database| database.url)
    }

    #[test]
    fn every_way_to_name_a_database_becomes_a_url() {
        for (settings, expected) in [
            ("{'ENGINE': 'django.db.backends.sqlite3', 'NAME': PosixPath('/srv/a b.db')}", "sqlite:///srv/a b.db"),
            ("{'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}", "sqlite://db.sqlite3"),
            (
                "{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'n', 'USER': 'u', 'PASSWORD': 'p@:/%', 'HOST': 'db', 'PORT': 5433}",
                "postgres://u:p%40%3A%2F%25@db:5433/n",
            ),
            (
                "{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'n', 'USER': 'u', 'HOST': '/run/pg', 'OPTIONS': {'sslmode': 'disable'}}",
                "postgres:///n?user=u&host=/run/pg&sslmode=disable",
            ),
            ("{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'n'}", "postgres:///n"),
            (
                "{'ENGINE': 'x.mysql', 'NAME': 'n', 'USER': 'u', 'HOST': '/run/my.sock'}",
                "mysql://u@localhost/n?socket=/run/my.sock",
            ),
            ("{'ENGINE': 'x.mysql', 'NAME': 'n', 'HOST': '::1', 'PORT': '3306'}", "mysql://[::1]:3306/n"),
        ] {
            assert_eq!(url(settings).as_deref(), Ok(expected));
        }
        assert!(url("{'ENGINE': 'django.db.backends.oracle', 'NAME': 'x'}").is_err());
        assert!(url("{'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}").is_err());
    }
}
