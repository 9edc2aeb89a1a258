//! Several cookies of one name.
//!
//! A browser sends several after the path or the domain of a cookie was changed. The cookie with the longer path comes
//! first, so neither the first nor the last is always the newest.

use std::cmp::Reverse;

use super::jwt::{self, TokenError, claims::Claims};
use super::{reuse, rotation};
use crate::auth::Auth;
use crate::error::Error;
use crate::request::Head;
use crate::store::Connection;

/// Returns the tokens, the newest first; tokens with invalid signatures come last.
pub(crate) fn newest_first<'a>(auth: &Auth, tokens: &[&'a str]) -> Vec<&'a str> {
    let mut tokens = tokens.to_vec();
    if tokens.len() > 1 {
        tokens.sort_by_cached_key(|token| {
            Reverse(jwt::decode(auth, token.as_bytes()).ok().map(|claims| claims.seconds("iat").ok().flatten()))
        });
    }
    tokens
}

/// The refresh tokens in a request's cookies.
pub(super) struct RefreshTokens {
    /// The newest token in force, which is to be exchanged.
    pub(super) newest: Claims,
    /// The other tokens in force.
    pub(super) others: Vec<Claims>,
}

/// Chooses the token to exchange.
///
/// For a single token, the database is not read. If all of several tokens are spent, the token that still gives the
/// pair that replaced it is chosen, or else the newest.
///
/// # Errors
/// 401 if our keys signed no token, or every signed token has expired or is not valid yet.
pub(super) async fn refresh_tokens(auth: &Auth, tokens: &[&str]) -> Result<RefreshTokens, Error> {
    let mut refusal = TokenError::Missing;
    let mut signed = Vec::new();
    for token in newest_first(auth, tokens) {
        match jwt::decode(auth, token.as_bytes()) {
            Ok(claims) => signed.push(claims),
            Err(error) => refusal = error,
        }
    }
    if signed.len() < 2 {
        let newest = signed.pop().ok_or(refusal)?;
        return Ok(RefreshTokens { newest, others: Vec::new() });
    }
    tracing::debug!(
        cookies = signed.len(),
        "a refresh token came in several cookies: former_cookies removes the old ones"
    );
    let mut db = auth.store().connection().await?;
    let (mut in_force, mut spent) = (Vec::new(), Vec::new());
    for claims in signed {
        match is_in_force(auth, &mut db, &claims).await? {
            true => in_force.push(claims),
            false => spent.push(claims),
        }
    }
    if !in_force.is_empty() {
        let newest = in_force.remove(0);
        return Ok(RefreshTokens { newest, others: in_force });
    }
    let mut chosen = 0;
    for (index, claims) in spent.iter().enumerate().rev() {
        if reuse::is_within_grace(auth, &mut db, claims).await? {
            chosen = index;
        }
    }
    Ok(RefreshTokens { newest: spent.swap_remove(chosen), others: Vec::new() })
}

/// Returns whether a refresh with the token would succeed.
async fn is_in_force(auth: &Auth, db: &mut Connection, claims: &Claims) -> Result<bool, Error> {
    if rotation::is_blacklisted(auth, db, claims).await? {
        return Ok(false);
    }
    match rotation::holder(auth, db, claims).await {
        Ok(_) => Ok(true),
        Err(Error::AuthenticationFailed { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends the refresh tokens of further cookies, which the browser then drops.
pub(super) async fn end(auth: &Auth, tokens: &[Claims]) -> Result<(), Error> {
    if tokens.is_empty() || !auth.settings().simple_jwt.blacklist {
        return Ok(());
    }
    for claims in tokens {
        let mut tx = auth.store().begin().await?;
        let user = claims.user(auth.settings(), &mut tx).await?;
        if rotation::blacklist(auth, &mut tx, claims, user.as_ref()).await? {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Ends the refresh tokens in several cookies that a login replaces.
///
/// A single refresh token does not end, as in the reference.
pub(crate) async fn end_replaced(auth: &Auth, head: &Head) -> Result<(), Error> {
    let name = auth.settings().rest_auth.jwt_auth_refresh_cookie.as_deref();
    let tokens = name.map(|name| head.cookies(name)).filter(|tokens| tokens.len() > 1).unwrap_or_default();
    let mut replaced = Vec::new();
    for claims in tokens.iter().filter_map(|token| jwt::decode(auth, token.as_bytes()).ok()) {
        if is_in_force(auth, &mut auth.store().connection().await?, &claims).await? {
            replaced.push(claims);
        }
    }
    end(auth, &replaced).await
}
