//! Limits on attempts: `cargo run -p rest-auth-examples rate-limiting`.

use rest_auth::{Builder, Rate, Throttle};
use rest_auth_examples::{Ended, endpoints, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.throttle(Throttle::default().all(Rate::per_hour(100)).login(Rate::per_minute(5)))
}

/// Serves them.
pub fn main() -> Ended {
    serve("rate-limiting", accounts, endpoints)
}
