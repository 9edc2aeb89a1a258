//! JSON Web Tokens, as SimpleJWT makes and reads them: `Authorization: Bearer …`, or a cookie.

pub(crate) mod claims;
pub(crate) mod issue;
mod key_files;
mod key_problems;
mod key_text;
pub(crate) mod keys;
pub(crate) mod own_claims;
mod pair;
pub(crate) mod revocation;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_keys;
#[cfg(test)]
mod tests_of_settings;

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{key, several, words_behind};
use crate::auth::Auth;
use crate::current_user::{Credential, CurrentUser};
use crate::error::Error;
use crate::request::{Content, Head};
use crate::sessions::csrf;
use crate::settings::{Authentication, Settings, SimpleJwt};
use claims::{Claims, Kind};
use keys::Keys;

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("Token is invalid")]
    Invalid,
    #[error("Token is expired")]
    Expired,
    #[error("Token has no 'exp' claim")]
    NoExpiration,
    #[error("Token has no id")]
    NoId,
    #[error("Token has no type")]
    NoType,
    #[error("Token has wrong type")]
    WrongType,
    #[error("Token is blacklisted")]
    Blacklisted,
    #[error("No valid refresh token found.")]
    Missing,
}

impl From<TokenError> for Error {
    /// SimpleJWT's `InvalidToken`.
    fn from(error: TokenError) -> Self {
        failed(&error.to_string(), "token_not_valid")
    }
}

fn failed(detail: &str, code: &str) -> Error {
    Error::AuthenticationFailed { detail: detail.to_owned(), extra: Map::from_iter([("code".to_owned(), code.into())]) }
}

/// What a 401 asks for in `WWW-Authenticate`.
pub(crate) fn challenge(settings: &SimpleJwt) -> Option<HeaderValue> {
    let word = settings.auth_header_types.first()?;
    HeaderValue::from_str(&format!("{word} realm=\"api\"")).ok()
}

/// Finds the user of the request's token: dj-rest-auth's `JWTCookieAuthentication`.
///
/// Credentials in the header hide the cookie. A header of another scheme, such as the `Basic` of a proxy, does not.
///
/// # Errors
/// 401 for a token that is not good, and for a user who is gone or inactive; 403 where a request with a cookie may
/// come from another site.
pub(crate) async fn authenticate(
    auth: &Auth,
    head: &Head,
    content: Option<&Content>,
    forgiving: bool,
) -> Result<Option<CurrentUser>, Error> {
    match credentials(auth, head).as_deref() {
        None => by_cookie(auth, head, content, forgiving).await,
        Some([scheme, ..]) if !is_scheme(&auth.settings().simple_jwt, scheme) => Ok(None),
        Some([_, token]) => user_of(auth, token).await.map(Some),
        Some(_) => {
            Err(failed("Authorization header must contain two space-delimited values", "bad_authorization_header"))
        }
    }
}

/// Returns the words of the header with a token, or with a token key if enabled.
pub(crate) fn credentials<'a>(auth: &Auth, head: &'a Head) -> Option<Vec<&'a [u8]>> {
    let settings = &auth.settings().simple_jwt;
    let has_keys = auth.settings().authentication.contains(&Authentication::Token);
    let is_meant = |word: &[u8]| is_scheme(settings, word) || (has_keys && key::is_scheme(word));
    words_behind(&head.headers, settings.header_name(), is_meant)
}

/// Returns whether the word is a scheme of the settings; case does not matter.
fn is_scheme(settings: &SimpleJwt, word: &[u8]) -> bool {
    settings.auth_header_types.iter().any(|held| held.as_bytes().eq_ignore_ascii_case(word))
}

async fn by_cookie(
    auth: &Auth,
    head: &Head,
    content: Option<&Content>,
    forgiving: bool,
) -> Result<Option<CurrentUser>, Error> {
    let settings = &auth.settings().rest_auth;
    let Some(name) = &settings.jwt_auth_cookie else { return Ok(None) };
    let tokens = head.cookies(name);
    let always = settings.jwt_auth_cookie_enforce_csrf_on_unauthenticated;
    let guarded = !tokens.is_empty() && settings.jwt_auth_cookie_use_csrf;
    if always || (guarded && !forgiving) {
        csrf::guard(auth, head, content).await?;
    }
    let Some(user) = user_of_newest(auth, &tokens).await? else { return Ok(None) };
    // A cookie that is worth nothing needs no guard, where it stands in nobody's way.
    if guarded && forgiving && !always {
        csrf::guard(auth, head, content).await?;
    }
    Ok(Some(user))
}

/// Returns the user of the newest valid token in cookies.
///
/// # Errors
/// 401 if there are tokens, but all of them are invalid.
async fn user_of_newest(auth: &Auth, tokens: &[&str]) -> Result<Option<CurrentUser>, Error> {
    let mut refusal = None;
    for token in several::newest_first(auth, tokens) {
        match user_of(auth, token.as_bytes()).await {
            Ok(user) => return Ok(Some(user)),
            Err(error @ Error::AuthenticationFailed { .. }) => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    refusal.map_or(Ok(None), Err)
}

/// The user whom an access token is about.
async fn user_of(auth: &Auth, token: &[u8]) -> Result<CurrentUser, Error> {
    let settings = auth.settings();
    let claims = read(auth, token, Kind::Access).map_err(no_access_token)?;
    if claims.user_id(settings).is_none() {
        return Err(failed("Token contained no recognizable user identification", "token_not_valid"));
    }
    let mut db = auth.store().reader();
    let user = claims.user(settings, &mut db).await?;
    let user = user.ok_or_else(|| failed("User not found", "user_not_found"))?;
    if settings.simple_jwt.check_user_is_active && !user.is_active {
        return Err(failed("User is inactive", "user_inactive"));
    }
    revocation::check(auth, &mut db, &claims, &user).await?;
    Ok(CurrentUser::new(auth, user, Credential::Jwt))
}

/// The claims of a token of this kind, or why it is none. The blacklist is not asked.
pub(crate) fn read(auth: &Auth, token: &[u8], kind: Kind) -> Result<Claims, TokenError> {
    let claims = decode(auth, token)?;
    claims.check(auth.settings(), Some(kind))?;
    Ok(claims)
}

/// The claims of a token that our key signed, and whose time it is: SimpleJWT's `TokenBackend.decode`.
///
/// # Errors
/// If it is expired, or anything else is wrong with it.
pub(crate) fn decode(auth: &Auth, token: &[u8]) -> Result<Claims, TokenError> {
    decode_at(auth.keys(), auth.settings(), auth.now(), token)
}

/// The same at this time.
pub(crate) fn decode_at(
    keys: &Keys,
    settings: &Settings,
    now: OffsetDateTime,
    token: &[u8],
) -> Result<Claims, TokenError> {
    let claims = keys.verify(token).ok_or(TokenError::Invalid)?;
    let (now, leeway) = (now.unix_timestamp(), settings.simple_jwt.leeway.seconds());
    let is_later = |time: Option<i64>| time.is_some_and(|time| time > now + leeway);
    if is_later(claims.seconds("iat")?) || is_later(claims.seconds("nbf")?) {
        return Err(TokenError::Invalid);
    }
    if claims.seconds("exp")?.is_some_and(|exp| exp <= now - leeway) {
        return Err(TokenError::Expired);
    }
    let is_text = |name: &str| claims.get(name).is_none_or(Value::is_string);
    if !is_ours(settings, &claims) || !is_text("sub") || !is_text("jti") {
        return Err(TokenError::Invalid);
    }
    Ok(claims)
}

/// Returns the name of the largest claim of a token.
pub(crate) fn largest_claim(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    claims.into_iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name)
}

/// Whether the token is of the issuer, and for the audience, of the settings.
fn is_ours(settings: &Settings, claims: &Claims) -> bool {
    let names = &settings.simple_jwt;
    let issued = names.issuer.as_ref().is_none_or(|issuer| claims.get("iss").is_some_and(|held| held == issuer));
    let meant = |wanted: &crate::settings::Audience| match claims.get("aud") {
        Some(Value::String(held)) => wanted.includes(held),
        Some(Value::Array(held)) => held.iter().any(|held| held.as_str().is_some_and(|held| wanted.includes(held))),
        _ => false,
    };
    issued && names.audience.as_ref().is_none_or(meant)
}

/// What is said of a token that came as a credential, with what each class of token says.
fn no_access_token(error: TokenError) -> Error {
    let messages = json!([{ "token_class": "AccessToken", "token_type": "access", "message": error.to_string() }]);
    Error::AuthenticationFailed {
        detail: "Given token not valid for any token type".to_owned(),
        extra: Map::from_iter([("code".to_owned(), "token_not_valid".into()), ("messages".to_owned(), messages)]),
    }
}
