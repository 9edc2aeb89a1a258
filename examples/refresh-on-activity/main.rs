//! Tokens in cookies, renewed while they are used, with the user's groups in them:
//! `cargo run -p rest-auth-examples --bin tokens`. What `accounts` says, `rest-auth.toml` beside it says to the
//! server that needs no Rust.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, Builder, CurrentUser, Group, RequireGroup, TokenHolder, Tokens};
use serde_json::json;

/// What the accounts are like.
pub fn accounts(builder: Builder) -> Builder {
    builder
        .tokens(
            Tokens::cookies("access", "refresh")
                .rotate_refresh_tokens()
                .blacklist_after_rotation()
                .reuse_grace(Duration::from_secs(10))
                .reuse_detection()
                .refresh_on_activity(Duration::from_secs(120)),
        )
        .claims(async |holder: TokenHolder| Ok(json!({ "username": holder.user.username, "groups": holder.groups })))
}

struct Editors;

impl Group for Editors {
    const NAME: &'static str = "Editors";
}

async fn read(user: CurrentUser) -> String {
    format!("{} may read.", user.username)
}

async fn edit(user: RequireGroup<Editors>) -> String {
    format!("{} may edit.", user.username)
}

/// The application's own routes, and the accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/edit", get(edit))
        .layer(auth.layer())
        .nest("/api/auth", auth.router())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = accounts(Auth::builder())
        .secret_key(std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned()))
        .database_url("sqlite://tokens.db")
        .migrate()
        .build()
        .await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("Listening at http://{}", listener.local_addr()?);
    axum::serve(listener, app(&auth)).await?;
    Ok(())
}
