//! Where the tokens of an answer go: one server may have browsers, which keep them in cookies that no script sees,
//! and apps, which have a safe of their own and want them in the body.

use axum::http::{HeaderValue, header};

use crate::auth::Auth;
use crate::error::Error;
use crate::request::Head;
use crate::settings::RestAuth;

/// Where an answer's tokens go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTransport {
    /// Where the settings say: into cookies, as far as they name any.
    Settings,
    /// Into the body alone, the refresh token, too.
    Body,
}

/// The headers that a browser adds to a page's requests and no script can remove.
///
/// `Sec-Fetch-Mode` is not among them, because Node's `fetch` sends it, too.
const MARKS_OF_A_BROWSER: [&str; 4] = ["referer", "sec-fetch-site", "sec-fetch-dest", "sec-fetch-user"];

/// Where the answer to this request puts tokens.
///
/// # Errors
/// 403 if a browser asks for them in the body: a page with a hostile script would get a refresh token that it can
/// carry away, where a cookie would have kept it.
pub(crate) fn of(auth: &Auth, head: &Head) -> Result<TokenTransport, Error> {
    let settings = &auth.settings().rest_auth;
    let asked = settings.jwt_transport_header.as_deref().and_then(|name| head.headers.get(name));
    let is_for_body = asked.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"body"));
    let transport = match auth.hooks().token_transport(&head.headers) {
        TokenTransport::Settings if is_for_body => TokenTransport::Body,
        transport => transport,
    };
    let has_cookies = settings.jwt_auth_cookie.is_some() || settings.jwt_auth_refresh_cookie.is_some();
    if transport == TokenTransport::Body && has_cookies && may_be_a_page(settings, head) {
        return Err(Error::PermissionDenied("Tokens are not given to a browser in the body.".to_owned()));
    }
    Ok(transport)
}

/// Returns whether a page in a browser may have sent the request.
///
/// The web view of an app is a browser, too. It differs from a page by its origin, which no page elsewhere can claim.
fn may_be_a_page(settings: &RestAuth, head: &Head) -> bool {
    let is_app = |origin: &HeaderValue| settings.jwt_app_origins.iter().any(|app| app.as_bytes() == origin.as_bytes());
    let mut origins = head.headers.get_all(header::ORIGIN).iter().peekable();
    if origins.peek().is_some() {
        return !origins.all(is_app);
    }
    let mut cookies = [&settings.jwt_auth_cookie, &settings.jwt_auth_refresh_cookie].into_iter().flatten();
    let has_mark = MARKS_OF_A_BROWSER.iter().any(|name| head.headers.contains_key(*name));
    has_mark || cookies.any(|name| head.has_cookie(name))
}
