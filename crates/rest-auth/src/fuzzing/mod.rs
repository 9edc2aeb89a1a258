//! What reads bytes that a stranger sent, for the targets in `fuzz/`: each must hold for any bytes.
//! Not part of the library: it is there for cargo-fuzz, and for the test that goes through what cargo-fuzz kept.

#![allow(missing_docs, clippy::missing_panics_doc, clippy::expect_used)]

#[cfg(test)]
mod tests;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use futures_util::FutureExt;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::error::Error;
use crate::fields::{Data, Field, Form, Kind, parse};
use crate::passwords::{HasherSetting, reads_hash};
use crate::request::Head;
use crate::sessions::codec;
use crate::settings::{Secret, Settings};
use crate::signing::Signer;
use crate::tokens::jwt::{self, keys::Keys};

/// What is held of any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its file.
pub const TARGETS: [(&str, Target); 8] = [
    ("body_form", form),
    ("body_json", json),
    ("body_multipart", multipart),
    ("cookies", cookies),
    ("json_web_token", json_web_token),
    ("password_hash", password_hash),
    ("session", session),
    ("signer", signer),
];

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

fn secret() -> Secret {
    Secret::from("a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw")
}

/// A field of each kind, with every rule that one can have.
fn fields() -> Vec<Field> {
    let plain = vec![
        Field::new("a", Kind::Char).max_length(10).min_length(2),
        Field::new("b", Kind::Text).blank().null(),
        Field::new("c", Kind::Email),
        Field::new("d", Kind::Url).blank(),
        Field::new("e", Kind::Integer).min_value(-5).max_value(500),
        Field::new("f", Kind::Decimal).digits(5, 2).min_value(-5).max_value(500),
        Field::new("g", Kind::Boolean).null(),
        Field::new("h", Kind::Date).null(),
        Field::new("i", Kind::DateTime),
        Field::new("j", Kind::Choice).choices(["x", "y"]).blank(),
        Field::new("k", Kind::Json).null(),
    ];
    let nested = Field::nested("n", plain.clone());
    plain.into_iter().chain([nested]).collect()
}

/// A body that is read, and whose fields are.
fn body(media_type: &str, body: &[u8]) {
    let mut headers = HeaderMap::new();
    let Ok(media_type) = HeaderValue::from_str(media_type) else { return };
    headers.insert(header::CONTENT_TYPE, media_type);
    let read = parse(&headers, Bytes::copy_from_slice(body), usize::MAX)
        .now_or_never()
        .expect("what is in memory is not waited for");
    match read {
        Ok(data) => form_of(&data),
        Err(error) => assert!(matches!(error, Error::Parse(_) | Error::UnsupportedMediaType(_)), "{error}"),
    }
}

fn form_of(data: &Data) {
    let fields = fields();
    for partial in [false, true] {
        match Form::read(&fields, data, partial).and_then(Form::finish) {
            Ok(_) | Err(Error::Invalid(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub fn json(bytes: &[u8]) {
    body("application/json", bytes);
}

pub fn form(bytes: &[u8]) {
    body("application/x-www-form-urlencoded", bytes);
}

/// The first line is what stands behind `boundary=`.
pub fn multipart(bytes: &[u8]) {
    let Some((boundary, rest)) = first_line(bytes) else { return };
    body(&format!("multipart/form-data; boundary={boundary}"), rest);
}

fn first_line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((std::str::from_utf8(line).ok()?.trim_end_matches('\r'), rest.get(1..)?))
}

/// Each line is a header `Cookie`.
pub fn cookies(bytes: &[u8]) {
    let mut request = Request::builder().uri("/");
    let mut lines = 0;
    for line in bytes.split(|byte| *byte == b'\n').take(20) {
        let Ok(value) = HeaderValue::from_bytes(line) else { continue };
        request = request.header(header::COOKIE, value);
        lines += 1;
    }
    let (parts, _) = request.body(Body::empty()).expect("a request").into_parts();
    let head = Head::from(parts);
    for name in ["", "a", "sessionid", "csrftoken"] {
        assert!(head.cookies(name).is_empty() || lines > 0);
        assert_eq!(head.has_cookie(name), !head.cookies(name).is_empty());
    }
}

/// A text is opened as it stands, and behind a signature of ours.
pub fn signer(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let secret = secret();
    let signer = Signer::new("salt", &secret, &[]);
    assert_eq!(signer.open_object(text), None, "nobody else knows the key");
    let signed = signer.sign(text, NOW);
    assert_eq!(signer.open(&signed), Some((text, NOW.unix_timestamp().unsigned_abs())));
    // What is packed is a stranger's here.
    let _ = signer.open_object(&signed);
    assert_eq!(signer.open_object(&signer.sign_object(text, NOW)).as_deref(), Some(text));
}

/// What a session holds is read from any text behind a signature of ours, and is what was written.
pub fn session(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let secret = secret();
    let signer = Signer::new("salt", &secret, &[]);
    let _ = codec::opened(&signer, &signer.sign(text, NOW));
    let Some(data) = codec::opened(&signer, &signer.sign_object(text, NOW)) else { return };
    let stored = codec::signed(&signer, &data, NOW);
    assert!(stored.is_ascii());
    assert!(codec::opened(&signer, &stored) == Some(data), "a session is what was written");
}

pub fn password_hash(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for setting in HasherSetting::defaults() {
        let _ = reads_hash(text, &setting);
    }
}

/// A token is read as it stands, and its text as the claims of one that we signed.
pub fn json_web_token(bytes: &[u8]) {
    let settings = Settings::default();
    let keys = Keys::new(&settings, &secret()).expect("keys");
    let read = |token: &[u8]| {
        let Ok(claims) = jwt::decode_at(&keys, &settings, NOW, token) else { return };
        let _ = (claims.jti(&settings), claims.user_id(&settings), claims.expires());
        for kind in [None, Some(jwt::claims::Kind::Access), Some(jwt::claims::Kind::Refresh)] {
            let _ = claims.check(&settings, kind);
        }
    };
    read(bytes);
    if let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(bytes) {
        let claims = serde_json::from_value(Value::Object(claims)).expect("claims are any object");
        read(keys.sign(&claims).expect("a token").as_bytes());
    }
}
