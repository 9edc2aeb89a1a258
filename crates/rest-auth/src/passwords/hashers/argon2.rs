//! `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`: behind the first dollar sign, the common PHC form.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};

/// The version of a hash that names none: the first one, which had no number yet.
const UNNAMED_VERSION: u32 = 0x10;

/// KiB, passes and lanes, as Django has them.
const MEMORY_COST: u32 = 102_400;
const TIME_COST: u32 = 2;
const PARALLELISM: u32 = 8;

#[derive(Debug, PartialEq)]
pub(in super::super) struct Hash<'a> {
    phc: &'a str,
    parsed: Box<PasswordHash>,
}

impl<'a> Hash<'a> {
    pub(super) fn decode(rest: &'a str) -> Option<Self> {
        let mut parsed = PasswordHash::new(&format!("${rest}")).ok()?;
        parsed.version.get_or_insert(UNNAMED_VERSION);
        Params::try_from(&parsed).ok().filter(|cost| cost.m_cost() <= super::MAX_MEMORY_COST)?;
        Some(Self { phc: rest, parsed: Box::new(parsed) })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        Argon2::default().verify_password(password.as_bytes(), &*self.parsed).is_ok()
    }

    pub(super) fn is_outdated(&self, cost: &Params) -> bool {
        let same = Params::try_from(&*self.parsed)
            .is_ok_and(|of| (of.m_cost(), of.t_cost(), of.p_cost()) == (cost.m_cost(), cost.t_cost(), cost.p_cost()));
        let salt = self.parsed.salt.as_ref().map_or(0, |salt| salt.as_ref().len());
        !same || !self.phc.starts_with("argon2id$v=19$") || salt < super::super::SALT_LENGTH
    }
}

pub(super) fn cost(memory: Option<u32>, time: Option<u32>, parallelism: Option<u32>) -> Option<Params> {
    let (memory, time) = (memory.unwrap_or(MEMORY_COST), time.unwrap_or(TIME_COST));
    Params::new(memory, time, parallelism.unwrap_or(PARALLELISM), None).ok()
}

pub(super) fn encode(password: &str, salt: &str, cost: Params) -> Option<String> {
    let hash =
        Argon2::default().hash_password_customized(password.as_bytes(), salt.as_bytes(), None, None, cost).ok()?;
    Some(format!("argon2{hash}"))
}
