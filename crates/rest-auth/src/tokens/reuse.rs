//! A refresh token that has been used before: whether it still gives the pair that replaced it, or ends the line
//! that it is of.

use super::jwt::issue::{access_claims, sign};
use super::jwt::{self, TokenError};
use super::rotation::{Renewed, holder};
use crate::auth::Auth;
use crate::error::Error;
use crate::store::{Connection, Rotation};

/// The answer to a token that is on the blacklist.
///
/// # Errors
/// 401, but within the grace, to the immediate parent of the token in force.
pub(super) async fn answer(auth: &Auth, presented: &jwt::claims::Claims) -> Result<Renewed, Error> {
    let settings = &auth.settings().simple_jwt;
    let blacklisted = || TokenError::Blacklisted.into();
    let jti = presented.jti(auth.settings()).filter(|_| settings.tracks_rotation());
    let Some(jti) = jti else { return Err(blacklisted()) };
    // In a turn of its own, which sees what the one that was faster has done.
    let mut tx = auth.store().begin().await?;
    let Some(rotation) = tx.rotation_of(jti).await? else { return Err(blacklisted()) };
    if auth.now() - rotation.rotated_at < time::Duration::from(settings.reuse_grace) {
        let renewed = same_again(auth, &mut tx, &rotation).await?;
        tx.commit().await?;
        return renewed.ok_or_else(blacklisted);
    }
    drop(tx);
    if settings.reuse_detection {
        revoke(auth, &rotation.family).await?;
        tracing::warn!(family = rotation.family.get(..8), "a refresh token was used again, and its line is ended");
    }
    Err(blacklisted())
}

/// Returns whether a spent token still gives the pair that replaced it.
pub(super) async fn is_within_grace(
    auth: &Auth,
    db: &mut Connection,
    spent: &jwt::claims::Claims,
) -> Result<bool, Error> {
    let settings = &auth.settings().simple_jwt;
    let Some(jti) = spent.jti(auth.settings()).filter(|_| settings.reuse_grace.seconds() > 0) else { return Ok(false) };
    let Some(rotation) = db.rotation_of(jti).await? else { return Ok(false) };
    let is_recent = auth.now() - rotation.rotated_at < time::Duration::from(settings.reuse_grace);
    Ok(is_recent && !db.is_blacklisted(&rotation.jti).await?)
}

/// The pair that the rotation gave, if its refresh token is still in force.
async fn same_again(auth: &Auth, tx: &mut Connection, rotation: &Rotation) -> Result<Option<Renewed>, Error> {
    if tx.is_blacklisted(&rotation.jti).await? {
        return Ok(None);
    }
    let Some(refresh) = tx.outstanding_token(&rotation.jti).await? else { return Ok(None) };
    let claims = jwt::decode(auth, refresh.as_bytes())?;
    holder(auth, tx, &claims).await?;
    let access = sign(auth, &access_claims(auth, &claims, rotation.rotated_at, &rotation.access_jti))?;
    Ok(Some(Renewed { access, refresh: Some(refresh) }))
}

/// Blacklists every token of a line. One of them may be rotated meanwhile: whoever is second at the blacklist waits
/// for the first, so that once no more is found alive, none is.
async fn revoke(auth: &Auth, family: &str) -> Result<(), Error> {
    loop {
        let mut tx = auth.store().begin().await?;
        let living = tx.living_of_family(family).await?;
        if living.is_empty() {
            return Ok(());
        }
        for id in living {
            tx.ensure_blacklisted(id, auth.now()).await?;
        }
        tx.commit().await?;
    }
}
