//! Reading a body: JSON, a form, or a multipart form.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::value::RawValue;

use super::upload::{self, Upload};
use super::{Field, Kind, json_error, number};
use crate::error::Error;
use crate::pairs::Pairs;

/// A body, read but not yet understood.
pub(crate) enum Data {
    /// A JSON object. The values stay as they were written, so that no number loses a digit.
    Json(Pairs<Box<RawValue>>),
    /// Any other JSON value; what Python calls its type.
    OtherJson(&'static str),
    /// A form, in its order.
    Form(Vec<(String, FormValue)>),
}

/// A value of a form.
#[derive(Clone)]
pub(crate) enum FormValue {
    /// Text.
    Text(String),
    /// A file.
    File(Upload),
}

/// A field's value as it was sent.
pub(super) enum Given<'a> {
    Json(&'a RawValue),
    /// A form's text.
    Text(&'a str),
    /// A form's file.
    File(&'a Upload),
}

impl Data {
    pub(super) fn is_form(&self) -> bool {
        matches!(self, Self::Form(_))
    }

    /// What was sent for a field; of several values, the last.
    pub(super) fn given(&self, name: &str) -> Option<Given<'_>> {
        match self {
            Self::Json(object) => object.last(name).map(|raw| Given::Json(raw)),
            Self::OtherJson(_) => None,
            Self::Form(pairs) => pairs.iter().rev().find(|(held, _)| held == name).map(|(_, value)| match value {
                FormValue::Text(text) => Given::Text(text),
                FormValue::File(upload) => Given::File(upload),
            }),
        }
    }

    /// What was sent for a nested object: in JSON an object, in a form the fields `NAME.…`.
    pub(crate) fn nested(&self, name: &str) -> Option<Self> {
        match self {
            Self::Json(object) => Some(match object.last(name)?.get() {
                text if text.starts_with('{') => match serde_json::from_str(text) {
                    Ok(object) => Self::Json(object),
                    // Half of a surrogate pair in a name.
                    Err(_) => Self::OtherJson("dict"),
                },
                text => Self::OtherJson(python_type(text)),
            }),
            Self::OtherJson(_) => None,
            Self::Form(pairs) => {
                let inner: Vec<_> = pairs
                    .iter()
                    .filter_map(|(held, value)| {
                        let inner = held.strip_prefix(name)?.strip_prefix('.').filter(|inner| !inner.is_empty())?;
                        Some((inner.to_owned(), value.clone()))
                    })
                    .collect();
                (!inner.is_empty()).then_some(Self::Form(inner))
            }
        }
    }

    /// The file that came for a field; of several, the last.
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        match self.given(name) {
            Some(Given::File(upload)) => Some(upload),
            _ => None,
        }
    }

    /// The pictures that came for these fields, nested ones among them.
    pub(crate) fn pictures(&self, fields: &[Field]) -> Vec<Upload> {
        let of_field = |field: &Field| match field.kind {
            Kind::Image => self.upload(&field.name).cloned().into_iter().collect(),
            Kind::Nested => self.nested(&field.name).map(|nested| nested.pictures(&field.fields)).unwrap_or_default(),
            _ => Vec::new(),
        };
        fields.iter().flat_map(of_field).collect()
    }

    /// The text of a form's field; `None` for any other body.
    pub(crate) fn form_text(&self, name: &str) -> Option<&str> {
        let Self::Form(pairs) = self else { return None };
        pairs.iter().rev().find_map(|(key, value)| match value {
            FormValue::Text(text) if key == name => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A media type: what stands before the first semicolon of `Content-Type`, and the parameters behind it.
struct MediaType {
    sent: String,
}

impl MediaType {
    fn of(headers: &HeaderMap) -> Self {
        let sent =
            headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self { sent: sent.unwrap_or_default() }
    }

    /// Whether it is this one, or a wildcard for it: DRF's `media_type_matches`.
    fn is(&self, kind: &str, subtype: &str) -> bool {
        let essence = self.sent.split(';').next().unwrap_or_default().trim();
        let one_of = |text: &str, name: &str| text == "*" || text.eq_ignore_ascii_case(name);
        essence.split_once('/').is_some_and(|(held, sub)| one_of(held, kind) && one_of(sub, subtype))
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = self.sent.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
        let mut values = parameters.filter(|(held, _)| held.trim().eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.trim().trim_matches('"')).filter(|value| !value.is_empty())
    }
}

/// The most fields of a form: `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
const MAX_FIELDS: usize = 1000;

/// The most parts of a multipart form that are files: `DATA_UPLOAD_MAX_NUMBER_FILES`.
const MAX_FILES: usize = 100;

/// Whether a body with these headers may hold files.
pub(crate) fn may_hold_files(headers: &HeaderMap) -> bool {
    MediaType::of(headers).is("multipart", "form-data")
}

/// Reads a body by its media type: DRF's `JSONParser`, `FormParser` and `MultiPartParser`. Beside its files it holds so
/// many bytes at most: `DATA_UPLOAD_MAX_MEMORY_SIZE`.
///
/// # Errors
/// 415 for any other media type, 400 for a body that is not what its media type says, 413 for one that is too large.
pub(crate) async fn parse(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Data, Error> {
    if body.is_empty() {
        return Ok(Data::Form(Vec::new()));
    }
    let media_type = MediaType::of(headers);
    let pairs = if media_type.is("application", "json") {
        return json(&body);
    } else if media_type.is("application", "x-www-form-urlencoded") {
        let text =
            |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), FormValue::Text(value.into_owned()));
        form_urlencoded::parse(&body).take(MAX_FIELDS + 1).map(text).collect()
    } else if media_type.is("multipart", "form-data") {
        multipart(&media_type, body, limit).await?
    } else {
        return Err(Error::UnsupportedMediaType(media_type.sent));
    };
    if pairs.len() > MAX_FIELDS {
        return Err(Error::Parse(format!(
            "The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS ({MAX_FIELDS})."
        )));
    }
    Ok(Data::Form(pairs))
}

fn json(body: &[u8]) -> Result<Data, Error> {
    let refused = |reason: String| Error::Parse(format!("JSON parse error - {reason}"));
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => return Err(refused(json_error::undecodable(body, error))),
    };
    let bare = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if bare.starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(object) => Ok(Data::Json(object)),
            Err(_) => Err(refused(json_error::explain(text))),
        };
    }
    let kind = python_type(bare);
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(Data::OtherJson(kind)),
        Err(_) => Err(refused(json_error::explain(text))),
    }
}

/// What Python calls the type of a JSON value that is no object.
fn python_type(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        Some(b'n') => "NoneType",
        _ if json.contains(['.', 'e', 'E']) => "float",
        _ => "int",
    }
}

async fn multipart(media_type: &MediaType, body: Bytes, limit: usize) -> Result<Vec<(String, FormValue)>, Error> {
    let Some(boundary) = media_type.parameter("boundary") else {
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
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut pairs, mut held, mut nameless, mut files) = (Vec::new(), 0, 0, 0);
    while let Ok(Some(part)) = parts.next_field().await {
        let Some(name) = part.name().map(str::to_owned) else {
            nameless += 1;
            if nameless > MAX_FIELDS {
                break;
            }
            continue;
        };
        let file = part.file_name().map(str::to_owned);
        files += usize::from(file.is_some());
        if files > MAX_FILES {
            return Err(Error::Parse(format!(
                "The number of files exceeded settings.DATA_UPLOAD_MAX_NUMBER_FILES ({MAX_FILES})."
            )));
        }
        let Ok(content) = part.bytes().await else { break };
        let value = match file.map(|name| upload::safe_name(&name)) {
            Some(Some(name)) => FormValue::File(Upload::new(name, content)),
            // A form sends this for a file that was not chosen.
            Some(None) => continue,
            None => {
                held += content.len();
                FormValue::Text(String::from_utf8_lossy(&content).into_owned())
            }
        };
        if held > limit {
            return Err(Error::BodyTooLarge(limit));
        }
        pairs.push((name, value));
        if pairs.len() > MAX_FIELDS {
            break;
        }
    }
    Ok(pairs)
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
