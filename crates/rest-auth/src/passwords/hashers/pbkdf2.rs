//! `pbkdf2_sha256$iterations$salt$hash`, and the same with SHA-1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use pbkdf2_lanes::Derivation;
use subtle::ConstantTimeEq;

use super::super::step::Step;

/// Django 5.2's.
pub(super) const ITERATIONS: u32 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
}

#[derive(Debug, PartialEq)]
pub(in super::super) struct Hash<'a> {
    pub(super) digest: Digest,
    pub(super) iterations: u32,
    pub(super) salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Hash<'a> {
    pub(super) fn decode(digest: Digest, rest: &'a str) -> Option<Self> {
        let mut parts = rest.splitn(3, '$');
        let iterations = parts.next()?.parse().ok().filter(|iterations| *iterations > 0)?;
        let salt = parts.next()?;
        let hash = STANDARD.decode(parts.next()?).ok()?;
        Some(Self { digest, iterations, salt, hash })
    }

    pub(super) fn verify(&self, password: &str) -> Step<bool> {
        let hash = self.hash.clone();
        derive(self.digest, password, self.salt, self.iterations)
            .then(move |derived| Step::Done(derived.ct_eq(&hash).into()))
    }

    pub(super) fn is_outdated(&self, iterations: u32) -> bool {
        self.iterations != iterations || is_short(self.salt)
    }
}

/// Whether a salt holds fewer than 128 bits: `must_update_salt`.
pub(super) fn is_short(salt: &str) -> bool {
    salt.chars().count() < super::super::SALT_LENGTH
}

fn derive(digest: Digest, password: &str, salt: &str, iterations: u32) -> Step<Vec<u8>> {
    let (password, salt) = (password.as_bytes(), salt.as_bytes());
    match digest {
        Digest::Sha1 => {
            let mut hash = vec![0; 20];
            // An HMAC takes a key of any length, so that this does not fail.
            let _ = pbkdf2::pbkdf2::<Hmac<sha1::Sha1>>(password, salt, iterations, &mut hash);
            Step::Done(hash)
        }
        Digest::Sha256 => Step::derive(Derivation::new(password, salt, iterations), |derived| derived.to_vec()),
    }
}

pub(super) fn encode(digest: Digest, password: &str, salt: &str, iterations: u32) -> Step<String> {
    let name = match digest {
        Digest::Sha1 => "pbkdf2_sha1",
        Digest::Sha256 => "pbkdf2_sha256",
    };
    let begin = format!("{name}${iterations}${salt}$");
    derive(digest, password, salt, iterations).then(|derived| Step::Done(begin + &STANDARD.encode(derived)))
}

/// What a hash was cheaper than today's: Django's `harden_runtime`.
pub(in super::super) struct Missing {
    digest: Digest,
    salt: String,
    iterations: u32,
}

impl Missing {
    pub(super) fn of(hash: &Hash<'_>, wanted: u32) -> Option<Self> {
        let iterations = wanted.checked_sub(hash.iterations).filter(|missing| *missing > 0)?;
        Some(Self { digest: hash.digest, salt: hash.salt.to_owned(), iterations })
    }

    /// Takes as much time as is missing.
    pub(in super::super) fn make_up(&self, password: &str) -> Step<()> {
        derive(self.digest, password, &self.salt, self.iterations).then(|_| Step::Done(()))
    }
}
