//! What a refresh token is exchanged for. However many requests present one at the same time, one is given the
//! pair that replaces it: the unique index of the blacklist decides, in one transaction.

use super::jwt::TokenError;
use super::jwt::claims::{Claims, Kind, new_jti};
use super::jwt::issue::{access_claims, outstanding, replacing_claims, sign};
use super::jwt::revocation;
use super::reuse;
use crate::auth::Auth;
use crate::error::Error;
use crate::store::{Connection, Dialect, NewOutstandingToken, Rotation, StoreError, User};

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
    let names = &auth.settings().simple_jwt;
    if !names.rotate_refresh_tokens {
        let mut db = auth.store().reader();
        if is_blacklisted(auth, &mut db, presented).await? {
            return Err(TokenError::Blacklisted.into());
        }
        let user = holder(auth, &mut db, presented).await?;
        let access = access_claims(auth, presented, auth.now(), &new_jti(auth));
        return Ok(Renewed { access: sign(auth, &in_force(auth, access, user.as_ref()))?, refresh: None });
    }
    if !names.blacklist {
        let user = holder(auth, &mut auth.store().reader(), presented).await?;
        return Ok(Replacement::of(auth, presented, user.as_ref())?.into());
    }
    let nothing_else = names.blacklist_after_rotation && !names.tracks_rotation();
    match auth.store().dialect() {
        Dialect::Postgres if nothing_else => exchange(auth, presented).await,
        _ => rotate(auth, presented).await,
    }
}

async fn rotate(auth: &Auth, presented: &Claims) -> Result<Renewed, Error> {
    let names = &auth.settings().simple_jwt;
    let mut tx = auth.store().begin().await?;
    if is_blacklisted(auth, &mut tx, presented).await? {
        drop(tx);
        return reuse::answer(auth, presented).await;
    }
    let user = holder(auth, &mut tx, presented).await?;
    if names.blacklist_after_rotation && !blacklist(auth, &mut tx, presented, user.as_ref()).await? {
        drop(tx);
        return reuse::answer(auth, presented).await;
    }
    let replacement = Replacement::of(auth, presented, user.as_ref())?;
    tx.insert_outstanding(&replacement.outstanding(auth, user.as_ref())?).await?;
    if names.tracks_rotation() {
        remember(auth, &mut tx, presented, &replacement).await?;
    }
    tx.commit().await?;
    Ok(replacement.into())
}

/// The same in one statement, which PostgreSQL has for it, and which knows all there is to say about the token. What is read
/// before it is read together with what others read; the index of the blacklist has the last word.
async fn exchange(auth: &Auth, presented: &Claims) -> Result<Renewed, Error> {
    let mut db = auth.store().reader();
    if is_blacklisted(auth, &mut db, presented).await? {
        return Err(TokenError::Blacklisted.into());
    }
    let user = holder(auth, &mut db, presented).await?;
    let replacement = Replacement::of(auth, presented, user.as_ref())?;
    let jti = presented.jti(auth.settings()).ok_or(TokenError::NoId)?;
    let mut db = auth.store().connection().await?;
    match unless_spent(db.exchange(jti, &replacement.outstanding(auth, user.as_ref())?).await)? {
        None => Err(TokenError::Blacklisted.into()),
        Some(true) => Ok(replacement.into()),
        // It is not kept here.
        Some(false) => {
            drop(db);
            rotate(auth, presented).await
        }
    }
}

/// The tokens that replace a refresh token.
struct Replacement {
    claims: Claims,
    refresh: String,
    access_jti: String,
    access: String,
}

impl Replacement {
    fn of(auth: &Auth, presented: &Claims, user: Option<&User>) -> Result<Self, Error> {
        let claims = in_force(auth, replacing_claims(auth, presented), user);
        let refresh = sign(auth, &claims)?;
        let access_jti = new_jti(auth);
        let access = sign(auth, &access_claims(auth, &claims, auth.now(), &access_jti))?;
        Ok(Self { claims, refresh, access_jti, access })
    }

    fn outstanding(&self, auth: &Auth, user: Option<&User>) -> Result<NewOutstandingToken<'_>, Error> {
        outstanding(auth, &self.claims, &self.refresh, user.map(|user| user.id))
    }
}

impl From<Replacement> for Renewed {
    fn from(replacement: Replacement) -> Self {
        Self { access: replacement.access, refresh: Some(replacement.refresh) }
    }
}

/// Returns the claims of a checked token for its successor.
///
/// Their fingerprint is that of the current hash.
pub(crate) fn in_force(auth: &Auth, mut claims: Claims, user: Option<&User>) -> Claims {
    if let Some(user) = user {
        revocation::set(&auth.settings().simple_jwt, &mut claims, user);
    }
    claims
}

async fn remember(auth: &Auth, tx: &mut Connection, parent: &Claims, replacement: &Replacement) -> Result<(), Error> {
    let jti = |claims: &Claims| claims.jti(auth.settings()).unwrap_or_default().to_owned();
    let parent_jti = jti(parent);
    let family = tx.family_of(&parent_jti).await?;
    let (jti, access_jti) = (jti(&replacement.claims), replacement.access_jti.clone());
    Ok(tx.insert_rotation(&Rotation { parent_jti, jti, access_jti, family, rotated_at: auth.now() }).await?)
}

/// Whether the token is on the blacklist, which is looked at before anything else about it.
pub(crate) async fn is_blacklisted(auth: &Auth, db: &mut Connection, claims: &Claims) -> Result<bool, StoreError> {
    match claims.jti(auth.settings()).filter(|_| auth.settings().simple_jwt.blacklist) {
        Some(jti) => db.is_blacklisted(jti).await,
        None => Ok(false),
    }
}

/// The user who holds a refresh token; a token may be about nobody.
///
/// # Errors
/// 401 if the claims are not a refresh token's, if the user is gone or not active, or if the password has changed since
/// and the settings ask for that.
pub(crate) async fn holder(auth: &Auth, db: &mut Connection, claims: &Claims) -> Result<Option<User>, Error> {
    let settings = auth.settings();
    claims.check(settings, Some(Kind::Refresh))?;
    if claims.user_id(settings).is_none_or(|id| ["", "0", "null"].contains(&id.as_str())) {
        return Ok(None);
    }
    let user = claims.user(settings, db).await?;
    let may_log_in = |user: &User| user.is_active || !settings.simple_jwt.check_user_is_active;
    let Some(user) = user.filter(may_log_in) else {
        return Err(Error::authentication_failed("No active account found for the given token."));
    };
    revocation::check(auth, db, claims, &user).await?;
    Ok(Some(user))
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
        Err(error) if error.violation().is_some_and(|violation| !violation.is_primary_key) => Ok(None),
        blacklisted => blacklisted.map(Some),
    }
}
