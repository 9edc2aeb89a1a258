//! Tokens that end when the password changes: SimpleJWT's CHECK_REVOKE_TOKEN.

use md5::{Digest, Md5};

use super::claims::Claims;
use super::failed;
use crate::auth::Auth;
use crate::error::Error;
use crate::rehash::{self, Held};
use crate::settings::SimpleJwt;
use crate::signing;
use crate::store::{Connection, User};

/// What a token holds of the password's hash: `get_md5_hash_password`. It is compared with what the same function
/// makes, and keeps nothing secret that the hash did not.
pub(crate) fn fingerprint(hash: &str) -> String {
    Md5::digest(hash.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Adds the fingerprint of the user's hash to a token, with `check_revoke_token`.
pub(crate) fn set(names: &SimpleJwt, claims: &mut Claims, user: &User) {
    if names.check_revoke_token {
        claims.set(&names.revoke_token_claim, fingerprint(&user.password));
    }
}

/// Refuses a token of any kind that was made before the user's password changed.
///
/// # Errors
/// 401 if the password has changed since.
pub(crate) async fn check(auth: &Auth, db: &mut Connection, claims: &Claims, user: &User) -> Result<(), Error> {
    let names = &auth.settings().simple_jwt;
    if !names.check_revoke_token {
        return Ok(());
    }
    let held = claims.get(&names.revoke_token_claim).and_then(|held| held.as_str());
    let is_of_password = match held {
        None => false,
        Some(held) if signing::same(held, &fingerprint(&user.password)) => true,
        Some(held) => rehash::was_made_under_replaced(auth, db, user, Held::Token(held)).await?,
    };
    if is_of_password { Ok(()) } else { Err(failed("The user's password has been changed.", "password_changed")) }
}
