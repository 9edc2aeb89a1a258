//! Where attempts are counted: in this server's memory, or in Redis with the other servers.

use super::memory::Memory;
use super::rule::{Check, Verdict};
use crate::error::Error;
use crate::settings::{Secret, Settings};
use crate::source::Clock;

#[cfg(feature = "redis")]
use super::redis::{Away, Redis};
#[cfg(feature = "redis")]
use crate::settings::WithoutRedis;

/// For how many seconds a client is asked to wait for Redis.
#[cfg(feature = "redis")]
const AWAY: u32 = 5;

#[derive(Debug)]
pub(crate) struct Counters {
    memory: Memory,
    #[cfg(feature = "redis")]
    redis: Option<(Redis, WithoutRedis)>,
}

impl Counters {
    pub(crate) fn new(settings: &Settings, #[allow(unused)] secret_key: &Secret) -> Self {
        let throttle = &settings.throttle;
        Self {
            memory: Memory::new(throttle.memory),
            #[cfg(feature = "redis")]
            redis: throttle
                .redis_url
                .as_ref()
                .and_then(|url| Redis::new(url, secret_key))
                .map(|redis| (redis, throttle.without_redis)),
        }
    }

    /// Asks the counters whether a request may pass, and has each that says so count it. In Redis that is one round
    /// trip; in memory nothing is allocated.
    ///
    /// # Errors
    /// 503 where Redis is away, and the settings say that nobody passes then.
    pub(crate) async fn count<'a>(
        &self,
        clock: &Clock,
        checks: impl Iterator<Item = &'a Check<'a>> + Clone,
    ) -> Result<Verdict, Error> {
        self.weigh(clock, true, checks).await
    }

    /// Asks the counters whether a request may pass, and counts nothing.
    ///
    /// # Errors
    /// As [`Counters::count`].
    pub(crate) async fn look<'a>(
        &self,
        clock: &Clock,
        checks: impl Iterator<Item = &'a Check<'a>> + Clone,
    ) -> Result<Verdict, Error> {
        self.weigh(clock, false, checks).await
    }

    async fn weigh<'a>(
        &self,
        clock: &Clock,
        counts: bool,
        checks: impl Iterator<Item = &'a Check<'a>> + Clone,
    ) -> Result<Verdict, Error> {
        if checks.clone().next().is_none() {
            return Ok(Verdict::default());
        }
        #[cfg(feature = "redis")]
        if let Some((redis, without)) = &self.redis {
            let now = if clock.is_the_machines() { None } else { Some(clock.milliseconds()) };
            match (redis.weigh(now, counts, checks.clone()).await, without) {
                (Ok(verdict), _) => return Ok(verdict),
                (Err(Away), WithoutRedis::Refuse) => return Err(Error::Unavailable { retry_after: AWAY }),
                (Err(Away), WithoutRedis::CountAlone) => {}
            }
        }
        Ok(self.memory.weigh(clock.milliseconds(), counts, checks))
    }

    /// Forgets what the counters counted. A counter in a Redis that is away runs out by itself.
    pub(crate) async fn forget<'a>(&self, checks: impl Iterator<Item = &'a Check<'a>> + Clone) {
        checks.clone().for_each(|check| self.memory.forget(check));
        #[cfg(feature = "redis")]
        if let Some((redis, _)) = &self.redis
            && checks.clone().next().is_some()
        {
            let _ = redis.forget(checks).await;
        }
    }
}
