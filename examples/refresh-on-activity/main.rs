//! Tokens in cookies, renewed while they are used: `cargo run -p rest-auth-examples refresh-on-activity`.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, Builder, CurrentUser, Tokens};
use rest_auth_examples::{Ended, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.tokens(
        Tokens::cookies("access", "refresh")
            .rotate_refresh_tokens()
            .blacklist_after_rotation()
            .reuse_grace(Duration::from_secs(10))
            .reuse_detection()
            .refresh_on_activity(Duration::from_secs(120)),
    )
}

async fn dashboard(user: CurrentUser) -> String {
    format!("Welcome, {}.", user.username)
}

/// The application's own routes, whose use renews tokens, and the accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new().route("/dashboard", get(dashboard)).layer(auth.layer()).nest("/api/auth", auth.router())
}

/// Serves them.
pub fn main() -> Ended {
    serve("refresh-on-activity", accounts, app)
}
