//! MD5, and Django's formats before PBKDF2.
//!
//! The formats are `md5$salt$hash`, `sha1$salt$hash`, and both without a salt.
//!
//! These are one round of a fast digest, so that an attacker soon finds the password of a stolen hash. They serve to
//! verify stored hashes until the next login replaces them.

use md5::Digest as _;
use subtle::ConstantTimeEq;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Digest {
    Md5,
    Sha1,
}

impl Digest {
    fn hex(self, salt: &str, password: &str) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Md5 => hex(&md5::Md5::new().chain_update(salt).chain_update(password).finalize()),
            Self::Sha1 => hex(&sha1::Sha1::new().chain_update(salt).chain_update(password).finalize()),
        }
    }

    /// Returns the number of digits of a hash.
    fn length(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
        }
    }
}

#[derive(Debug, PartialEq)]
pub(in super::super) struct Hash<'a> {
    pub(super) digest: Digest,
    salt: &'a str,
    hash: &'a str,
}

impl<'a> Hash<'a> {
    pub(super) fn decode(digest: Digest, rest: &'a str) -> Option<Self> {
        let (salt, hash) = rest.split_once('$')?;
        Self { digest, salt, hash }.if_whole()
    }

    /// Reads a bare MD5 of the password, as Django's first versions stored it.
    pub(super) fn bare(encoded: &'a str) -> Option<Self> {
        Self { digest: Digest::Md5, salt: "", hash: encoded }.if_whole()
    }

    fn if_whole(self) -> Option<Self> {
        let is_whole =
            self.hash.len() == self.digest.length() && self.hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_whole.then_some(self)
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        self.digest.hex(self.salt, password).as_bytes().ct_eq(self.hash.as_bytes()).into()
    }

    pub(super) fn is_outdated(&self, digest: Digest) -> bool {
        self.digest != digest || super::pbkdf2::is_short(self.salt)
    }
}

pub(super) fn encode_md5(password: &str, salt: &str) -> String {
    format!("md5${salt}${}", Digest::Md5.hex(salt, password))
}
