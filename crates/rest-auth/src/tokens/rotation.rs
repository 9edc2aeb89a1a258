//! What a refresh token is exchanged for. However many requests present one at the same time, one is given the
//! pair that replaces it: the unique index of the blacklist decides, in one transaction.

use super::jwt::TokenError;
use super::jwt::claims::{Claims, Kind, new_jti};
use super::jwt::issue::{access_claims, outstanding, replacing_claims, sign};
use super::reuse;
use crate::auth::Auth;
use crate::error::Error;
use crate::store::{Connection, Dialect, Rotation, StoreError, User};

/// A new access token, and a new refresh token where they are rotated.
pub(crate) struct Renewed {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
}

/// Exchanges a refresh token whose signature and time are good: SimpleJWT's `TokenRefreshSerializer`.
///
/// # Errors
/// 401 if it is none, is blacklisted, or its user may not log in.
pub(super) async fn renew(auth: &Auth, presented: &Claims) -> Result<Renewed, Error> {
    let rotates = auth.settings().simple_jwt.rotate_refresh_tokens;
    // Nothing is held for this: in a transaction that comes later, the index of the blacklist has the last word.
    let mut db = auth.store().reader();
    if is_blacklisted(auth, &mut db, presented).await? {
        return if rotates { reuse::answer(auth, presented).await } else { Err(TokenError::Blacklisted.into()) };
    }
    let user = holder(auth, &mut db, presented).await?;
    drop(db);
    if rotates {
        return rotate(auth, presented, user).await;
    }
    let access = sign(auth, &access_claims(auth, presented, auth.now(), &new_jti(auth)))?;
    Ok(Renewed { access, refresh: None })
}

async fn rotate(auth: &Auth, presented: &Claims, user: Option<User>) -> Result<Renewed, Error> {
    let names = &auth.settings().simple_jwt;
    let claims = replacing_claims(auth, presented);
    let refresh = sign(auth, &claims)?;
    let new = outstanding(auth, &claims, &refresh, user.as_ref().map(|user| user.id))?;
    let access_jti = new_jti(auth);
    let access = sign(auth, &access_claims(auth, &claims, auth.now(), &access_jti))?;
    if names.blacklist_after_rotation && !names.tracks_rotation() && auth.store().dialect() == Dialect::Postgres {
        let jti = presented.jti(auth.settings()).ok_or(TokenError::NoId)?;
        match unless_spent(auth.store().connection().await?.exchange(jti, &new).await)? {
            Some(true) => return Ok(Renewed { access, refresh: Some(refresh) }),
            // It is not kept yet.
            Some(false) => {}
            None => return reuse::answer(auth, presented).await,
        }
    }
    let mut tx = auth.store().begin().await?;
    if names.blacklist_after_rotation && !blacklist(auth, &mut tx, presented, user.as_ref()).await? {
        drop(tx);
        return reuse::answer(auth, presented).await;
    }
    tx.insert_outstanding(&new).await?;
    if names.tracks_rotation() {
        remember(auth, &mut tx, presented, &claims, access_jti).await?;
    }
    tx.commit().await?;
    Ok(Renewed { access, refresh: Some(refresh) })
}

async fn remember(
    auth: &Auth,
    tx: &mut Connection,
    parent: &Claims,
    child: &Claims,
    access_jti: String,
) -> Result<(), Error> {
    let jti = |claims: &Claims| claims.jti(auth.settings()).unwrap_or_default().to_owned();
    let parent_jti = jti(parent);
    let family = tx.family_of(&parent_jti).await?;
    let rotation = Rotation { parent_jti, jti: jti(child), access_jti, family, rotated_at: auth.now() };
    Ok(tx.insert_rotation(&rotation).await?)
}

/// Whether the token is on the blacklist, which is looked at before anything else about it.
pub(crate) async fn is_blacklisted(auth: &Auth, db: &mut Connection, claims: &Claims) -> Result<bool, StoreError> {
    match claims.jti(auth.settings()) {
        Some(jti) => db.is_blacklisted(jti).await,
        None => Ok(false),
    }
}

/// The user who holds a refresh token; a token may be about nobody.
///
/// # Errors
/// 401 if it is no refresh token, or its user is gone or not active.
pub(crate) async fn holder(auth: &Auth, db: &mut Connection, claims: &Claims) -> Result<Option<User>, Error> {
    let settings = auth.settings();
    claims.check(settings, Some(Kind::Refresh))?;
    if claims.user_id(settings).is_none_or(|id| ["", "0", "null"].contains(&id.as_str())) {
        return Ok(None);
    }
    let user = claims.user(settings, db).await?;
    let may_log_in = |user: &User| user.is_active || !settings.simple_jwt.check_user_is_active;
    match user.filter(may_log_in) {
        Some(user) => Ok(Some(user)),
        None => Err(Error::authentication_failed("No active account found for the given token.")),
    }
}

/// Puts a refresh token on the blacklist: `BlacklistMixin.blacklist`. Tells whether it was not there before; if it
/// was, the transaction is of no more use.
pub(crate) async fn blacklist(
    auth: &Auth,
    tx: &mut Connection,
    claims: &Claims,
    user: Option<&User>,
) -> Result<bool, Error> {
    let (jti, now) = (claims.jti(auth.settings()).ok_or(TokenError::NoId)?, auth.now());
    let mut blacklisted = tx.blacklist(jti, now).await;
    if let Ok(false) = blacklisted {
        // Another server may have issued it without a word to this database.
        let token = sign(auth, claims)?;
        let new = outstanding(auth, claims, &token, user.map(|user| user.id))?;
        blacklisted = match tx.insert_outstanding(&new).await {
            Ok(_) => tx.blacklist(jti, now).await,
            Err(error) => Err(error),
        };
    }
    Ok(unless_spent(blacklisted)?.is_some())
}

/// `None` where another was faster to put the token on the blacklist.
fn unless_spent<T>(blacklisted: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match blacklisted {
        Err(error) if error.is_unique_violation() => Ok(None),
        blacklisted => blacklisted.map(Some),
    }
}
