//! The guard of requests that a cookie authenticates against pages of other sites: Django's
//! `CsrfViewMiddleware`, as DRF's `SessionAuthentication` calls it.

use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use cookie::Cookie;

use crate::auth::Auth;
use crate::error::Error;
use crate::methods::Methods;
use crate::request::{Content, Head, Request, lasting, set_cookie};
use crate::signing;
use crate::source::LETTERS_AND_DIGITS;

/// The field of a form that may repeat the secret in place of the header.
const FORM_FIELD: &str = "csrfmiddlewaretoken";

const SECRET_LENGTH: usize = 32;
/// A mask, and behind it the secret under that mask.
const TOKEN_LENGTH: usize = 2 * SECRET_LENGTH;

pub(super) fn new_secret(auth: &Auth) -> String {
    auth.random_string(SECRET_LENGTH, LETTERS_AND_DIGITS)
}

/// The cookie that holds the secret.
pub(super) fn cookie(auth: &Auth, secret: String) -> Cookie<'static> {
    let settings = auth.settings();
    let cookie = Cookie::build((settings.csrf_cookie_name.clone(), secret))
        .path(settings.csrf_cookie_path.clone())
        .secure(settings.csrf_cookie_secure)
        .http_only(settings.csrf_cookie_httponly)
        .same_site(settings.csrf_cookie_samesite.into());
    lasting(cookie.build(), Some(settings.csrf_cookie_age), settings.csrf_cookie_domain.as_deref(), auth.now())
}

/// Whether the request's cookie can be no secret, so that it should be replaced.
pub(super) fn is_malformed(auth: &Auth, head: &Head) -> bool {
    let tokens = head.cookies(&auth.settings().csrf_cookie_name);
    !tokens.is_empty() && tokens.iter().all(|token| misfit(token).is_some())
}

/// Why a text can be neither a secret nor a token.
fn misfit(token: &str) -> Option<&'static str> {
    if ![SECRET_LENGTH, TOKEN_LENGTH].contains(&token.chars().count()) {
        Some("has incorrect length")
    } else if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Some("has invalid characters")
    } else {
        None
    }
}

/// The secret of a token; a bare secret is its own.
fn unmasked(token: &str) -> String {
    if token.len() != TOKEN_LENGTH {
        return token.to_owned();
    }
    let alphabet = LETTERS_AND_DIGITS.as_bytes();
    let place = |byte: u8| alphabet.iter().position(|held| *held == byte).unwrap_or_default();
    let (mask, masked) = token.as_bytes().split_at(SECRET_LENGTH);
    mask.iter()
        .zip(masked)
        .map(|(mask, masked)| {
            let place = (alphabet.len() + place(*masked) - place(*mask)) % alphabet.len();
            char::from(alphabet[place])
        })
        .collect()
}

/// Lets a request through that a page of our own sent. Without its content, the header alone may repeat the
/// secret.
///
/// # Errors
/// 403 with Django's reason; 400 for a body that cannot be read.
pub(crate) async fn guard(auth: &Auth, head: &Head, content: Option<&Content>) -> Result<(), Error> {
    // Django looks into the body of a POST for the secret's repetition, whatever the body is.
    let data = match content {
        Some(content) if head.method == Method::POST => Some(content.data(head).await?),
        _ => None,
    };
    check(auth, head, data.and_then(|data| data.form_text(FORM_FIELD)))
}

/// `GET csrf/`: gives a page the cookie whose secret it must repeat. Django's `ensure_csrf_cookie`.
pub(crate) fn methods() -> Methods {
    Methods::new("Csrf", "Gives the cookie against requests from other sites.")
        .on(Method::GET, |request| Box::pin(give(request)))
        .without_head()
}

/// The cookie, with the secret that the client has already or a new one, and a token for a form.
pub(crate) fn cookie_and_token(auth: &Auth, head: &Head) -> (Cookie<'static>, String) {
    let held = head.cookies(&auth.settings().csrf_cookie_name).into_iter().find(|held| misfit(held).is_none());
    let secret = held.map_or_else(|| new_secret(auth), unmasked);
    let token = masked(auth, &secret);
    // Given again, so that it lasts.
    (cookie(auth, secret), token)
}

/// A token for the secret, another one each time, so that nothing is learned of it by how well a page compresses.
fn masked(auth: &Auth, secret: &str) -> String {
    let alphabet = LETTERS_AND_DIGITS.as_bytes();
    let place = |byte: u8| alphabet.iter().position(|held| *held == byte).unwrap_or_default();
    let mask = auth.random_string(SECRET_LENGTH, LETTERS_AND_DIGITS);
    let shifted = |(mask, byte): (u8, u8)| char::from(alphabet[(place(mask) + place(byte)) % alphabet.len()]);
    let cipher: String = mask.bytes().zip(secret.bytes()).map(shifted).collect();
    mask + &cipher
}

async fn give(request: &mut Request) -> Result<Response, Error> {
    let mut response = Response::new(Body::empty());
    set_cookie(&mut response, &cookie_and_token(&request.auth, &request.head).0);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Cookie"));
    Ok(response)
}

/// The guard itself.
///
/// # Errors
/// 403 with Django's reason.
fn check(auth: &Auth, head: &Head, form_token: Option<&str>) -> Result<(), Error> {
    if head.is_safe() {
        return Ok(());
    }
    let refused = |reason: String| Error::PermissionDenied(format!("CSRF Failed: {reason}"));
    check_origin(auth, head).map_err(refused)?;
    check_token(auth, head, form_token).map_err(refused)
}

fn check_token(auth: &Auth, head: &Head, form_token: Option<&str>) -> Result<(), String> {
    let settings = auth.settings();
    // A page's script may have read any of several cookies.
    let cookies = head.cookies(&settings.csrf_cookie_name);
    let Some(last) = cookies.last() else {
        return Err("CSRF cookie not set.".to_owned());
    };
    if let (true, Some(reason)) = (is_malformed(auth, head), misfit(last)) {
        return Err(format!("CSRF cookie {reason}."));
    }
    let header = settings.csrf_header();
    let (token, place) = match form_token.filter(|token| !token.is_empty()) {
        Some(token) => (token, "POST".to_owned()),
        None => match head.header(header.as_str()) {
            Some(token) => (token, format!("the '{}' HTTP header", capitalized(&header))),
            None => return Err("CSRF token missing.".to_owned()),
        },
    };
    if let Some(reason) = misfit(token) {
        return Err(format!("CSRF token from {place} {reason}."));
    }
    let mut secrets = cookies.iter().filter(|cookie| misfit(cookie).is_none()).map(|cookie| unmasked(cookie));
    if secrets.any(|secret| signing::same(&unmasked(token), &secret)) {
        Ok(())
    } else {
        Err(format!("CSRF token from {place} incorrect."))
    }
}

/// `X-CSRFTOKEN` as Django shows it: `X-Csrftoken`.
fn capitalized(header: &str) -> String {
    let word = |word: &str| {
        let mut word = word.to_lowercase();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        word
    };
    header.split('-').map(word).collect::<Vec<_>>().join("-")
}

fn check_origin(auth: &Auth, head: &Head) -> Result<(), String> {
    let secure = head.is_secure(auth);
    if let Some(origin) = head.latin1(header::ORIGIN) {
        let scheme = if secure { "https" } else { "http" };
        let ours = head.host(auth.settings()).is_some_and(|host| origin == format!("{scheme}://{host}"));
        let trusted = || auth.settings().csrf_trusted_origins.iter().any(|trusted| is_origin(&origin, trusted));
        if ours || trusted() {
            return Ok(());
        }
        return Err(format!("Origin checking failed - {origin} does not match any trusted origins."));
    }
    if secure { check_referer(auth, head) } else { Ok(()) }
}

/// Whether an origin is the trusted one, or one of those that its `*` stands for.
pub(crate) fn is_origin(origin: &str, trusted: &str) -> bool {
    match (trusted.split_once("://"), origin.split_once("://")) {
        (Some((trusted_scheme, host)), Some((scheme, netloc))) if host.contains('*') => {
            scheme == trusted_scheme && is_same_domain(netloc, host.trim_start_matches('*'))
        }
        _ => origin == trusted,
    }
}

/// Whether a host is the pattern or, where that begins with a dot, below it: `is_same_domain`.
fn is_same_domain(host: &str, pattern: &str) -> bool {
    let pattern = pattern.to_lowercase();
    match pattern.strip_prefix('.') {
        Some(parent) => host.ends_with(&pattern) || host == parent,
        None => !pattern.is_empty() && host == pattern,
    }
}

/// The scheme of a URL, and all that stands between its slashes: `urlsplit`. Nothing is normalized, so that
/// nothing is taken for what it only resembles.
fn scheme_and_netloc(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let netloc = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!scheme.is_empty() && !netloc.is_empty()).then_some((scheme, netloc))
}

fn check_referer(auth: &Auth, head: &Head) -> Result<(), String> {
    let Some(referer) = head.latin1(header::REFERER) else {
        return Err("Referer checking failed - no Referer.".to_owned());
    };
    let Some((scheme, netloc)) = scheme_and_netloc(&referer) else {
        return Err("Referer checking failed - Referer is malformed.".to_owned());
    };
    if scheme != "https" {
        return Err("Referer checking failed - Referer is insecure while host is secure.".to_owned());
    }
    let settings = auth.settings();
    let trusted = settings
        .csrf_trusted_origins
        .iter()
        .filter_map(|origin| origin.split_once("://"))
        .any(|(_, host)| is_same_domain(netloc, host.trim_start_matches('*')));
    let ours = settings.csrf_cookie_domain.as_deref().or(head.host(settings));
    if trusted || ours.is_some_and(|ours| is_same_domain(netloc, ours)) {
        Ok(())
    } else {
        Err(format!("Referer checking failed - {referer} does not match any trusted origins."))
    }
}
