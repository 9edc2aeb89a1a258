//! Values that Django writes in another way than rest-auth.

use rest_auth::settings::THROTTLE_SCOPES;

use super::django::Known;
use super::lists;
use super::value::{Value, texts};

/// The value for a path, and what was lost on the way.
///
/// # Errors
/// Says why the value cannot be said here.
pub fn value(path: &str, value: &Value, known: &Known) -> Result<(Value, Vec<String>), String> {
    let (value, notes) = match (path, value) {
        ("authentication", classes) => lists::authentication(classes)?,
        ("password_hashers", classes) => lists::hashers(classes)?,
        ("password_validators", validators) => lists::validators(validators)?,
        ("rest_auth.token_model", model) => token_model(model),
        // What allauth took once.
        ("account.email_verification", Value::Bool(mandatory)) => {
            (Value::from(if *mandatory { "mandatory" } else { "optional" }), Vec::new())
        }
        ("session_cookie_samesite" | "csrf_cookie_samesite" | "rest_auth.jwt_auth_samesite", Value::Text(value)) => {
            let capital = value.chars().take(1).flat_map(char::to_uppercase);
            (Value::Text(capital.chain(value.to_lowercase().chars().skip(1)).collect()), Vec::new())
        }
        (
            "session_cookie_samesite" | "csrf_cookie_samesite" | "rest_auth.jwt_auth_samesite",
            Value::None | Value::Bool(false),
        ) => {
            return Err("the cookie has the attribute here; browsers that miss it take it for Lax".to_owned());
        }
        ("secure_proxy_ssl_header", Value::List(pair)) => (proxy_header(pair), Vec::new()),
        ("throttle.rates", Value::Table(rates)) => {
            let (known, others): (Vec<_>, Vec<_>) =
                rates.iter().cloned().partition(|(scope, _)| THROTTLE_SCOPES.contains(&scope.as_str()));
            let without = |(scope, _)| format!("Without counterpart: the scope {scope}.");
            (Value::Table(off_where_none(&known)), others.into_iter().map(without).collect())
        }
        ("account.rate_limits", Value::Table(rates)) => (Value::Table(off_where_none(rates)), Vec::new()),
        (_, value) => (value.clone(), Vec::new()),
    };
    let is_unset = known.find(path).is_some_and(|setting| setting.value.is_null());
    match &value {
        Value::None if is_unset => Ok((value, notes)),
        Value::None => Err("Python's None has no counterpart for it here".to_owned()),
        value if value.to_toml().is_none() => Err("its value is an object of Python's".to_owned()),
        _ => Ok((value, notes)),
    }
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
    let note = "Another model has no place here: keys are kept in the table authtoken_token.".to_owned();
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
