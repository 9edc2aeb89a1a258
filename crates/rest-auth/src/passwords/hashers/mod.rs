//! Django's password hashes: `algorithm$parameters$salt$hash`, one file an algorithm.

mod argon2;
mod bcrypt;
mod pbkdf2;
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
}

/// Takes a stored hash apart; `None` for one that is unusable or of no known kind.
pub(super) fn decode(encoded: &str) -> Option<Hash<'_>> {
    let (algorithm, rest) = encoded.split_once('$')?;
    match algorithm {
        "pbkdf2_sha256" => pbkdf2::Hash::decode(pbkdf2::Digest::Sha256, rest).map(Hash::Pbkdf2),
        "pbkdf2_sha1" => pbkdf2::Hash::decode(pbkdf2::Digest::Sha1, rest).map(Hash::Pbkdf2),
        "argon2" => argon2::Hash::decode(rest).map(Hash::Argon2),
        "bcrypt_sha256" => bcrypt::Hash::decode(true, rest).map(Hash::Bcrypt),
        "bcrypt" => bcrypt::Hash::decode(false, rest).map(Hash::Bcrypt),
        "scrypt" => scrypt::Hash::decode(rest).map(Hash::Scrypt),
        _ => None,
    }
}

impl Hash<'_> {
    /// Whether this is the hash of the password.
    pub(super) fn verify(&self, password: &str) -> Step<bool> {
        match self {
            Self::Pbkdf2(hash) => hash.verify(password),
            Self::Argon2(hash) => Step::Done(hash.verify(password)),
            Self::Bcrypt(hash) => Step::Done(hash.verify(password)),
            Self::Scrypt(hash) => Step::Done(hash.verify(password)),
        }
    }
}

/// A stored value that no password matches: `make_password(None)`.
pub(crate) fn unusable(random: &crate::source::Random) -> String {
    format!("!{}", random.string(40, crate::source::LETTERS_AND_DIGITS))
}
