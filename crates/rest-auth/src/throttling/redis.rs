//! Counters in Redis or Valkey, which any number of servers share. One script asks all counters of a request, in one
//! round trip and by one clock, so that they are exact wherever the requests arrive.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use sha2::Sha256;
use tokio::sync::OnceCell;

use super::memory::Millis;
use super::rule::{Check, LONGEST_PAUSE, Rule, Verdict};
use crate::settings::Secret;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(500);

/// For how long nobody asks again who gave no answer, in milliseconds.
const PAUSE: u64 = 1000;

pub(super) struct Redis {
    client: Client,
    /// Made by the first who asks, in their runtime.
    connection: OnceCell<ConnectionManager>,
    script: Script,
    /// Names the counters, so that no address and no name can be read there.
    secret_key: Secret,
    /// Whether the last answer came.
    is_there: AtomicBool,
    /// Until when nobody asks again, in milliseconds after `start`.
    ask_again: AtomicU64,
    start: Instant,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("is_there", &self.is_there).finish_non_exhaustive()
    }
}

/// Redis gave no answer; that has been logged.
#[derive(Debug)]
pub(super) struct Away;

/// What is wrong with the URL of a server.
pub(crate) fn problem(url: &str) -> Option<String> {
    // The error does not repeat the URL, which holds a password.
    Client::open(url).err().map(|_| "it is no URL of a Redis server".to_owned())
}

/// Returns the server's error for the counting script; `None` if the script works.
pub(crate) async fn says(url: &Secret) -> Option<String> {
    /// A key that does not count any client.
    const KEY: &str = "{rest-auth}:check";
    let count = async {
        let mut connection = Client::open(url.expose())?.get_multiplexed_async_connection().await?;
        let script = Script::new(include_str!("weigh.lua"));
        let mut call = script.prepare_invoke();
        call.arg("").arg("1").key(KEY).arg(1000).arg(1).arg("rate").arg(1).arg(0).arg(0).arg(0);
        let _: (i64, u32) = call.invoke_async(&mut connection).await?;
        redis::cmd("DEL").arg(KEY).exec_async(&mut connection).await
    };
    count.await.err().map(|error: RedisError| error.to_string())
}

impl Redis {
    /// `None` for a URL that is none, which the settings refuse before.
    pub(super) fn new(url: &Secret, secret_key: &Secret) -> Option<Self> {
        Some(Self {
            client: Client::open(url.expose()).ok()?,
            connection: OnceCell::new(),
            script: Script::new(include_str!("weigh.lua")),
            secret_key: secret_key.clone(),
            is_there: AtomicBool::new(true),
            ask_again: AtomicU64::new(0),
            start: Instant::now(),
        })
    }

    /// Asks the counters, and has each that lets the request pass count it, if it `counts`. Without a time, Redis's own
    /// is the time.
    pub(super) async fn weigh<'a>(
        &self,
        now: Option<Millis>,
        counts: bool,
        checks: impl Iterator<Item = &'a Check<'a>>,
    ) -> Result<Verdict, Away> {
        let mut call = self.script.prepare_invoke();
        call.arg(now.map(|now| now.to_string()).unwrap_or_default()).arg(u8::from(counts));
        for check in checks {
            call.key(self.name(check)).arg(check.rule.period()).arg(check.rule.most());
            match check.rule {
                Rule::Rate(rate) => call.arg("rate").arg(rate.limit()).arg(0).arg(0).arg(0),
                Rule::Failures(failures) => call
                    .arg("failures")
                    .arg(failures.slow_after)
                    .arg(failures.lock_after)
                    .arg(u64::from(failures.lock_time) * 1000)
                    .arg(LONGEST_PAUSE),
            };
        }
        let (wait, count): (i64, u32) =
            self.ask(async |mut connection| call.invoke_async(&mut connection).await).await?;
        Ok(Verdict { wait: u32::try_from(wait).ok(), count })
    }

    /// Forgets what the counters counted.
    pub(super) async fn forget<'a>(&self, checks: impl Iterator<Item = &'a Check<'a>>) -> Result<(), Away> {
        let mut command = redis::cmd("DEL");
        checks.for_each(|check| {
            command.arg(self.name(check));
        });
        self.ask(async |mut connection| command.query_async(&mut connection).await).await
    }

    /// The counter's name there.
    fn name(&self, check: &Check<'_>) -> String {
        use base64::Engine;
        let mac = Hmac::<Sha256>::new_from_slice(self.secret_key.expose().as_bytes());
        let digest = mac.map(|mac| mac.chain_update(check.bytes()).finalize().into_bytes());
        let digest = digest.map(|digest| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..18]));
        // One part of a cluster has them all, because one script asks for several.
        format!("{{rest-auth}}:{}", digest.unwrap_or_default())
    }

    async fn ask<T>(&self, command: impl AsyncFnOnce(ConnectionManager) -> Result<T, RedisError>) -> Result<T, Away> {
        let elapsed = || u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if elapsed() < self.ask_again.load(Ordering::Relaxed) {
            return Err(Away);
        }
        let answer = async { command(self.connect().await?).await };
        let problem = match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => {
                if !self.is_there.swap(true, Ordering::Relaxed) {
                    tracing::info!("Redis answers again");
                }
                return Ok(answer);
            }
            // The code alone: a server may say more than should be logged.
            Ok(Err(error)) => error.category().to_owned(),
            Err(_) => format!("no answer within {} milliseconds", PATIENCE.as_millis()),
        };
        self.ask_again.store(elapsed() + PAUSE, Ordering::Relaxed);
        if self.is_there.swap(false, Ordering::Relaxed) {
            tracing::warn!(problem, "Redis does not answer, and the limits are not those of all servers together");
        }
        Err(Away)
    }

    async fn connect(&self) -> Result<ConnectionManager, RedisError> {
        let connect = async || {
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE))
                .set_number_of_retries(0);
            ConnectionManager::new_with_config(self.client.clone(), config).await
        };
        self.connection.get_or_try_init(connect).await.cloned()
    }
}
