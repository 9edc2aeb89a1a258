//! The key in the mail: the signed number of the address. allauth's `EmailConfirmationHMAC`.

use crate::auth::Auth;
use crate::signing::Signer;

/// allauth's `ACCOUNT_SALT`.
const SALT: &str = "account";

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

pub(super) fn make(auth: &Auth, address: i64) -> String {
    signer(auth).sign_object(&address.to_string(), auth.now())
}

/// The number of the address that the key is for, if it is ours, and not too old.
pub(super) fn address_id(auth: &Auth, key: &str) -> Option<i64> {
    let lifetime = u64::from(auth.settings().account.email_confirmation_expire_days) * SECONDS_OF_A_DAY;
    let (json, signed_at) = signer(auth).open_object_with_time(key)?;
    let now = u64::try_from(auth.now().unix_timestamp()).ok()?;
    if now.saturating_sub(signed_at) > lifetime {
        return None;
    }
    json.parse().ok()
}

fn signer(auth: &Auth) -> Signer<'_> {
    Signer::new(SALT, auth.secret_key(), &auth.settings().secret_key_fallbacks)
}
