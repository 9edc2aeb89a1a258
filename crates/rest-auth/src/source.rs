//! Where time and randomness come from: passed in, so that a test owns them.

use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use time::OffsetDateTime;
use uuid::Uuid;

/// The time of day.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The machine's.
    System,
    /// A test's; it moves only when told to.
    #[cfg(any(test, feature = "testing"))]
    Fixed(Mutex<OffsetDateTime>),
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        match self {
            Self::System => OffsetDateTime::now_utc(),
            #[cfg(any(test, feature = "testing"))]
            Self::Fixed(time) => *time.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// In milliseconds since 1970.
    pub(crate) fn milliseconds(&self) -> u64 {
        u64::try_from(self.now().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
    }

    /// Whether it is the machine's, and goes as those of other machines do.
    #[cfg(feature = "redis")]
    pub(crate) fn is_the_machines(&self) -> bool {
        matches!(self, Self::System)
    }

    /// Moves a test's clock.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn advance(&self, by: std::time::Duration) {
        if let Self::Fixed(time) = self {
            *time.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
        }
    }
}

pub(crate) const LOWER_CASE_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
pub(crate) const LETTERS_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub(crate) const HEXADECIMAL: &str = "0123456789abcdef";

/// Random characters that nobody can guess.
#[derive(Debug)]
pub(crate) struct Random(Option<Mutex<StdRng>>);

impl Random {
    /// The operating system's.
    pub(crate) fn system() -> Self {
        Self(None)
    }

    /// The same from the same seed.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Some(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A random UUID, of version 4.
    pub(crate) fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        match &self.0 {
            None => StdRng::from_rng(&mut rand::rng()).fill(&mut bytes),
            Some(rng) => rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill(&mut bytes),
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Django's `get_random_string`: so many characters of the alphabet, which must be ASCII.
    pub(crate) fn string(&self, length: usize, alphabet: &str) -> String {
        let alphabet = alphabet.as_bytes();
        let draw =
            |rng: &mut StdRng| (0..length).map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())])).collect();
        match &self.0 {
            None => draw(&mut StdRng::from_rng(&mut rand::rng())),
            Some(rng) => draw(&mut rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner)),
        }
    }
}
