//! The token in the mail: Django's `PasswordResetTokenGenerator`, as allauth extends it by the user's addresses. It
//! is a time and a signature of what the user's row holds, and no longer good once the password changes.

use std::collections::BTreeSet;

use time::format_description::BorrowedFormatItem;
use time::macros::{datetime, format_description};
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::auth::Auth;
use crate::settings::{Secret, UserKey};
use crate::signing;
use crate::store::{User, UserId};

const SALT: &str = "django.contrib.auth.tokens.PasswordResetTokenGenerator";

/// Where Django begins to count the seconds.
const BEGINNING: OffsetDateTime = datetime!(2001-01-01 0:00 UTC);

/// As Python writes a time without fraction and zone.
const WHOLE_SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// A token for the user, who has these addresses.
pub(super) fn make(auth: &Auth, user: &User, addresses: &BTreeSet<String>) -> String {
    at((auth.now() - BEGINNING).whole_seconds(), auth.secret_key(), user, addresses)
}

/// Whether the token is the user's, and not too old.
pub(super) fn is_good(auth: &Auth, token: &str, user: &User, addresses: &BTreeSet<String>) -> bool {
    let Some((time, _)) = token.split_once('-') else { return false };
    let Some(seconds) = from_base36(time) else { return false };
    let is_signed = std::iter::once(auth.secret_key())
        .chain(&auth.settings().secret_key_fallbacks)
        .any(|secret| signing::same(token, &at(seconds, secret, user, addresses)));
    let now = (auth.now() - BEGINNING).whole_seconds();
    is_signed && now - seconds <= auth.settings().password_reset_timeout
}

fn at(seconds: i64, secret: &Secret, user: &User, addresses: &BTreeSet<String>) -> String {
    let last_login = user
        .last_login
        // A time of these years is always written.
        .map(|time| time.to_offset(UtcOffset::UTC).format(WHOLE_SECONDS).unwrap_or_default())
        .unwrap_or_default();
    let addresses = addresses.iter().map(String::as_str).collect::<Vec<_>>().join("|");
    let state = format!("{}{}{last_login}{seconds}{}{addresses}", user.id, user.password, user.email);
    let signature: String = signing::salted_hmac_hex(SALT, &state, secret).chars().step_by(2).collect();
    format!("{}-{signature}", base36(seconds))
}

/// The user's key as it stands in a link: a number in base 36, a UUID without hyphens. allauth's `user_pk_to_url_str`.
pub(super) fn uid(user: &User) -> String {
    match (user.id.integer(), user.id.uuid()) {
        (Some(number), _) => base36(number),
        (_, uuid) => uuid.map(|uuid| uuid.simple().to_string()).unwrap_or_default(),
    }
}

/// The key of the user that a link means, where users have keys of this kind.
pub(super) fn user_id(uid: &str, key: UserKey) -> Option<UserId> {
    match key {
        UserKey::Integer => from_base36(uid).map(UserId::from),
        UserKey::Uuid => Uuid::try_parse(uid).ok().map(UserId::from),
    }
}

fn base36(number: i64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let (mut number, mut digits) = (number.unsigned_abs(), Vec::new());
    loop {
        digits.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn from_base36(text: &str) -> Option<i64> {
    let is_plain = text.len() <= 13 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain { i64::from_str_radix(text, 36).ok() } else { None }
}
