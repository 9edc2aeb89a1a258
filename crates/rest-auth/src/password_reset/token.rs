//! The token in the mail: Django's `PasswordResetTokenGenerator`, or allauth's.
//!
//! The token is a time and a signature over values of the user's row. With allauth, the signature also covers the
//! user's addresses. The token becomes invalid when the password changes.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
///
/// Without allauth, the result is Django's `urlsafe_base64_encode` of the key as a text.
pub(super) fn uid(auth: &Auth, user: &User) -> String {
    if !auth.settings().allauth {
        return URL_SAFE_NO_PAD.encode(user.id.to_string());
    }
    match (user.id.integer(), user.id.uuid()) {
        (Some(number), _) => base36(number),
        (_, uuid) => uuid.map(|uuid| uuid.simple().to_string()).unwrap_or_default(),
    }
}

/// The key of the user that a link means, where users have keys of this kind.
pub(super) fn user_id(auth: &Auth, uid: &str) -> Option<UserId> {
    let (key, allauth) = (auth.settings().user.key, auth.settings().allauth);
    let decoded = if allauth { None } else { Some(from_base64(uid)?) };
    match (key, decoded) {
        (UserKey::Integer, None) => from_base36(uid).map(UserId::from),
        (UserKey::Integer, Some(text)) => text.parse::<i64>().ok().map(UserId::from),
        (UserKey::Uuid, text) => Uuid::try_parse(text.as_deref().unwrap_or(uid)).ok().map(UserId::from),
    }
}

fn from_base64(uid: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?).ok()
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
