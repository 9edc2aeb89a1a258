//! `pbkdf2_sha256$iterations$salt$hash`, and the same with SHA-1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use subtle::ConstantTimeEq;

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

    pub(super) fn verify(&self, password: &str) -> bool {
        derive(self.digest, password, self.salt, self.iterations).ct_eq(&self.hash).into()
    }

    pub(super) fn is_outdated(&self, iterations: u32) -> bool {
        self.iterations != iterations || is_short(self.salt)
    }
}

/// Whether a salt holds fewer than 128 bits: `must_update_salt`.
pub(super) fn is_short(salt: &str) -> bool {
    salt.chars().count() < super::super::SALT_LENGTH
}

fn derive(digest: Digest, password: &str, salt: &str, iterations: u32) -> Vec<u8> {
    let (password, salt) = (password.as_bytes(), salt.as_bytes());
    match digest {
        Digest::Sha1 => {
            let mut hash = vec![0; 20];
            // An HMAC takes a key of any length, so that this does not fail.
            let _ = pbkdf2::pbkdf2::<Hmac<sha1::Sha1>>(password, salt, iterations, &mut hash);
            hash
        }
        Digest::Sha256 => {
            let mut hash = vec![0; 32];
            let _ = pbkdf2::pbkdf2::<Hmac<sha2::Sha256>>(password, salt, iterations, &mut hash);
            hash
        }
    }
}

pub(super) fn encode(digest: Digest, password: &str, salt: &str, iterations: u32) -> String {
    let name = match digest {
        Digest::Sha1 => "pbkdf2_sha1",
        Digest::Sha256 => "pbkdf2_sha256",
    };
    let hash = STANDARD.encode(derive(digest, password, salt, iterations));
    format!("{name}${iterations}${salt}${hash}")
}
