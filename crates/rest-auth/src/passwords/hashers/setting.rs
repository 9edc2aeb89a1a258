//! Which hash new passwords get, and what it costs.

use serde::{Deserialize, Deserializer, Serialize};

use super::super::setting::name_or_table;
use super::super::step::Step;
use super::{Hash, MAX_MEMORY_COST, argon2, bcrypt, pbkdf2, plain, scrypt};

/// An algorithm, by Django's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Algorithm {
    #[serde(rename = "pbkdf2_sha256", alias = "django.contrib.auth.hashers.PBKDF2PasswordHasher")]
    Pbkdf2Sha256,
    #[serde(rename = "pbkdf2_sha1", alias = "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher")]
    Pbkdf2Sha1,
    #[serde(alias = "django.contrib.auth.hashers.Argon2PasswordHasher")]
    Argon2,
    #[serde(rename = "bcrypt_sha256", alias = "django.contrib.auth.hashers.BCryptSHA256PasswordHasher")]
    BcryptSha256,
    #[serde(alias = "django.contrib.auth.hashers.BCryptPasswordHasher")]
    Bcrypt,
    #[serde(alias = "django.contrib.auth.hashers.ScryptPasswordHasher")]
    Scrypt,
    #[serde(alias = "django.contrib.auth.hashers.MD5PasswordHasher")]
    Md5,
    #[serde(alias = "django.contrib.auth.hashers.SHA1PasswordHasher")]
    Sha1,
    #[serde(alias = "django.contrib.auth.hashers.UnsaltedMD5PasswordHasher")]
    UnsaltedMd5,
    #[serde(alias = "django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher")]
    UnsaltedSha1,
}

impl Algorithm {
    /// Returns whether new hashes of this kind can be made.
    ///
    /// The other kinds are only verified, as Django itself no longer makes them.
    pub(crate) fn makes_hashes(self) -> bool {
        !matches!(self, Self::Sha1 | Self::UnsaltedMd5 | Self::UnsaltedSha1)
    }

    /// Returns whether an attacker soon finds a password by its hash.
    pub(crate) fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::UnsaltedMd5 | Self::UnsaltedSha1)
    }
}

/// An item of `password_hashers`: an algorithm, and its cost where that is not Django's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HasherSetting {
    /// The algorithm.
    pub name: Algorithm,
    /// PBKDF2: how often the hash is hashed again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// Argon2: how often the memory is gone through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_cost: Option<u32>,
    /// Argon2: the memory, in KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_cost: Option<u32>,
    /// Argon2 and scrypt: lanes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// bcrypt: the binary logarithm of its rounds, from 4 to 31.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u32>,
    /// scrypt: its cost, a power of two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_factor: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: Algorithm,
    iterations: Option<u32>,
    time_cost: Option<u32>,
    memory_cost: Option<u32>,
    parallelism: Option<u32>,
    rounds: Option<u32>,
    work_factor: Option<u32>,
}

impl<'de> Deserialize<'de> for HasherSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Table { name, iterations, time_cost, memory_cost, parallelism, rounds, work_factor } =
            name_or_table(deserializer)?;
        Ok(Self { name, iterations, time_cost, memory_cost, parallelism, rounds, work_factor })
    }
}

impl Default for HasherSetting {
    fn default() -> Self {
        Self::of(Algorithm::Pbkdf2Sha256)
    }
}

impl From<Algorithm> for HasherSetting {
    fn from(algorithm: Algorithm) -> Self {
        Self::of(algorithm)
    }
}

impl HasherSetting {
    fn of(name: Algorithm) -> Self {
        Self {
            name,
            iterations: None,
            time_cost: None,
            memory_cost: None,
            parallelism: None,
            rounds: None,
            work_factor: None,
        }
    }

    /// PBKDF2 with SHA-256 and so many iterations.
    pub fn pbkdf2_sha256(iterations: u32) -> Self {
        Self { iterations: Some(iterations), ..Self::default() }
    }

    /// Django's list.
    pub fn defaults() -> Vec<Self> {
        use Algorithm::*;
        [Pbkdf2Sha256, Pbkdf2Sha1, Argon2, BcryptSha256, Scrypt].map(Self::of).to_vec()
    }

    /// What is wrong with the setting.
    pub(crate) fn problem(&self) -> Option<String> {
        let out_of_range = match self.name {
            Algorithm::Pbkdf2Sha256 | Algorithm::Pbkdf2Sha1 => self.iterations().eq(&0),
            Algorithm::Argon2 => self.argon2().is_none_or(|cost| cost.m_cost() > MAX_MEMORY_COST),
            Algorithm::BcryptSha256 | Algorithm::Bcrypt => !(4..=31).contains(&self.rounds()),
            Algorithm::Scrypt => self.scrypt().is_none(),
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::UnsaltedMd5 | Algorithm::UnsaltedSha1 => false,
        };
        if out_of_range {
            return Some(format!("{:?} cannot work at this cost", self.name));
        }
        let others: &[(&str, bool)] = &[
            ("iterations", self.iterations.is_some()),
            ("time_cost", self.time_cost.is_some()),
            ("memory_cost", self.memory_cost.is_some()),
            ("parallelism", self.parallelism.is_some()),
            ("rounds", self.rounds.is_some()),
            ("work_factor", self.work_factor.is_some()),
        ];
        let known: &[&str] = match self.name {
            Algorithm::Pbkdf2Sha256 | Algorithm::Pbkdf2Sha1 => &["iterations"],
            Algorithm::Argon2 => &["time_cost", "memory_cost", "parallelism"],
            Algorithm::BcryptSha256 | Algorithm::Bcrypt => &["rounds"],
            Algorithm::Scrypt => &["work_factor", "parallelism"],
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::UnsaltedMd5 | Algorithm::UnsaltedSha1 => &[],
        };
        let strange = others.iter().find(|(name, given)| *given && !known.contains(name));
        strange.map(|(name, _)| format!("{:?} has no {name}", self.name))
    }

    fn iterations(&self) -> u32 {
        self.iterations.unwrap_or(pbkdf2::ITERATIONS)
    }

    fn argon2(&self) -> Option<::argon2::Params> {
        argon2::cost(self.memory_cost, self.time_cost, self.parallelism)
    }

    fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(bcrypt::ROUNDS)
    }

    fn scrypt(&self) -> Option<scrypt::Cost> {
        scrypt::Cost::new(self.work_factor.unwrap_or(scrypt::WORK_FACTOR), self.parallelism)
    }

    /// The hash of a password, as it is stored; `None` if the machine cannot pay the cost.
    pub(in super::super) fn encode(&self, password: &str, salt: &str) -> Step<Option<String>> {
        let pbkdf2 =
            |digest| pbkdf2::encode(digest, password, salt, self.iterations()).then(|hash| Step::Done(Some(hash)));
        match self.name {
            Algorithm::Pbkdf2Sha256 => pbkdf2(pbkdf2::Digest::Sha256),
            Algorithm::Pbkdf2Sha1 => pbkdf2(pbkdf2::Digest::Sha1),
            Algorithm::Argon2 => Step::Done(self.argon2().and_then(|cost| argon2::encode(password, salt, cost))),
            Algorithm::BcryptSha256 => Step::Done(bcrypt::encode(true, password, self.rounds())),
            Algorithm::Bcrypt => Step::Done(bcrypt::encode(false, password, self.rounds())),
            Algorithm::Scrypt => Step::Done(self.scrypt().and_then(|cost| scrypt::encode(password, salt, cost))),
            Algorithm::Md5 => Step::Done(Some(plain::encode_md5(password, salt))),
            Algorithm::Sha1 | Algorithm::UnsaltedMd5 | Algorithm::UnsaltedSha1 => Step::Done(None),
        }
    }

    /// Whether a hash of another algorithm, cost or length of salt is to be replaced at login: `must_update`.
    pub(in super::super) fn would_replace(&self, hash: &Hash<'_>) -> bool {
        match (self.name, hash) {
            (Algorithm::Pbkdf2Sha256, Hash::Pbkdf2(hash)) => {
                hash.digest != pbkdf2::Digest::Sha256 || hash.is_outdated(self.iterations())
            }
            (Algorithm::Pbkdf2Sha1, Hash::Pbkdf2(hash)) => {
                hash.digest != pbkdf2::Digest::Sha1 || hash.is_outdated(self.iterations())
            }
            (Algorithm::Argon2, Hash::Argon2(hash)) => self.argon2().is_some_and(|cost| hash.is_outdated(&cost)),
            (Algorithm::BcryptSha256, Hash::Bcrypt(hash)) => !hash.sha256 || hash.is_outdated(self.rounds()),
            (Algorithm::Bcrypt, Hash::Bcrypt(hash)) => hash.sha256 || hash.is_outdated(self.rounds()),
            (Algorithm::Md5, Hash::Plain(hash)) => hash.is_outdated(plain::Digest::Md5),
            (Algorithm::Scrypt, Hash::Scrypt(hash)) => self.scrypt().is_none_or(|cost| hash.is_outdated(&cost)),
            _ => true,
        }
    }

    /// What a wrong password that was compared with a cheaper hash of the same algorithm has to cost still.
    pub(in super::super) fn missing(&self, hash: &Hash<'_>) -> Option<pbkdf2::Missing> {
        match (self.name, hash) {
            (Algorithm::Pbkdf2Sha256 | Algorithm::Pbkdf2Sha1, Hash::Pbkdf2(hash)) => {
                pbkdf2::Missing::of(hash, self.iterations())
            }
            _ => None,
        }
    }
}
