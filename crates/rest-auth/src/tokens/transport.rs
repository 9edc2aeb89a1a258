//! Where the tokens of an answer go: one server may have browsers, which keep them in cookies that no script sees,
//! and apps, which have a safe of their own and want them in the body.

use crate::auth::Auth;
use crate::error::Error;
use crate::request::Head;

/// Where an answer's tokens go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTransport {
    /// Where the settings say: into cookies, as far as they name any.
    Settings,
    /// Into the body alone, the refresh token, too.
    Body,
}

/// What a browser adds to the requests of a page, and no script can leave out.
const MARKS_OF_A_BROWSER: [&str; 6] =
    ["origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"];

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
    let mut cookies = [&settings.jwt_auth_cookie, &settings.jwt_auth_refresh_cookie].into_iter().flatten().peekable();
    let has_cookies = cookies.peek().is_some();
    let holds_tokens = cookies.any(|name| head.cookie(name).is_some());
    let has_marks = MARKS_OF_A_BROWSER.iter().any(|name| head.headers.contains_key(*name));
    if transport == TokenTransport::Body && has_cookies && (holds_tokens || has_marks) {
        return Err(Error::PermissionDenied("Tokens are not given to a browser in the body.".to_owned()));
    }
    Ok(transport)
}
