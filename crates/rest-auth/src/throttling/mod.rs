//! Limits on attempts: Django REST framework's `ScopedRateThrottle` and its sisters, allauth's rate limits, and the limit
//! on guesses at one account.
//!
//! `rate.rs` is what the settings say, `rule.rs` what a counter is asked, `counters.rs` where it is: in `memory.rs` or in
//! `redis.rs`. `account.rs` is allauth's part, `failed_logins.rs` the guesses.

pub(crate) mod account;
pub(crate) mod choice;
mod counters;
pub(crate) mod failed_logins;
mod memory;
pub(crate) mod rate;
#[cfg(feature = "redis")]
mod redis;
pub(crate) mod rule;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use counters::Counters;
#[cfg(feature = "redis")]
pub(crate) use redis::{problem as redis_problem, says as redis_says};

use crate::auth::Auth;
use crate::client_address;
use crate::error::Error;
use crate::metrics;
use crate::request::{Head, Request};
use crate::settings::{Secret, Settings};
use crate::store::UserId;
use account::{Action, Per};
use rate::Rate;
use rule::{Check, Failures, Ident, Rule, Verdict};

/// The scope that endpoints share: `throttle_scope` of dj-rest-auth's views.
const SHARED: &str = "dj_rest_auth";

/// The scopes that may have a rate in `throttle.rates`.
pub const SCOPES: [&str; 19] = [
    SHARED,
    "anon",
    "user",
    "login",
    "logout",
    "registration",
    "password_change",
    "password_reset",
    "password_reset_confirm",
    "user_details",
    "token_refresh",
    "token_verify",
    "csrf",
    "jwks",
    "forward_auth",
    "verify_email",
    "resend_email",
    "email_change",
    // Of endpoints that are still to come.
    "dj_rest_auth_mfa_verify",
];

/// What limits the requests to an endpoint. In the table of endpoints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scope {
    /// A rate of its own, or else the one that endpoints share.
    Shared(&'static str),
    /// A rate of its own, if it is named.
    Own(&'static str),
    /// The same, and not so much as `anon` and `user`: what proxies and services ask for.
    Apart(&'static str),
    /// `anon` and `user` alone.
    Unnamed,
}

/// Counts attempts.
#[derive(Debug)]
pub(crate) struct Throttling {
    counters: Counters,
    failures: Option<Failures>,
    /// What has been said in the log, and need not be said again.
    has_said_unknown: AtomicBool,
    has_said_proxy: AtomicBool,
}

impl Throttling {
    pub(crate) fn new(settings: &Settings, secret_key: &Secret) -> Self {
        Self {
            counters: Counters::new(settings, secret_key),
            failures: failed_logins::rule(&settings.throttle.failed_logins),
            has_said_unknown: AtomicBool::new(false),
            has_said_proxy: AtomicBool::new(false),
        }
    }

    /// Refuses a request to an endpoint that comes too often, and counts it otherwise: `check_throttles`. Each limit
    /// that lets it pass has counted it, also where another refuses it.
    ///
    /// # Errors
    /// 429, or 503 where nobody can tell.
    pub(crate) async fn check(
        &self,
        auth: &Auth,
        head: &Head,
        user: Option<UserId>,
        scope: Scope,
    ) -> Result<(), Error> {
        let settings = auth.settings();
        if settings.throttle.rates.is_empty() {
            return Ok(());
        }
        let address = self.address(settings, head);
        self.check_as(auth, address, user, scope).await
    }

    /// The same for who is counted by this address, or this user.
    pub(crate) async fn check_as(
        &self,
        auth: &Auth,
        address: Option<[u8; 16]>,
        user: Option<UserId>,
        scope: Scope,
    ) -> Result<(), Error> {
        let rates = &auth.settings().throttle.rates;
        let address = address.map(Ident::Address);
        let whoever = user.map(Ident::User).or(address);
        let rate = |scope: &str| rates.get(scope).and_then(|setting| setting.0);
        let (named, is_apart) = match scope {
            Scope::Shared(own) if rates.contains_key(own) => (Some(own), false),
            Scope::Shared(_) => (Some(SHARED), false),
            Scope::Own(own) => (Some(own), false),
            Scope::Apart(own) => (Some(own), true),
            Scope::Unnamed => (None, false),
        };
        let anonymous = if user.is_none() { address } else { None };
        let checks = [
            named.and_then(|scope| check(scope, rate(scope)?, whoever?)),
            if is_apart { None } else { rate("anon").and_then(|rate| check("anon", rate, anonymous?)) },
            if is_apart { None } else { rate("user").and_then(|rate| check("user", rate, whoever?)) },
        ];
        let scope = checks.iter().flatten().next().map_or("", |check| check.scope);
        refuse(self.counters.count(auth.clock(), checks.iter().flatten()).await?, scope)
    }

    /// Refuses an action that allauth limits, and counts it otherwise. Without a user, an address or a key what is counted
    /// by it is not.
    ///
    /// # Errors
    /// As [`Throttling::check`].
    pub(crate) async fn act(&self, request: &Request, action: Action, key: Option<&str>) -> Result<(), Error> {
        let checks = self.account_checks(request, action, key);
        refuse(self.counters.count(request.auth.clock(), checks.iter()).await?, action.scope())
    }

    /// The counters of an action of allauth's.
    fn account_checks<'a>(&self, request: &Request, action: Action, key: Option<&'a str>) -> Vec<Check<'a>> {
        let settings = request.auth.settings();
        let rates = settings.account.rate_limits.of(action).into_iter();
        rates
            .filter_map(|(rate, per)| {
                let ident = match per {
                    Per::Address => self.address(settings, &request.head).map(Ident::Address),
                    Per::User => request.user.as_ref().map(|user| Ident::User(user.id)),
                    Per::Key => key.map(Ident::Name),
                };
                check(action.scope(), rate, ident?)
            })
            .collect()
    }

    /// The client's address as it is counted, if it is known.
    fn address(&self, settings: &Settings, head: &Head) -> Option<[u8; 16]> {
        let Some(peer) = head.peer() else {
            if !self.has_said_unknown.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "limits by address are not in force, because the address of clients is not known: serve the router \
                     with into_make_service_with_connect_info::<SocketAddr>(), or give each request a ClientAddress"
                );
            }
            return None;
        };
        let client = client_address::client(settings, peer, &head.headers);
        let header = settings.client_address_header.as_str();
        if client == peer
            && is_near(peer)
            && !client_address::is_trusted(settings, peer)
            && head.headers.contains_key(header)
            && !self.has_said_proxy.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%peer, header, "a proxy that is not in trusted_proxies: its clients are counted as one");
        }
        Some(client_address::counted(client))
    }
}

/// Whether the address is this machine's or of a network of one's own, where proxies are.
fn is_near(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        std::net::IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn check<'a>(scope: &'a str, rate: Rate, ident: Ident<'a>) -> Option<Check<'a>> {
    Some(Check { scope, ident, rule: Rule::Rate(rate) })
}

/// 429 if the counters say that somebody has to wait, with the seconds rounded up. Several counters count as one of this
/// scope.
fn refuse(verdict: Verdict, scope: &str) -> Result<(), Error> {
    match verdict.wait {
        None => Ok(()),
        Some(wait) => {
            metrics::throttled(scope);
            Err(Error::Throttled { wait: wait.div_ceil(1000) })
        }
    }
}
