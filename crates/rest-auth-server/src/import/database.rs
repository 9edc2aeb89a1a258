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
const PATH: &AsciiSet = &PART.remove(b'/').remove(b':').remove(b',');

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Sqlite,
    Postgres,
    Mysql,
}

/// Wrappers of Django's own engines, by the beginning of their name.
const WRAPPERS: [&str; 7] = [
    "django.db.backends.",
    "django.contrib.gis.db.backends.",
    "django_prometheus.db.backends.",
    "dj_db_conn_pool.backends.",
    "timescale.db.backends.",
    "psqlextra.",
    "transaction_hooks.backends.",
];

/// Returns the kind of database that an engine connects to.
fn family(engine: &str) -> Option<Family> {
    let has = |part: &str| engine.contains(part);
    if has("postg") || has("psqlextra") {
        Some(Family::Postgres)
    } else if has("mysql") && !has("mssql") {
        Some(Family::Mysql)
    } else if has("sqlite") || has("spatialite") {
        Some(Family::Sqlite)
    } else {
        None
    }
}

/// The URL of one of Django's databases.
///
/// # Errors
/// Says why there is none, without a password.
pub fn database(settings: &Value) -> Result<Database, String> {
    if settings.table().is_none() {
        return Err("it is no table of settings".to_owned());
    }
    let parts = ["ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT"];
    if let Some(part) = parts.iter().find(|part| settings.get(part) == Some(&Value::Object)) {
        return Err(format!("its {part} is an object of Python's"));
    }
    let engine = text(settings, "ENGINE");
    if engine.is_empty() {
        return Err("it has no ENGINE".to_owned());
    }
    let family =
        family(&engine).ok_or_else(|| format!("rest-auth knows SQLite, PostgreSQL and MySQL, and not {engine}"))?;
    let options = settings.get("OPTIONS").and_then(Value::table).unwrap_or_default();
    let (url, mut query) = match family {
        Family::Sqlite => (sqlite(settings)?, Vec::new()),
        Family::Postgres => (server("postgres", settings, options)?, postgres_socket(settings)),
        Family::Mysql => (server("mysql", settings, options)?, mysql_socket(settings)),
    };
    let mut database = Database { url, timeout: None, notes: Vec::new() };
    if !WRAPPERS.iter().any(|wrapper| engine.starts_with(wrapper)) {
        database.notes.push(format!("The engine {engine} is taken for Django's own."));
    }
    if database.url.starts_with("sqlite://") && !database.url.starts_with("sqlite:///") {
        database.notes.push("The path begins in the folder that rest-auth is started in.".to_owned());
    }
    let zone = text(settings, "TIME_ZONE");
    if family != Family::Postgres && !zone.is_empty() && !is_utc(&zone) {
        let note = format!(
            "TIME_ZONE: Django keeps times of {zone} in it, and rest-auth reads them as UTC, so that they are off."
        );
        database.notes.push(note);
    }
    query.extend(match family {
        Family::Sqlite => sqlite_options(options, &mut database),
        Family::Postgres => postgres_options(options, &mut database.notes),
        Family::Mysql => mysql_options(options, &mut database.notes),
    });
    for (index, (name, value)) in query.iter().enumerate() {
        let mark = if index == 0 && !database.url.contains('?') { '?' } else { '&' };
        database.url.push_str(&format!("{mark}{name}={}", utf8_percent_encode(value, PATH)));
    }
    match Url::parse(&database.url) {
        Ok(_) => Ok(database),
        Err(error) => Err(format!("no URL can be made of it: {error}")),
    }
}

/// Whether a time zone is UTC under one of its names.
pub fn is_utc(zone: &str) -> bool {
    [
        "UTC",
        "Etc/UTC",
        "Etc/GMT",
        "GMT",
        "UCT",
        "Zulu",
        "Universal",
        "Etc/Universal",
        "Etc/Zulu",
        "Etc/UCT",
        "Africa/Abidjan",
    ]
    .contains(&zone)
}

type Query = Vec<(&'static str, String)>;

fn postgres_socket(settings: &Value) -> Query {
    let host = Some(text(settings, "HOST")).filter(|host| host.starts_with('/'));
    host.map(|host| ("host", host)).into_iter().collect()
}

fn mysql_socket(settings: &Value) -> Query {
    let host = Some(text(settings, "HOST")).filter(|host| host.starts_with('/'));
    host.map(|host| ("socket", host)).into_iter().collect()
}

/// Options of a driver that have no effect in rest-auth.
const DRIVERS: [&str; 24] = [
    "isolation_level",
    "pool",
    "server_side_binding",
    "connect_timeout",
    "client_encoding",
    "cursor_factory",
    "prepare_threshold",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "fallback_application_name",
    "sql_mode",
    "use_unicode",
    "read_timeout",
    "write_timeout",
    "autocommit",
    "conv",
    "local_infile",
    "transaction_mode",
    "check_same_thread",
    "use_pure",
    "raise_on_warnings",
];

fn not_carried_over(name: &str, notes: &mut Vec<String>) {
    if !DRIVERS.contains(&name) {
        notes.push(format!("OPTIONS['{name}'] is not carried over."));
    }
}

fn sqlite_options(options: &[(String, Value)], database: &mut Database) -> Query {
    for (name, value) in options {
        let seconds = match value {
            Value::Integer(seconds) => Some(*seconds),
            Value::Float(seconds) => Some(seconds.ceil() as i64),
            Value::Text(seconds) => seconds.parse().ok(),
            _ => None,
        };
        match name.as_str() {
            "timeout" if seconds.is_some_and(|seconds| seconds > 0) => database.timeout = seconds,
            // The database file keeps its journal mode; the other pragmas apply to one connection.
            "init_command" => {}
            _ => not_carried_over(name, &mut database.notes),
        }
    }
    Vec::new()
}

fn postgres_options(options: &[(String, Value)], notes: &mut Vec<String>) -> Query {
    let mut query = Query::new();
    let mut command_line = Vec::new();
    for (name, value) in options {
        let value = plain(value);
        match name.as_str() {
            "sslmode" => query.push(("sslmode", value)),
            "sslrootcert" => query.push(("sslrootcert", value)),
            "sslcert" => query.push(("sslcert", value)),
            "sslkey" => query.push(("sslkey", value)),
            "application_name" => query.push(("application_name", value)),
            "options" => command_line.push(value),
            "assume_role" => command_line.push(format!("-c role={value}")),
            "service" => notes.push(
                "OPTIONS['service'] is not carried over: what pg_service.conf says belongs into the URL.".to_owned(),
            ),
            "passfile" => {
                notes.push("OPTIONS['passfile'] is not carried over: name the file in PGPASSFILE.".to_owned())
            }
            _ => not_carried_over(name, notes),
        }
    }
    if !command_line.is_empty() {
        query.push(("options", command_line.join(" ")));
    }
    query
}

fn mysql_options(options: &[(String, Value)], notes: &mut Vec<String>) -> Query {
    let mut query = Query::new();
    let mut mode = None;
    let mut authority = false;
    for (name, value) in options {
        match name.as_str() {
            "charset" => query.push(("charset", plain(value))),
            "collation" => query.push(("collation", plain(value))),
            "unix_socket" => query.push(("socket", plain(value))),
            "ssl_mode" => mode = Some(plain(value).to_lowercase()),
            "ssl_disabled" if value.is_true() => mode = Some("disabled".to_owned()),
            "ssl_verify_identity" if value.is_true() => mode = Some("verify_identity".to_owned()),
            "ssl_verify_cert" if value.is_true() => authority = true,
            "ssl_disabled" | "ssl_verify_identity" | "ssl_verify_cert" => {}
            "ssl_ca" => {
                authority = true;
                query.push(("ssl-ca", plain(value)));
            }
            "ssl_cert" => query.push(("ssl-cert", plain(value))),
            "ssl_key" => query.push(("ssl-key", plain(value))),
            "ssl" => {
                for (name, value) in value.table().unwrap_or_default() {
                    match name.as_str() {
                        "ca" | "ssl_ca" | "ssl-ca" => {
                            authority = true;
                            query.push(("ssl-ca", plain(value)));
                        }
                        "cert" => query.push(("ssl-cert", plain(value))),
                        "key" => query.push(("ssl-key", plain(value))),
                        "check_hostname" if value.is_true() => mode = mode.or(Some("verify_identity".to_owned())),
                        "check_hostname" => {}
                        other => not_carried_over(&format!("ssl']['{other}"), notes),
                    }
                }
                if value.is_true() && !authority {
                    mode = mode.or(Some("required".to_owned()));
                }
            }
            "read_default_file" | "read_default_group" => {
                notes.push(format!("OPTIONS['{name}'] is not carried over: what the file says belongs into the URL."));
            }
            // rest-auth sets a strict mode by itself.
            "init_command"
                if ["sql_mode", "default_storage_engine", "names "]
                    .iter()
                    .any(|part| plain(value).to_lowercase().contains(part)) => {}
            _ => not_carried_over(name, notes),
        }
    }
    // The client library does the same: it verifies if there is a certificate authority.
    if let Some(mode) = mode.or_else(|| authority.then(|| "verify_ca".to_owned())) {
        query.push(("ssl-mode", mode));
    }
    query
}

/// Returns a value as text, for a part of a URL.
fn plain(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        value => value.text().unwrap_or_default().to_owned(),
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
        return Err("only a SQLite database in a file, named by its path, can be shared".to_owned());
    }
    // Only what a URL would take for something else: other characters stay readable.
    let name = name.replace('\\', "/").replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite://{name}"))
}

/// `scheme://user:password@host:port/name`; over a socket, PostgreSQL's driver wants the user in the query.
fn server(scheme: &str, settings: &Value, options: &[(String, Value)]) -> Result<String, String> {
    let [user, password, host, port, name] =
        ["USER", "PASSWORD", "HOST", "PORT", "NAME"].map(|key| text(settings, key));
    if name.is_empty() {
        let file = ["service", "read_default_file"].iter().find(|key| options.iter().any(|(name, _)| name == *key));
        return Err(match file {
            Some(file) => format!("it has no NAME; what OPTIONS['{file}'] leads to belongs into the URL"),
            None => "it has no NAME".to_owned(),
        });
    }
    if host.contains(',') {
        return Err("it has several hosts; rest-auth connects to one".to_owned());
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
            (
                "{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'n', 'HOST': 'db', 'OPTIONS': {'options': '-c search_path=a,public', 'assume_role': 'r', 'pool': True}}",
                "postgres://db/n?options=-c%20search_path%3Da,public%20-c%20role%3Dr",
            ),
            (
                "{'ENGINE': 'django_prometheus.db.backends.mysql', 'NAME': 'n', 'HOST': 'db', 'OPTIONS': {'ssl': {'ca': '/ca.pem'}, 'init_command': \"SET sql_mode='STRICT_TRANS_TABLES'\"}}",
                "mysql://db/n?ssl-ca=/ca.pem&ssl-mode=verify_ca",
            ),
            (
                "{'ENGINE': 'django.db.backends.mysql', 'NAME': 'n', 'HOST': 'db', 'OPTIONS': {'ssl_mode': 'VERIFY_IDENTITY', 'ssl': {'ca': '/ca.pem'}}}",
                "mysql://db/n?ssl-ca=/ca.pem&ssl-mode=verify_identity",
            ),
            (
                "{'ENGINE': 'django.db.backends.mysql', 'NAME': 'n', 'HOST': 'db', 'OPTIONS': {'ssl': {'fake': True}}}",
                "mysql://db/n?ssl-mode=required",
            ),
        ] {
            assert_eq!(url(settings).as_deref(), Ok(expected));
        }
        for unknown in ["oracle", "dummy", "cockroachdb"] {
            assert!(url(&format!("{{'ENGINE': 'django.db.backends.{unknown}', 'NAME': 'x'}}")).is_err());
        }
        for nothing in ["{}", "{'ENGINE': None, 'NAME': 'x'}", "{'ENGINE': 'mssql', 'NAME': 'x'}", "'x'"] {
            assert!(url(nothing).is_err());
        }
        assert!(url("{'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}").is_err());
    }
}
