//! `scrypt$N$salt$r$p$hash`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

/// Django's: N.
pub(super) const WORK_FACTOR: u32 = 1 << 14;
const BLOCK_SIZE: u32 = 8;
const PARALLELISM: u32 = 5;
const HASH_BYTES: usize = 64;

/// N, r and p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    work_factor: u32,
    block_size: u32,
    parallelism: u32,
}

impl Cost {
    pub(super) fn new(work_factor: u32, parallelism: Option<u32>) -> Option<Self> {
        let cost = Self { work_factor, block_size: BLOCK_SIZE, parallelism: parallelism.unwrap_or(PARALLELISM) };
        cost.params().map(|_| cost)
    }

    fn params(&self) -> Option<scrypt::Params> {
        // r · p is the crate's to judge, once the product is one.
        self.block_size.checked_mul(self.parallelism)?;
        let memory = u64::from(self.work_factor) * u64::from(self.block_size) / 8;
        if !self.work_factor.is_power_of_two() || memory > super::MAX_MEMORY_COST.into() {
            return None;
        }
        let log = u8::try_from(self.work_factor.ilog2()).ok()?;
        scrypt::Params::new(log, self.block_size, self.parallelism).ok()
    }
}

#[derive(Debug, PartialEq)]
pub(in super::super) struct Hash<'a> {
    cost: Cost,
    salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Hash<'a> {
    pub(super) fn decode(rest: &'a str) -> Option<Self> {
        let mut parts = rest.splitn(5, '$');
        let work_factor = parts.next()?.parse().ok()?;
        let salt = parts.next()?;
        let block_size = parts.next()?.parse().ok()?;
        let parallelism = parts.next()?.parse().ok()?;
        let hash = STANDARD.decode(parts.next()?).ok().filter(|hash| hash.len() == HASH_BYTES)?;
        let cost = Cost { work_factor, block_size, parallelism };
        cost.params().map(|_| Self { cost, salt, hash })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        derive(password, self.salt, &self.cost).is_some_and(|hash| hash.ct_eq(&self.hash).into())
    }

    pub(super) fn is_outdated(&self, cost: &Cost) -> bool {
        self.cost != *cost || super::pbkdf2::is_short(self.salt)
    }
}

fn derive(password: &str, salt: &str, cost: &Cost) -> Option<Vec<u8>> {
    let mut hash = vec![0; HASH_BYTES];
    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &cost.params()?, &mut hash).ok()?;
    Some(hash)
}

pub(super) fn encode(password: &str, salt: &str, cost: Cost) -> Option<String> {
    let hash = STANDARD.encode(derive(password, salt, &cost)?);
    let Cost { work_factor, block_size, parallelism } = cost;
    Some(format!("scrypt${work_factor}${salt}${block_size}${parallelism}${hash}"))
}
