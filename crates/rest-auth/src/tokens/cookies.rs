//! The cookies that hold tokens: dj-rest-auth's `set_jwt_cookies` and `unset_jwt_cookies`.

use axum::response::Response;
use cookie::Cookie;

use super::jwt::{self, issue::Pair};
use crate::auth::Auth;
use crate::request::{lasting, removal, set_cookie};

/// The cookies of both tokens, as far as the settings name them.
pub(crate) fn of(auth: &Auth, pair: &Pair) -> Vec<Cookie<'static>> {
    let age = auth.settings().simple_jwt.access_token_lifetime.seconds();
    access(auth, &pair.access, age).into_iter().chain(refresh(auth, &pair.refresh)).collect()
}

/// The cookie of an access token that is good for so many seconds.
pub(crate) fn access(auth: &Auth, token: &str, age: i64) -> Option<Cookie<'static>> {
    let name = auth.settings().rest_auth.jwt_auth_cookie.clone()?;
    Some(cookie(auth, name, token, "/".to_owned(), age))
}

/// The cookie of a refresh token.
pub(crate) fn refresh(auth: &Auth, token: &str) -> Option<Cookie<'static>> {
    let settings = &auth.settings().rest_auth;
    let name = settings.jwt_auth_refresh_cookie.clone()?;
    let age = auth.settings().simple_jwt.refresh_token_lifetime.seconds();
    Some(cookie(auth, name, token, settings.jwt_auth_refresh_cookie_path.clone(), age))
}

fn cookie(auth: &Auth, name: String, token: &str, path: String, age: i64) -> Cookie<'static> {
    let settings = &auth.settings().rest_auth;
    let cookie = Cookie::build((name, token.to_owned()))
        .path(path)
        .secure(settings.jwt_auth_secure)
        .http_only(settings.jwt_auth_httponly)
        .same_site(settings.jwt_auth_samesite.into());
    let cookie = lasting(cookie.build(), Some(age), settings.jwt_auth_cookie_domain.as_deref(), auth.now());
    warn_of_size(&cookie);
    cookie
}

/// The size of the largest cookie that every browser keeps, in bytes.
///
/// The size is that of the name, the value and the attributes (RFC 6265, 6.1).
const LARGEST: usize = 4096;

/// Logs a warning if browsers drop the cookie because of its size.
///
/// The warning names the claim to shorten.
fn warn_of_size(cookie: &Cookie<'_>) {
    // With a usual domain and path, the attributes have about two hundred bytes.
    if cookie.value().len() < LARGEST / 2 {
        return;
    }
    let bytes = cookie.to_string().len();
    if bytes > LARGEST {
        let claim = jwt::largest_claim(cookie.value()).unwrap_or_default();
        tracing::warn!(
            cookie = cookie.name(),
            bytes,
            claim,
            "browsers drop a cookie of more than {LARGEST} bytes. Shorten the claim that is named, which is the largest"
        );
    }
}

/// Takes both cookies from the browser.
pub(crate) fn remove(auth: &Auth, response: &mut Response) {
    let settings = &auth.settings().rest_auth;
    let refresh_path = settings.jwt_auth_refresh_cookie_path.as_str();
    for (name, path) in [(&settings.jwt_auth_cookie, "/"), (&settings.jwt_auth_refresh_cookie, refresh_path)] {
        let Some(name) = name else { continue };
        let domain = settings.jwt_auth_cookie_domain.as_deref();
        set_cookie(response, &removal(name, path, domain, settings.jwt_auth_samesite));
    }
}
