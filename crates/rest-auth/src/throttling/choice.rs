//! `Builder::throttle`: limits on attempts as an application says them in Rust.

use super::SHARED;
use super::rate::{Rate, RateSetting};
use crate::settings::{Rates, Secret, Settings, WithoutRedis};

/// Limits on attempts: for [`Builder::throttle`](crate::Builder::throttle). What is not said here has no limit: see
/// `throttle.rates` in `rest-auth.toml`.
///
/// ```
/// use rest_auth::{Auth, Rate, Throttle};
///
/// let builder =
///     Auth::builder().throttle(Throttle::default().all(Rate::per_hour(100)).login(Rate::per_minute(5)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    rates: Rates,
    redis: Option<(Secret, WithoutRedis)>,
}

impl Throttle {
    /// Endpoints without a rate of their own share this one: the scope `dj_rest_auth`.
    pub fn all(self, rate: Rate) -> Self {
        self.scope(SHARED, rate)
    }

    /// `login/`.
    pub fn login(self, rate: Rate) -> Self {
        self.scope("login", rate)
    }

    /// `registration/`.
    pub fn registration(self, rate: Rate) -> Self {
        self.scope("registration", rate)
    }

    /// `password/reset/`.
    pub fn password_reset(self, rate: Rate) -> Self {
        self.scope("password_reset", rate)
    }

    /// Any scope of `throttle.rates`.
    pub fn scope(mut self, scope: &str, rate: Rate) -> Self {
        self.rates.insert(scope.to_owned(), RateSetting(Some(rate)));
        self
    }

    /// Counts in Redis or Valkey, with other servers; each by itself, or not at all, when it is away. Wants the feature
    /// `redis`.
    pub fn redis(mut self, url: &str, without: WithoutRedis) -> Self {
        self.redis = Some((url.into(), without));
        self
    }

    /// Says it in the settings.
    pub(crate) fn apply(self, settings: &mut Settings) {
        settings.throttle.rates = self.rates;
        if let Some((url, without)) = self.redis {
            settings.throttle.redis_url = Some(url);
            settings.throttle.without_redis = without;
        }
    }
}
