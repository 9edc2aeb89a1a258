//! Answers as Django REST framework's `JSONRenderer` writes them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let text = match serde_json::to_string(body) {
        // Two line separators that JSON allows and JavaScript once did not; the reference escapes them.
        Ok(text) if text.contains(['\u{2028}', '\u{2029}']) => {
            text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
        }
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().reserve(USUAL_HEADERS);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// About as many headers as an answer has in the end.
const USUAL_HEADERS: usize = 10;

/// 200 with `{"detail": …}`.
pub(crate) fn detail(text: &str) -> Response {
    json(StatusCode::OK, &json!({ "detail": text }))
}

/// A time as Python's `isoformat` has it, with the `Z` of REST framework.
pub(crate) fn time(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    let format = if time.microsecond() == 0 { WHOLE_SECONDS } else { MICROSECONDS };
    // A time of these years is always written.
    time.format(format).unwrap_or_default()
}

const WHOLE_SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// 204.
pub(crate) fn no_content() -> Response {
    (StatusCode::NO_CONTENT, Body::empty()).into_response()
}

/// 200 without a body, where the headers say it all.
pub(crate) fn nothing() -> Response {
    Body::empty().into_response()
}
