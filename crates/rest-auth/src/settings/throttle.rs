//! `[throttle]`: limits on attempts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::section::{plain, section};
use super::values::{Lifetime, Secret};
use crate::throttling::rate::{Rate, RateSetting};

section! {
    /// Limits on attempts. Whoever comes too often is answered 429, with the time to wait.
    pub struct Throttling {
        /// How often a client may ask, by scope: "5/minute", of a second, minute, hour or day. Each endpoint that asks
        /// for something has a scope (login, logout, registration, password_reset, password_reset_confirm,
        /// password_change); those without a rate of their own share dj_rest_auth. user_details, token_refresh,
        /// token_verify, csrf, jwks and forward_auth have no limit but their own. anon and user, if they are named, count
        /// every endpoint beside that: by address where nobody is logged in, and by user or address. {} switches all of
        /// it off. (DEFAULT_THROTTLE_RATES)
        pub rates: Rates = default_rates(),
        /// Where several servers count together: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// with TLS.
        /// Without it each server counts in its own memory.
        pub redis_url: Option<Secret> = None,
        /// What happens when Redis is away: "count_alone" lets each server count by itself, "refuse" answers 503.
        pub without_redis: WithoutRedis = WithoutRedis::CountAlone,
        /// How many mebibytes the counters in memory may take. 128 have room for a million addresses.
        pub memory: u32 = 128,
        /// Guessing one account
        pub failed_logins: FailedLogins = FailedLogins::default(),
    }
}

section! {
    /// Guessing one account from many addresses: failed logins are counted for each name that is tried, whether there is
    /// such a user or not.
    pub struct FailedLogins {
        /// After so many, each login has to wait for longer: a second, then twice as long each time, up to a minute. 0
        /// for never.
        pub slow_after: u32 = 20,
        /// With so many, nobody logs in by that name for a while, and the user is told by mail; whoever is logged in
        /// stays so. 0 for never.
        pub lock_after: u32 = 50,
        /// For how long.
        pub lock_time: Lifetime = Lifetime::from_seconds(900),
        /// How long a failure counts.
        pub remembered: Lifetime = Lifetime::from_seconds(3600),
    }
}

/// How often a client may ask, by scope.
pub type Rates = BTreeMap<String, RateSetting>;

fn default_rates() -> Rates {
    [("dj_rest_auth", Rate::per_minute(300)), ("login", Rate::per_minute(60)), ("registration", Rate::per_minute(60))]
        .map(|(scope, rate)| (scope.to_owned(), RateSetting(Some(rate))))
        .into()
}

/// What happens when Redis is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutRedis {
    /// Each server counts by itself.
    CountAlone,
    /// Whoever would be counted is answered 503.
    Refuse,
}

plain!(Rates, WithoutRedis);
