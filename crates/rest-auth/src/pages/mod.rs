//! The server's own pages, for applications that have none: plain HTML, which works without a script.

use std::borrow::Cow;

use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::mail::link;
use crate::request::{Request, set_cookie};
use crate::sessions::csrf;
use crate::templates;

/// What a browser may do with a page: show it, with the styles in it, and send its form back to where it comes from.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

impl Request {
    /// A page by its template, whose form, if it has one, will pass [`csrf::guard`].
    pub(crate) fn page(&self, status: StatusCode, name: &str, values: Value) -> Response {
        let (auth, language) = (&self.auth, templates::asked_for(&self.auth, &self.head));
        let (csrf_cookie, csrf_token) = csrf::cookie_and_token(auth, &self.head);
        let site_name = link::site_name(auth.settings(), &link::origin(auth, &self.head));
        let login_url = &auth.settings().frontend.login_url;
        let values = context! { ..values, ..context! { site_name, language, login_url, csrf_token } };
        let Some(text) = auth.templates().render(&format!("pages/{name}.html"), language, &values) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (status, headers(), text).into_response();
        set_cookie(&mut response, &csrf_cookie);
        response
    }

    /// The page that says what went wrong.
    pub(crate) fn error_page(&self, error: Error) -> Response {
        if matches!(error, Error::NotFound) {
            return self.page(StatusCode::NOT_FOUND, "link_invalid", context! {});
        }
        let message = error.to_string();
        // Its cause is logged, and its status and headers are set, where every error's are.
        let mut answer = error.into_response(None);
        let page = self.page(answer.status(), "error", context! { message });
        let (parts, body) = page.into_parts();
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().extend(parts.headers);
        *answer.body_mut() = body;
        answer
    }

    /// A part of the path, counted from its end, where the last is 0.
    pub(crate) fn path_part(&self, from_end: usize) -> Cow<'_, str> {
        let part = self.head.uri.path().trim_end_matches('/').rsplit('/').nth(from_end).unwrap_or_default();
        // Some programs that show mails write a colon as %3A.
        percent_decode_str(part).decode_utf8_lossy()
    }
}

/// The headers of every page.
pub(crate) fn headers() -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // Its address holds a secret.
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept-Language, Cookie"),
    ]
}

/// 302 to somewhere else.
pub(crate) fn redirect(url: &str) -> Result<Response, Error> {
    let location = HeaderValue::from_str(url).map_err(Error::internal)?;
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}
