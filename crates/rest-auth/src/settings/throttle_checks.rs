//! What cannot work together in the settings of limits, and what should not go to production.

use super::Settings;
use crate::throttling::SCOPES;
use crate::throttling::rate::LONGEST;

impl Settings {
    pub(super) fn throttle_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let throttle = &self.throttle;
        for scope in throttle.rates.keys().filter(|scope| !SCOPES.contains(&scope.as_str())) {
            let near = SCOPES.iter().map(|known| (strsim::jaro_winkler(scope, known), known));
            let near = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.8);
            let hint = match near {
                Some((_, known)) => format!("Did you mean `{known}`?"),
                None => format!("There are {}.", SCOPES.join(", ")),
            };
            refuse("throttle.rates", format!("no endpoint has the scope {scope:?}"), &hint);
        }
        if let Some(problem) = throttle.redis_url.as_ref().and_then(|url| redis_problem(url.expose())) {
            let hint = "For example \"redis://127.0.0.1:6379\", special characters percent-encoded.";
            refuse("throttle.redis_url", problem, hint);
        }
        if !(1..=65_536).contains(&throttle.memory) {
            refuse("throttle.memory", format!("{} mebibytes cannot be had", throttle.memory), "From 1 to 65536.");
        }
        let failed = &throttle.failed_logins;
        for (path, lifetime) in [
            ("throttle.failed_logins.lock_time", failed.lock_time),
            ("throttle.failed_logins.remembered", failed.remembered),
        ] {
            if !(1..=i64::from(LONGEST)).contains(&lifetime.seconds()) {
                refuse(path, format!("{} seconds are no such time", lifetime.seconds()), "From 1s to 20 days.");
            }
        }
        if failed.lock_after > 0 && failed.lock_time > failed.remembered {
            let hint = "Make throttle.failed_logins.remembered as long.";
            refuse("throttle.failed_logins.lock_time", "failures are forgotten before it is over".into(), hint);
        }
        if failed.lock_after > 100_000 {
            refuse("throttle.failed_logins.lock_after", "so many cannot be remembered".into(), "100000 at most.");
        }
        if axum::http::HeaderName::try_from(self.client_address_header.as_str()).is_err() {
            let problem = format!("{:?} cannot be a header's name", self.client_address_header);
            refuse("client_address_header", problem, "For example \"X-Forwarded-For\".");
        }
    }

    pub(super) fn throttle_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        let throttle = &self.throttle;
        let limits = |scope: &str| throttle.rates.get(scope).is_some_and(|rate| rate.0.is_some());
        let is_limited = |scope: &str| match throttle.rates.contains_key(scope) {
            true => limits(scope),
            false => limits("dj_rest_auth"),
        };
        warn(
            !is_limited("login") || !is_limited("registration"),
            "throttle.rates",
            "login/ and registration/ are not limited; leave the setting out to have the default, or let the proxy limit them",
        );
        warn(
            throttle.failed_logins.lock_after == 0,
            "throttle.failed_logins.lock_after",
            "one account can be guessed from many addresses without end; leave it out to have the default",
        );
        warn(
            self.trusted_proxies.iter().any(|proxy| proxy.is_everybody()),
            "trusted_proxies",
            "every client is believed who says that it is a proxy, and has as many addresses as it likes; name the proxies",
        );
        warn(
            self.trusted_proxies.is_empty() && self.secure_proxy_ssl_header.is_some(),
            "trusted_proxies",
            "there is a proxy in front, and without its name here all its clients are counted as one",
        );
        warn(
            throttle.redis_url.is_none() && !self.database_url.expose().starts_with("sqlite:"),
            "throttle.redis_url",
            "each server on this database counts for itself; name a Redis if there is more than one",
        );
    }
}

#[cfg(feature = "redis")]
fn redis_problem(url: &str) -> Option<String> {
    crate::throttling::redis_problem(url)
}

#[cfg(not(feature = "redis"))]
fn redis_problem(_: &str) -> Option<String> {
    Some("this program was built without the feature redis of rest-auth".to_owned())
}
