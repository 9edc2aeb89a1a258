//! What a counter is asked, and what it answers. A counter knows when each request came that still counts; the rules
//! make of it whether one more may pass.

use std::hash::{BuildHasher, Hash};

use super::rate::Rate;
use crate::store::UserId;

/// When a counter lets a request pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    /// As long as fewer than the limit came within the period: `SimpleRateThrottle`.
    Rate(Rate),
    /// After some failures each one more has to wait for longer, and after some more all have to wait.
    Failures(Failures),
}

/// How failed logins slow down the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Failures {
    /// So many in a row need not wait. `u32::MAX` for always.
    pub(crate) slow_after: u32,
    /// With so many, all are refused for a while. `u32::MAX` for never.
    pub(crate) lock_after: u32,
    /// For how long, in seconds.
    pub(crate) lock_time: u32,
    /// How long a failure counts, in seconds.
    pub(crate) remembered: u32,
}

/// The longest wait of whoever is slowed down, in milliseconds.
pub(super) const LONGEST_PAUSE: u32 = 60_000;

impl Failures {
    /// How long after the last failure the next attempt may come, in milliseconds: a second, then twice as long each
    /// time, a minute at most.
    fn pause(&self, count: u32) -> u32 {
        if count >= self.lock_after {
            return self.lock_time.saturating_mul(1000);
        }
        match count.checked_sub(self.slow_after) {
            Some(steps) => 1000_u32.checked_shl(steps).filter(|_| steps < 6).unwrap_or(LONGEST_PAUSE),
            None => 0,
        }
    }
}

impl Rule {
    /// How long a request counts, in milliseconds.
    pub(super) fn period(&self) -> u32 {
        match self {
            Self::Rate(rate) => u32::try_from(rate.period().as_millis()).unwrap_or(u32::MAX),
            Self::Failures(failures) => failures.remembered.saturating_mul(1000),
        }
    }

    /// How many requests a counter has to remember.
    pub(super) fn most(&self) -> u32 {
        match self {
            Self::Rate(rate) => rate.limit(),
            Self::Failures(failures) if failures.lock_after < u32::MAX => failures.lock_after,
            Self::Failures(failures) => failures.slow_after.saturating_add(6),
        }
    }

    /// How long one more has to wait, in milliseconds, where so many came, the oldest and the newest so long ago.
    pub(super) fn wait(&self, count: u32, oldest: u32, newest: u32) -> Option<u32> {
        match self {
            Self::Rate(rate) if count < rate.limit() => None,
            Self::Rate(_) => Some(self.period().saturating_sub(oldest).max(1)),
            Self::Failures(failures) => failures.pause(count).checked_sub(newest).filter(|wait| *wait > 0),
        }
    }
}

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Hash)]
pub(crate) enum Ident<'a> {
    /// The user with this id.
    User(UserId),
    /// An address, or the network that counts as one.
    Address([u8; 16]),
    /// A name or a mail address, as a client gave it.
    Name(&'a str),
}

/// One question to one counter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check<'a> {
    /// What is counted: an endpoint's scope, or an action.
    pub(crate) scope: &'a str,
    pub(crate) ident: Ident<'a>,
    pub(crate) rule: Rule,
}

impl Check<'_> {
    /// The counter's name in memory. Without the key nobody finds two that have the same.
    pub(super) fn key(&self, hasher: &impl BuildHasher) -> u64 {
        // 0 is no counter's.
        hasher.hash_one(self).max(1)
    }

    /// The counter's name as bytes, for a hash that other servers make, too.
    #[cfg(feature = "redis")]
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (kind, ident) = match &self.ident {
            Ident::User(id) => (b'u', id.bytes()),
            Ident::Address(address) => (b'a', address.to_vec()),
            Ident::Name(name) => (b'n', name.as_bytes().to_vec()),
        };
        let mut bytes = self.scope.as_bytes().to_vec();
        bytes.extend([0, kind]);
        bytes.extend(self.rule.period().to_be_bytes());
        bytes.extend(ident);
        bytes
    }
}

impl Hash for Check<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.scope, self.rule.period(), self.ident).hash(state);
    }
}

/// What came of asking one or more counters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    /// The longest wait, in milliseconds; `None` if all of them let the request pass.
    pub(crate) wait: Option<u32>,
    /// How many the first counter has by now.
    pub(crate) count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_up_to_a_minute_and_then_it_is_a_lock() {
        let failures = Failures { slow_after: 2, lock_after: 11, lock_time: 900, remembered: 3600 };
        let pauses: Vec<u32> = (0..=12).map(|count| failures.pause(count) / 1000).collect();
        assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 900, 900]);
    }

    #[test]
    fn a_full_counter_waits_for_its_oldest() {
        let rule = Rule::Rate(Rate::per_minute(2));
        assert_eq!(rule.wait(1, 59_000, 59_000), None);
        assert_eq!(rule.wait(2, 59_000, 10), Some(1000));
        assert_eq!(Rule::Rate(Rate::per_minute(0)).wait(0, 0, 0), Some(60_000));
    }
}
