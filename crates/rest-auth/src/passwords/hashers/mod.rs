//! Django's password hashes: `algorithm$parameters$salt$hash`, one file an algorithm.

mod argon2;
mod bcrypt;
mod pbkdf2;
mod plain;
mod scrypt;
mod setting;
#[cfg(test)]
mod tests;

pub use setting::{Algorithm, HasherSetting};

use super::step::Step;

/// The most memory that one hash may take, in KiB: 4 GiB. What is stored and wants more is no hash.
const MAX_MEMORY_COST: u32 = 4 << 20;

/// A stored hash, taken apart.
#[derive(Debug, PartialEq)]
pub(super) enum Hash<'a> {
    Pbkdf2(pbkdf2::Hash<'a>),
    Argon2(argon2::Hash<'a>),
    Bcrypt(bcrypt::Hash<'a>),
    Scrypt(scrypt::Hash<'a>),
    Plain(plain::Hash<'a>),
}

/// Takes a stored hash apart; `None` for one that is unusable or of no known kind.
pub(super) fn decode(encoded: &str) -> Option<Hash<'_>> {
    let Some((algorithm, rest)) = encoded.split_once('$') else { return plain::Hash::bare(encoded).map(Hash::Plain) };
    match algorithm {
        "pbkdf2_sha256" => pbkdf2::Hash::decode(pbkdf2::Digest::Sha256, rest).map(Hash::Pbkdf2),
        "pbkdf2_sha1" => pbkdf2::Hash::decode(pbkdf2::Digest::Sha1, rest).map(Hash::Pbkdf2),
        "argon2" => argon2::Hash::decode(rest).map(Hash::Argon2),
        "bcrypt_sha256" => bcrypt::Hash::decode(true, rest).map(Hash::Bcrypt),
        "bcrypt" => bcrypt::Hash::decode(false, rest).map(Hash::Bcrypt),
        "scrypt" => scrypt::Hash::decode(rest).map(Hash::Scrypt),
        "md5" => plain::Hash::decode(plain::Digest::Md5, rest).map(Hash::Plain),
        "sha1" => plain::Hash::decode(plain::Digest::Sha1, rest).map(Hash::Plain),
        _ => None,
    }
}

/// Returns the apparent format of a stored hash that cannot be verified.
///
/// The result does not contain a character of the hash. It is `None` for a hash that can be verified, and for a hash
/// that Django made unusable on purpose.
pub(crate) fn unverifiable(encoded: &str) -> Option<&'static str> {
    if encoded.starts_with('!') || decode(encoded).is_some() {
        return None;
    }
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| encoded.starts_with(prefix));
    Some(match encoded {
        "" => "empty",
        _ if begins(&["$2a$", "$2b$", "$2x$", "$2y$"]) => "bcrypt without Django's prefix",
        _ if begins(&["$argon2i$", "$argon2d$", "$argon2id$"]) => "Argon2 without Django's prefix",
        _ if begins(&["$pbkdf2"]) => "PBKDF2 of passlib",
        _ if begins(&["$scrypt$"]) => "scrypt of passlib",
        _ if begins(&["$1$", "$5$", "$6$", "$y$", "crypt$"]) => "crypt",
        _ if begins(&["$P$", "$H$"]) => "phpass",
        _ if begins(&["{"]) => "LDAP",
        _ if begins(&["pbkdf2_sha256$", "pbkdf2_sha1$", "argon2$", "bcrypt$", "bcrypt_sha256$", "scrypt$"]) => {
            "damaged, or of a cost that no machine can pay"
        }
        _ if begins(&["md5$", "sha1$"]) => "damaged",
        _ => "unknown",
    })
}

impl Hash<'_> {
    /// Whether this is the hash of the password.
    pub(super) fn verify(&self, password: &str) -> Step<bool> {
        match self {
            Self::Pbkdf2(hash) => hash.verify(password),
            Self::Argon2(hash) => Step::Done(hash.verify(password)),
            Self::Bcrypt(hash) => Step::Done(hash.verify(password)),
            Self::Scrypt(hash) => Step::Done(hash.verify(password)),
            Self::Plain(hash) => Step::Done(hash.verify(password)),
        }
    }
}

/// A stored value that no password matches: `make_password(None)`.
pub(crate) fn unusable(random: &crate::source::Random) -> String {
    format!("!{}", random.string(40, crate::source::LETTERS_AND_DIGITS))
}
