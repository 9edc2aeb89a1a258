//! Access tokens that end with the password that they were given for: SimpleJWT's CHECK_REVOKE_TOKEN.

use md5::{Digest, Md5};

use super::claims::Claims;
use crate::settings::SimpleJwt;
use crate::signing;
use crate::store::User;

/// What a token holds of the password's hash: `get_md5_hash_password`. It is compared with what the same function
/// makes, and keeps nothing secret that the hash did not.
pub(super) fn fingerprint(user: &User) -> String {
    Md5::digest(user.password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether the user has another password now.
pub(super) fn is_revoked(names: &SimpleJwt, claims: &Claims, user: &User) -> bool {
    let held = claims.get(&names.revoke_token_claim).and_then(|held| held.as_str());
    names.check_revoke_token && !held.is_some_and(|held| signing::same(held, &fingerprint(user)))
}
