//! The headers in which a proxy describes the request that it forwards.

use axum::http::{Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::request::{Head, Request};

/// The characters that are percent-encoded in the value of a query.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns whether the proxy asks about the preflight of a cross-origin request.
///
/// The proxy names the method in the header `forward_auth.method_header`. A browser sends a preflight without
/// credentials, and the guarded service answers it.
pub(super) fn is_preflight(request: &Request) -> bool {
    let head = &request.head;
    let method = request.auth.settings().forward_auth.method_header.as_deref().and_then(|name| head.header(name));
    method == Some(Method::OPTIONS.as_str())
        && head.headers.contains_key(header::ORIGIN)
        && head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Returns the login page, if the settings name one and a browser asks for a page.
pub(super) fn login_page(request: &Request) -> Option<String> {
    let url = request.auth.settings().forward_auth.login_url.as_deref()?;
    let (head, is_secure) = (&request.head, request.head.is_secure(&request.auth));
    asks_for_a_page(head).then(|| {
        let asked = address(head, is_secure).unwrap_or_default();
        url.replace("{url}", &utf8_percent_encode(&asked, IN_QUERY).to_string())
    })
}

/// Returns whether a browser shows the response to its user, not to a script.
fn asks_for_a_page(head: &Head) -> bool {
    let takes_html = head.header(header::ACCEPT).is_some_and(|accept| {
        accept
            .split(',')
            .any(|range| range.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html"))
    });
    let navigates = head.header("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    takes_html && navigates && !head.headers.contains_key("x-requested-with")
}

/// Returns the address that the browser asked for.
///
/// The proxy names it in `X-Forwarded-Proto`, `-Host` and `-Uri`.
fn address(head: &Head, is_secure: bool) -> Option<String> {
    let path = head.header("x-forwarded-uri").filter(|path| path.starts_with('/'))?;
    let host = head.header("x-forwarded-host").or_else(|| head.header(header::HOST))?;
    let scheme = match head.header("x-forwarded-proto") {
        Some(scheme @ ("http" | "https")) => scheme,
        _ if is_secure => "https",
        _ => "http",
    };
    Some(format!("{scheme}://{host}{path}"))
}
