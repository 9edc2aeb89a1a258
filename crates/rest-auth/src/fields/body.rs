//! Reading a body: JSON, a form, or a multipart form.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::value::RawValue;

use super::{json_error, number};
use crate::error::Error;

/// A body, read but not yet understood.
#[derive(Debug)]
pub enum Data {
    /// A JSON object. The values stay as they were written, so that no number loses a digit.
    Json(std::collections::HashMap<String, Box<RawValue>>),
    /// Any other JSON value; what Python calls its type.
    OtherJson(&'static str),
    /// A form, in its order.
    Form(Vec<(String, FormValue)>),
}

/// A value of a form.
pub enum FormValue {
    /// Text.
    Text(String),
    /// A file: the name that the client gave it, and its bytes.
    File {
        /// Not to be trusted.
        name: String,
        /// The content.
        content: Bytes,
    },
}

impl std::fmt::Debug for FormValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A form carries passwords.
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::File { name, content } => write!(f, "File({name:?}, {} bytes)", content.len()),
        }
    }
}

impl Data {
    /// The text of a form's field; `None` for any other body.
    pub(crate) fn form_text(&self, name: &str) -> Option<&str> {
        let Self::Form(pairs) = self else { return None };
        pairs.iter().rev().find_map(|(key, value)| match value {
            FormValue::Text(text) if key == name => Some(text.as_str()),
            _ => None,
        })
    }
}

/// Whether the media type is that of a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers).is_ok_and(|media_type| {
        matches!(media_type.essence_str(), "application/x-www-form-urlencoded" | "multipart/form-data")
    })
}

fn content_type(headers: &HeaderMap) -> Result<mime::Mime, String> {
    let text = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let text = text.unwrap_or_default();
    text.parse().map_err(|_| text)
}

/// Reads a body by its media type: DRF's `JSONParser`, `FormParser` and `MultiPartParser`.
///
/// # Errors
/// 415 for any other media type, 400 for a body that is not what its media type says.
pub(crate) async fn parse(headers: &HeaderMap, body: Bytes) -> Result<Data, Error> {
    if body.is_empty() {
        return Ok(Data::Form(Vec::new()));
    }
    let media_type = content_type(headers).map_err(Error::UnsupportedMediaType)?;
    match media_type.essence_str() {
        "application/json" => json(&body),
        "application/x-www-form-urlencoded" => Ok(Data::Form(
            form_urlencoded::parse(&body).map(|(k, v)| (k.into_owned(), FormValue::Text(v.into_owned()))).collect(),
        )),
        "multipart/form-data" => multipart(&media_type, body).await,
        _ => Err(Error::UnsupportedMediaType(media_type.to_string())),
    }
}

fn json(body: &[u8]) -> Result<Data, Error> {
    let refused = |reason: String| Error::Parse(format!("JSON parse error - {reason}"));
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => return Err(refused(json_error::undecodable(body, error))),
    };
    let kind = match text.trim_start_matches([' ', '\t', '\r', '\n']).as_bytes().first() {
        Some(b'{') => {
            return match serde_json::from_str(text) {
                Ok(object) => Ok(Data::Json(object)),
                Err(_) => Err(refused(json_error::explain(text))),
            };
        }
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        Some(b'n') => "NoneType",
        _ if text.contains(['.', 'e', 'E']) => "float",
        _ => "int",
    };
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(Data::OtherJson(kind)),
        Err(_) => Err(refused(json_error::explain(text))),
    }
}

async fn multipart(media_type: &mime::Mime, body: Bytes) -> Result<Data, Error> {
    let Some(boundary) = media_type.get_param(mime::BOUNDARY) else {
        return Err(Error::Parse("Multipart form parse error - Invalid boundary in multipart: None".to_owned()));
    };
    // As the reference does, a body without its last boundary is taken as far as it goes.
    let closing = format!("--{boundary}--");
    let body = if body.trim_ascii_end().ends_with(closing.as_bytes()) {
        body
    } else {
        Bytes::from([&body[..], b"\r\n", closing.as_bytes()].concat())
    };
    let stream = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
    let mut parts = multer::Multipart::new(stream, boundary.as_str());
    let mut pairs = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let file = part.file_name().map(str::to_owned);
        let Ok(content) = part.bytes().await else { break };
        let value = match file {
            Some(file) => FormValue::File { name: file, content },
            None => FormValue::Text(String::from_utf8_lossy(&content).into_owned()),
        };
        pairs.push((name, value));
    }
    Ok(Data::Form(pairs))
}

/// A JSON value as a text field sees it.
pub(crate) enum JsonValue {
    /// `null`.
    Null,
    /// A string, or a number as Python writes it.
    Text(String),
    /// A string with half of a surrogate pair, which no Unicode text can hold: its code.
    Surrogate(u16),
    /// `true`, `false`, a list, an object.
    Other,
}

impl JsonValue {
    pub(crate) fn of(raw: &RawValue) -> Self {
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b'"') => match serde_json::from_str(raw) {
                Ok(text) => Self::Text(text),
                Err(_) => json_error::lone_surrogate(raw).map_or(Self::Other, Self::Surrogate),
            },
            Some(b'-' | b'0'..=b'9') => Self::Text(number::as_python_writes(raw)),
            _ => Self::Other,
        }
    }
}
