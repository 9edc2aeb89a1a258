//! What differs from run to run, described by what it must look like.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use regex::Regex;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::client::Response;
use crate::scenario::SECRET_KEY;

/// Captured values, in the order of their capture.
pub type Known = Vec<(String, Value)>;

pub fn mask(value: &Value, known: &Known) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), mask(value, known))).collect(),
        Value::Array(list) => list.iter().map(|value| mask(value, known)).collect(),
        Value::String(text) => mask_text(text, known).into(),
        other => other.clone(),
    }
}

/// A JSON Web Token by what must agree: its header, its claims and its life, and whether the secret signed it.
fn described_jwt(token: &str) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let object = |part: &str| serde_json::from_slice::<BTreeMap<String, Value>>(&bytes(part)?).ok();
    let (header, mut claims) = (object(header)?, object(claims)?);
    let mut hmac = Hmac::<Sha256>::new_from_slice(SECRET_KEY.as_bytes()).ok()?;
    hmac.update(signed.as_bytes());
    let is_signed = if hmac.verify_slice(&bytes(signature)?).is_ok() { "True" } else { "False" };
    let life = claims.remove("exp")?.as_i64()? - claims.remove("iat")?.as_i64()?;
    let jti = claims.remove("jti")?.as_str()?.len();
    Some(format!(
        "<jwt {} signed={is_signed} life={life} jti={jti} claims={}>",
        as_python_writes(&header),
        as_python_writes(&claims)
    ))
}

/// Python's `json.dumps(…, sort_keys=True)` of texts.
fn as_python_writes(object: &BTreeMap<String, Value>) -> String {
    let entries: Vec<String> = object.iter().map(|(key, value)| format!("{key:?}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn mask_text(text: &str, known: &Known) -> String {
    if let Some(description) = described_jwt(text) {
        return description;
    }
    let captured = known.iter().find(|(_, held)| held.as_str() == Some(text) && text.chars().count() > 5);
    if let Some((name, _)) = captured {
        return format!("${{{name}}}");
    }
    let matches = |pattern: &str| Regex::new(pattern).expect("a pattern").is_match(text);
    if matches("^[0-9a-f]{40}$") {
        return "<hex40>".to_owned();
    }
    if matches(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|\+00:00)$") {
        return "<datetime>".to_owned();
    }
    let wait = Regex::new("Expected available in [0-9]+ second").expect("a pattern");
    let text = wait.replace_all(text, "Expected available in N second");
    Regex::new(r"http://127\.0\.0\.1:[0-9]+").expect("a pattern").replace_all(&text, "<origin>").into_owned()
}

/// The headers that are compared.
pub fn headers(headers: &HeaderMap) -> Value {
    let mut shown = Map::new();
    for name in ["content-type", "allow", "www-authenticate", "retry-after"] {
        let Some(value) = headers.get(name) else { continue };
        let value = value.to_str().expect("text");
        let value = match name {
            "allow" => {
                let mut methods: Vec<&str> = value.split(", ").collect();
                methods.sort_unstable();
                methods.join(", ")
            }
            "retry-after" => "<seconds>".to_owned(),
            _ => value.to_owned(),
        };
        shown.insert(name.to_owned(), value.into());
    }
    shown.into()
}

/// Every cookie that is set, attribute by attribute.
pub fn cookies(response: &Response, stateless: bool) -> Option<Value> {
    let mut shown = Map::new();
    for cookie in response.cookies() {
        if stateless && ["sessionid", "csrftoken"].contains(&cookie.name()) {
            continue;
        }
        let mut entry = Map::new();
        let value = match cookie.value() {
            "" => String::new(),
            value => described_jwt(value).unwrap_or_else(|| "<opaque>".to_owned()),
        };
        entry.insert("value".into(), value.into());
        if let Some(expires) = cookie.expires_datetime() {
            entry.insert("expires".into(), if expires.year() == 1970 { "past" } else { "set" }.into());
        }
        if let Some(age) = cookie.max_age() {
            entry.insert("max-age".into(), age.whole_seconds().into());
        }
        for (name, value) in [
            ("path", cookie.path().map(str::to_owned)),
            ("domain", cookie.domain().map(str::to_owned)),
            ("samesite", cookie.same_site().map(|same_site| same_site.to_string())),
        ] {
            if let Some(value) = value {
                entry.insert(name.into(), value.into());
            }
        }
        for (name, set) in [("httponly", cookie.http_only()), ("secure", cookie.secure())] {
            if set == Some(true) {
                entry.insert(name.into(), true.into());
            }
        }
        shown.insert(cookie.name().to_owned(), entry.into());
    }
    (!shown.is_empty()).then_some(shown.into())
}

/// Every difference between two values, with its place.
pub fn differences(want: &Value, got: &Value, place: &str) -> Vec<String> {
    match (want, got) {
        (Value::Object(want), Value::Object(got)) => {
            let missing = want.iter().filter(|(key, _)| !got.contains_key(*key));
            let missing = missing.map(|(key, value)| format!("{place}/{key}: missing, wanted {value}"));
            let surplus = got.iter().filter(|(key, _)| !want.contains_key(*key));
            let surplus = surplus.map(|(key, value)| format!("{place}/{key}: not wanted, got {value}"));
            let both = want.iter().filter_map(|(key, want)| Some((key, want, got.get(key)?)));
            let both = both.flat_map(|(key, want, got)| differences(want, got, &format!("{place}/{key}")));
            missing.chain(surplus).chain(both).collect()
        }
        (Value::Array(want), Value::Array(got)) if want.len() == got.len() => {
            let pairs = want.iter().zip(got).enumerate();
            pairs.flat_map(|(index, (want, got))| differences(want, got, &format!("{place}/{index}"))).collect()
        }
        _ if want == got => Vec::new(),
        _ => vec![format!("{place}: wanted {want}, got {got}")],
    }
}

/// The answer as it is compared.
pub fn answer(response: &Response, body: &Value, known: &Known, stateless: bool) -> Value {
    let mut shown = json!({
        "status": response.status.as_u16(),
        "headers": headers(&response.headers),
        "body": mask(body, known),
    });
    if let Some(cookies) = cookies(response, stateless) {
        shown["cookies"] = cookies;
    }
    shown
}
