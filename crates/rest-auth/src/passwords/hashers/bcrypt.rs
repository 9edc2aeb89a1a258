//! `bcrypt$$2b$rounds$salt+hash`; with SHA-256 in front, `bcrypt_sha256$…`, so that a password may have
//! more than bcrypt's 72 bytes.

use std::borrow::Cow;

use sha2::Digest;

/// Django's.
pub(super) const ROUNDS: u32 = 12;

#[derive(Debug, PartialEq)]
pub(in super::super) struct Hash<'a> {
    pub(super) sha256: bool,
    rounds: u32,
    hash: &'a str,
}

impl<'a> Hash<'a> {
    pub(super) fn decode(sha256: bool, hash: &'a str) -> Option<Self> {
        let parts: bcrypt::HashParts = hash.parse().ok()?;
        Some(Self { sha256, rounds: parts.get_cost(), hash })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        bcrypt::verify(&*input(self.sha256, password), self.hash).unwrap_or(false)
    }

    pub(super) fn is_outdated(&self, rounds: u32) -> bool {
        self.rounds != rounds
    }
}

fn input(sha256: bool, password: &str) -> Cow<'_, [u8]> {
    if !sha256 {
        return Cow::Borrowed(password.as_bytes());
    }
    let digest = sha2::Sha256::digest(password.as_bytes());
    Cow::Owned(digest.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect())
}

pub(super) fn encode(sha256: bool, password: &str, rounds: u32) -> Option<String> {
    let hash = bcrypt::hash(&*input(sha256, password), rounds).ok()?;
    Some(format!("{}${hash}", if sha256 { "bcrypt_sha256" } else { "bcrypt" }))
}
