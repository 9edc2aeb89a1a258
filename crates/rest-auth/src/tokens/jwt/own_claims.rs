//! Claims of the application's own: `[claims]` in the settings, [`Builder::claims`](crate::Builder::claims) in Rust.
//! They are put into a refresh token at login, and every access token gets a copy.

use serde_json::Value;

use super::claims::Claims;
use crate::auth::Auth;
use crate::error::Error;
use crate::hooks::TokenHolder;
use crate::settings::{ClaimValue, Settings};
use crate::store::{Connection, User};

/// Adds them to the claims of a new refresh token.
///
/// # Errors
/// What a function of the application says; 500 for a claim that is not its to make.
pub(super) async fn add(auth: &Auth, tx: &mut Connection, user: &User, claims: &mut Claims) -> Result<(), Error> {
    let settings = auth.settings();
    if settings.claims.is_empty() && !auth.hooks().makes_claims() {
        return Ok(());
    }
    let holder = TokenHolder { user: user.clone(), groups: tx.groups_of(user.id).await? };
    for (name, value) in &settings.claims {
        claims.set(name, readable(name, value_of(*value, &holder))?);
    }
    for (name, value) in auth.hooks().claims(&holder).await? {
        if is_reserved(settings, &name) {
            return Err(Error::internal(format!("the server itself writes the claim {name:?}: give it another name")));
        }
        let value = readable(&name, value)?;
        claims.set(&name, value);
    }
    Ok(())
}

/// The claim for the token's subject, unless that is `user_id_claim`.
pub(crate) const SUBJECT: &str = "sub";

/// Returns the value as every reader of the token accepts it.
///
/// By RFC 7519, "sub" is a text; a number becomes a text.
fn readable(name: &str, value: Value) -> Result<Value, Error> {
    match value {
        Value::Number(number) if name == SUBJECT => Ok(number.to_string().into()),
        Value::String(_) => Ok(value),
        _ if name == SUBJECT => Err(Error::internal("the claim \"sub\" must be a text or a number")),
        value => Ok(value),
    }
}

fn value_of(value: ClaimValue, holder: &TokenHolder) -> Value {
    let user = &holder.user;
    match value {
        ClaimValue::Pk => serde_json::json!(user.id),
        ClaimValue::Username => user.username.as_str().into(),
        ClaimValue::Email => user.email.as_str().into(),
        ClaimValue::FirstName => user.first_name.as_str().into(),
        ClaimValue::LastName => user.last_name.as_str().into(),
        ClaimValue::IsActive => user.is_active.into(),
        ClaimValue::IsStaff => user.is_staff.into(),
        ClaimValue::IsSuperuser => user.is_superuser.into(),
        ClaimValue::Groups => holder.groups.clone().into(),
    }
}

/// Whether a claim by this name has a meaning of its own.
pub(crate) fn is_reserved(settings: &Settings, name: &str) -> bool {
    let names = &settings.simple_jwt;
    let own = [&names.user_id_claim, &names.token_type_claim, &names.jti_claim, &names.revoke_token_claim];
    ["exp", "iat", "nbf", "aud", "iss", "jti"].contains(&name) || own.iter().any(|held| *held == name)
}
