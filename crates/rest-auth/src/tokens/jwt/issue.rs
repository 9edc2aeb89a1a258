//! Making tokens: SimpleJWT's `RefreshToken.for_user` and its `access_token`.

use time::OffsetDateTime;

use super::claims::{Claims, Kind, new_jti};
use super::{TokenError, own_claims, revocation};
use crate::auth::Auth;
use crate::error::Error;
use crate::settings::{Audience, UserIdField};
use crate::store::{Connection, NewOutstandingToken, User, UserId};

/// An access token, and the refresh token that gives more of them.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// The tokens of a user who is let in.
pub(crate) async fn pair_for(auth: &Auth, tx: &mut Connection, user: &User) -> Result<Pair, Error> {
    let settings = auth.settings();
    let names = &settings.simple_jwt;
    let now = auth.now();
    let mut claims = Claims::new(
        settings,
        Kind::Refresh,
        new_jti(auth),
        now.unix_timestamp(),
        (now + time::Duration::from(names.refresh_token_lifetime)).unix_timestamp(),
    );
    claims.set(
        &names.user_id_claim,
        match names.user_id_field {
            UserIdField::Id => user.id.to_string(),
            UserIdField::Username => user.username.clone(),
        },
    );
    revocation::set(names, &mut claims, user);
    own_claims::add(auth, tx, user, &mut claims).await?;
    let refresh = sign(auth, &claims)?;
    if names.blacklist {
        tx.insert_outstanding(&outstanding(auth, &claims, &refresh, Some(user.id))?).await?;
    }
    let access = sign(auth, &access_claims(auth, &claims, now, &new_jti(auth)))?;
    Ok(Pair { access, refresh })
}

/// The claims of an access token: those of the refresh token, but for what belongs to that alone.
pub(crate) fn access_claims(auth: &Auth, refresh: &Claims, now: OffsetDateTime, jti: &str) -> Claims {
    let settings = auth.settings();
    let expires = now + time::Duration::from(settings.simple_jwt.access_token_lifetime);
    let (now, expires) = (now.unix_timestamp(), expires.unix_timestamp());
    let mut claims = Claims::new(settings, Kind::Access, jti.to_owned(), now, expires);
    let names = &settings.simple_jwt;
    claims.copy_from(refresh, &[&names.token_type_claim, "exp", &names.jti_claim, "jti", "iat"]);
    claims
}

/// The claims of the refresh token that takes the place of this one.
pub(crate) fn replacing_claims(auth: &Auth, refresh: &Claims) -> Claims {
    let (names, now) = (&auth.settings().simple_jwt, auth.now());
    let mut claims = refresh.clone();
    claims.set(&names.jti_claim, new_jti(auth));
    claims.set("exp", (now + time::Duration::from(names.refresh_token_lifetime)).unix_timestamp());
    claims.set("iat", now.unix_timestamp());
    claims
}

/// The token that says this, and whom it is for and who issued it.
pub(crate) fn sign(auth: &Auth, claims: &Claims) -> Result<String, Error> {
    let names = &auth.settings().simple_jwt;
    let mut claims = claims.clone();
    match &names.audience {
        Some(Audience::One(audience)) => claims.set("aud", audience.clone()),
        Some(Audience::Several(audience)) => claims.set("aud", audience.clone()),
        None => {}
    }
    if let Some(issuer) = &names.issuer {
        claims.set("iss", issuer.clone());
    }
    auth.keys().sign(&claims).map_err(Error::internal)
}

/// A refresh token as it is kept.
///
/// # Errors
/// If it has no name or no end, which each of ours has, and each that was checked.
pub(crate) fn outstanding<'a>(
    auth: &Auth,
    claims: &'a Claims,
    token: &'a str,
    user: Option<UserId>,
) -> Result<NewOutstandingToken<'a>, Error> {
    let jti = claims.jti(auth.settings()).ok_or(TokenError::NoId)?;
    let expires_at = claims.expires().ok_or(TokenError::NoExpiration)?;
    Ok(NewOutstandingToken { jti, token, user, created_at: auth.now(), expires_at })
}
