//! Values that Django writes in another way than rest-auth.

use rest_auth::settings::browser_origin;

use super::database::is_utc;
use super::django::Known;
use super::lists;
use super::site::Site;
use super::value::{Value, texts};

/// The fields that `account.signup_fields` may name.
const SIGNUP_FIELDS: [&str; 5] = ["email", "email2", "username", "password1", "password2"];

/// The value for a path, and what was lost on the way.
///
/// # Errors
/// Says why the value cannot be said here.
pub fn value(path: &str, value: &Value, site: Site<'_>, known: &Known) -> Result<(Value, Vec<String>), String> {
    let default = known.find(path).map(|setting| &setting.value);
    let is_unset = default.is_some_and(serde_json::Value::is_null);
    let (value, notes) = match (path, value) {
        ("authentication", classes) => lists::authentication(classes, site)?,
        ("authentication_backends", backends) => lists::backends(backends),
        ("password_hashers", classes) => lists::hashers(classes)?,
        ("password_validators", validators) => lists::validators(validators)?,
        ("rest_auth.token_model", model) => token_model(model),
        // What allauth took once.
        ("account.email_verification", Value::Bool(mandatory)) => {
            (Value::from(if *mandatory { "mandatory" } else { "optional" }), Vec::new())
        }
        ("account.signup_fields", Value::List(fields)) => signup_fields(fields),
        ("session_cookie_samesite" | "csrf_cookie_samesite" | "rest_auth.jwt_auth_samesite", Value::Text(value)) => {
            let capital = value.chars().take(1).flat_map(char::to_uppercase);
            (Value::Text(capital.chain(value.to_lowercase().chars().skip(1)).collect()), Vec::new())
        }
        (
            "session_cookie_samesite" | "csrf_cookie_samesite" | "rest_auth.jwt_auth_samesite",
            Value::None | Value::Bool(false),
        ) => {
            return Err(
                "the cookie has the attribute SameSite=Lax here; browsers that miss it take it for that".to_owned()
            );
        }
        ("secure_proxy_ssl_header", Value::List(pair)) => (proxy_header(pair), Vec::new()),
        ("csrf_trusted_origins" | "cors_allowed_origins", Value::List(origins)) => self::origins(path, origins),
        ("account.rate_limits", Value::Table(rates)) => (Value::Table(off_where_none(rates)), pages_alone(rates)),
        ("simple_jwt.auth_header_types", Value::Text(word)) => (texts(&[word]), Vec::new()),
        ("media.url", Value::Text(url)) if !url.contains("://") => {
            let url = url.trim_matches('/');
            (Value::Text(format!("/{url}/")), Vec::new())
        }
        ("force_script_name", Value::Text(prefix)) if prefix.len() > 1 => {
            (Value::from(prefix.trim_end_matches('/')), Vec::new())
        }
        // Python treats an empty text as false.
        (_, Value::Text(text)) if text.is_empty() && is_unset => (Value::None, Vec::new()),
        ("email.timeout", Value::None) => (Value::None, Vec::new()),
        (_, value) => match (default, value) {
            (Some(serde_json::Value::Bool(_)), Value::Bool(_)) => (value.clone(), Vec::new()),
            (Some(serde_json::Value::Bool(_)), Value::Text(text)) if !text.is_empty() => {
                (Value::Bool(true), vec![format!("Python takes {text:?} for true, because it is a text.")])
            }
            (Some(serde_json::Value::Bool(_)), value) => (Value::Bool(value.is_true()), Vec::new()),
            _ => (value.clone(), Vec::new()),
        },
    };
    match &value {
        Value::None if is_unset || path == "email.timeout" => Ok((value, notes)),
        Value::None => Err("None has no counterpart for it here, so that the default here is in force".to_owned()),
        value if value.to_toml().is_none() => Err("its value is an object of Python's".to_owned()),
        _ => Ok((value, notes)),
    }
}

/// Returns the fields that registration asks for, and a note on each other one.
fn signup_fields(fields: &[Value]) -> (Value, Vec<String>) {
    let name = |field: &Value| field.text().unwrap_or_default().trim_end_matches('*').to_owned();
    let (known, others): (Vec<_>, Vec<_>) =
        fields.iter().cloned().partition(|field| SIGNUP_FIELDS.contains(&name(field).as_str()));
    let note = |field: &Value| format!("{} is left out: further fields are in registration.fields.", name(field));
    (Value::List(known), others.iter().map(note).collect())
}

/// Returns origins as browsers send them, with notes on changed ones.
///
/// Each has the scheme that Django requires since 4.0, and django-cors-headers since 3.0.
fn origins(path: &str, origins: &[Value]) -> (Value, Vec<String>) {
    let (mut list, mut notes) = (Vec::new(), Vec::new());
    for origin in origins.iter().map(|origin| origin.text().unwrap_or_default()) {
        let spellings = if origin.contains("://") || origin == "null" {
            vec![origin.to_owned()]
        } else {
            let host = origin.strip_prefix('.').map_or(origin.to_owned(), |host| format!("*.{host}"));
            let schemes: &[&str] = if path == "cors_allowed_origins" { &["https", "http"] } else { &["https"] };
            schemes.iter().map(|scheme| format!("{scheme}://{host}")).collect()
        };
        for spelling in spellings {
            let is_pattern = path == "csrf_trusted_origins" && spelling.contains("://*.");
            match browser_origin(&spelling) {
                _ if is_pattern => list.push(Value::Text(spelling)),
                Some(sent) => {
                    if sent != spelling {
                        notes.push(format!("{spelling:?} is written as browsers send it, {sent:?}."));
                    }
                    list.push(Value::Text(sent));
                }
                None if origin.is_empty() => {}
                None => notes.push(format!("{spelling:?} is left out: no browser sends it.")),
            }
        }
    }
    list.dedup();
    (Value::List(list), notes)
}

/// Returns a note if limits of allauth's own pages become limits of endpoints.
fn pages_alone(rates: &[(String, Value)]) -> Vec<String> {
    let pages = rates.iter().any(|(action, rate)| action != "confirm_email" && rate.is_true());
    let note = "allauth limits its own pages by them, and dj-rest-auth's endpoints only by confirm_email; here they limit the endpoints.";
    Some(note.to_owned()).filter(|_| pages).into_iter().collect()
}

/// Returns the differences that result from the site's time zone, unless it is UTC.
pub fn time_zone(zone: &Value) -> Option<String> {
    let zone = zone.text().filter(|zone| !is_utc(zone))?;
    Some(format!(
        "times in responses are in {zone} there and end in Z here, at the same instant; a link to a new password that crosses over is older          or younger by the difference"
    ))
}

/// Returns the differences on a site whose times have no zone (`USE_TZ = False`).
pub fn naive_times(site: Site<'_>) -> String {
    let engine = site.get("DATABASES").and_then(|databases| databases.get("default")?.get("ENGINE")?.text());
    let is_local = site.get("TIME_ZONE").and_then(Value::text).is_none_or(|zone| !is_utc(zone));
    let shown = "times in responses have no offset there and end in Z here";
    if is_local && !engine.is_some_and(|engine| engine.contains("postg")) {
        return format!(
            "Django keeps times of TIME_ZONE in the database, and rest-auth reads and writes them as UTC: sessions, tokens and links end              sooner or later by the difference, on both sides. {shown}"
        );
    }
    shown.to_owned()
}

/// Without a rate there is no limit.
fn off_where_none(rates: &[(String, Value)]) -> Vec<(String, Value)> {
    let off = |rate: &Value| if *rate == Value::None { Value::Bool(false) } else { rate.clone() };
    rates.iter().map(|(name, rate)| (name.clone(), off(rate))).collect()
}

/// Whether there is a model, which is REST framework's own here.
fn token_model(model: &Value) -> (Value, Vec<String>) {
    let theirs = ["rest_framework.authtoken.models.Token", "rest_framework.authtoken.models.TokenProxy"];
    let other = model.is_true() && !model.text().is_some_and(|path| theirs.contains(&path));
    let note = "Keys are in the table authtoken_token here; those of another model are not good.".to_owned();
    (Value::Bool(model.is_true()), Some(note).filter(|_| other).into_iter().collect())
}

/// `('HTTP_X_FORWARDED_PROTO', 'https')` → `["X-Forwarded-Proto", "https"]`.
fn proxy_header(pair: &[Value]) -> Value {
    let words = |name: &str| {
        let capital = |word: &str| {
            let first = word.chars().take(1);
            first.chain(word.to_lowercase().chars().skip(1)).collect::<String>()
        };
        name.split('_').map(capital).collect::<Vec<_>>().join("-")
    };
    match pair {
        [Value::Text(name), Value::Text(value)] => match name.strip_prefix("HTTP_") {
            Some(name) => texts(&[words(name).as_str(), value]),
            None => texts(&[name, value]),
        },
        pair => Value::List(pair.to_vec()),
    }
}
