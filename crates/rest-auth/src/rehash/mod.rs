//! Keeps sessions and tokens alive when a login replaces the user's hash.
//!
//! A login hashes the password again if the stored hash has another algorithm or cost. The password stays the same, so
//! sessions that were made under the replaced hash, and tokens with its fingerprint, do not end.
//!
//! Sessions and tokens are first compared with the current hash. Only if that fails, the server reads the table of
//! replaced hashes. Its rows hold HMACs under the secret key. A row counts as long as the current hash is the one that
//! took over. So a change of the password ends earlier sessions and tokens, even if Django changes it.

#[cfg(test)]
mod tests;

use crate::auth::Auth;
use crate::error::Error;
use crate::sessions;
use crate::settings::Secret;
use crate::signing;
use crate::store::{Connection, Replaced, StoreError, User};
use crate::tokens::jwt::revocation;

const SALT: &str = "rest_auth.replaced_hash";

/// A value that depends on a user's hash.
#[derive(Clone, Copy)]
pub(crate) enum Held<'a> {
    /// The hash that a session holds.
    Session(&'a str),
    /// The fingerprint that a token holds.
    Token(&'a str),
    /// The hash itself.
    Hash(&'a str),
}

impl Held<'_> {
    /// Returns the value's digest in the table.
    ///
    /// The digests of two users with the same hash differ.
    fn digest(self, user: &User, secret: &Secret) -> String {
        let (kind, value) = match self {
            Self::Session(value) => ("session", value),
            Self::Token(value) => ("token", value),
            Self::Hash(value) => ("hash", value),
        };
        signing::salted_hmac_hex(SALT, &format!("{kind}:{}:{value}", user.id), secret)
    }

    /// Returns the value's digests under every secret key.
    fn digests(self, auth: &Auth, user: &User) -> Vec<String> {
        auth.secret_keys().map(|secret| self.digest(user, secret)).collect()
    }
}

/// Replaces the user's hash by another hash of the same password.
///
/// Returns `false` if the password was changed in between.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn replace(auth: &Auth, user: &User, hash: &str) -> Result<bool, Error> {
    let secret = auth.secret_key();
    let of_sessions = auth.secret_keys().map(|key| sessions::hash_of(&user.password, key));
    let mut digests: Vec<String> = of_sessions.map(|held| Held::Session(&held).digest(user, secret)).collect();
    digests.push(Held::Token(&revocation::fingerprint(&user.password)).digest(user, secret));
    digests.dedup();
    let settings = auth.settings();
    let longest = settings.session_cookie_age.max(settings.simple_jwt.refresh_token_lifetime.seconds());
    let replaced = Replaced {
        user: user.id,
        digests,
        hash: Held::Hash(&user.password).digests(auth, user),
        new_hash: Held::Hash(hash).digest(user, secret),
        expires_at: auth.now() + time::Duration::seconds(longest),
    };
    let mut tx = auth.store().begin().await?;
    if !tx.replace_hash(user, hash).await? {
        return Ok(false);
    }
    tx.remember_replaced(&replaced).await?;
    tx.commit().await?;
    Ok(true)
}

/// Returns whether the value was made under an earlier hash of the user's password.
pub(crate) async fn was_made_under_replaced(
    auth: &Auth,
    db: &mut Connection,
    user: &User,
    held: Held<'_>,
) -> Result<bool, StoreError> {
    let hash = Held::Hash(&user.password).digests(auth, user);
    db.is_replaced(&held.digests(auth, user), &hash, auth.now()).await
}
