//! An access cookie that is about to run out is renewed on the way back from an application's own handlers, so
//! that whoever is active need not ask for it.

use axum::http::HeaderMap;

use super::jwt::claims::{Kind, new_jti};
use super::jwt::issue::{access_claims, sign};
use super::{cookies, jwt, rotation, several};
use crate::auth::Auth;
use crate::error::Error;
use crate::former_cookies;
use crate::request::{Head, add_cookie, sets_cookie};

/// Renews the cookie if it is time, unless the answer has a word of its own to say about it.
pub(crate) async fn renew(auth: &Auth, head: &Head, answer: &mut HeaderMap) {
    match cookie_for(auth, head).await {
        Ok(Some(cookie)) if !sets_cookie(answer, cookie.name()) => {
            add_cookie(answer, &cookie);
            former_cookies::remove(auth.settings(), answer);
        }
        Ok(_) => {}
        // The answer stands all the same; the next request may have more luck.
        Err(error) => tracing::debug!(%error, "an access cookie was not renewed"),
    }
}

/// The cookie of a new access token, if there is an old one that is about to run out, and beside it a refresh
/// token that is good. That one stays as it is, and the new one does not outlive it.
async fn cookie_for(auth: &Auth, head: &Head) -> Result<Option<cookie::Cookie<'static>>, Error> {
    let (settings, names) = (auth.settings(), &auth.settings().rest_auth);
    let Some(margin) = settings.simple_jwt.refresh_on_activity else { return Ok(None) };
    let newest = |name: &Option<String>, kind: Kind| {
        let tokens = name.as_deref().map(|name| head.cookies(name)).unwrap_or_default();
        several::newest_first(auth, &tokens).into_iter().find_map(|token| jwt::read(auth, token.as_bytes(), kind).ok())
    };
    // Credentials in the header hide the cookie.
    let by_header = jwt::credentials(auth, head).is_some();
    let Some(access) = newest(&names.jwt_auth_cookie, Kind::Access) else { return Ok(None) };
    let Some(refresh) = newest(&names.jwt_auth_refresh_cookie, Kind::Refresh) else { return Ok(None) };
    let (Some(access_ends), Some(refresh_ends)) = (access.expires(), refresh.expires()) else { return Ok(None) };
    let early = access_ends - auth.now() >= time::Duration::from(margin);
    if by_header || early || refresh_ends <= access_ends || access.user_id(settings) != refresh.user_id(settings) {
        return Ok(None);
    }
    let mut db = auth.store().reader();
    if rotation::is_blacklisted(auth, &mut db, &refresh).await? {
        return Ok(None);
    }
    let user = rotation::holder(auth, &mut db, &refresh).await?;
    let claims = access_claims(auth, &refresh, auth.now(), &new_jti(auth));
    let mut claims = rotation::in_force(auth, claims, user.as_ref());
    claims.end_by(refresh_ends);
    let age = claims.expires().map_or(0, |ends| (ends - auth.now()).whole_seconds());
    Ok(cookies::access(auth, &sign(auth, &claims)?, age))
}
