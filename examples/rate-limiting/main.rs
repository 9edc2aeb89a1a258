//! Limits on attempts: `cargo run -p rest-auth-examples --bin limits`. What `accounts` says, `rest-auth.toml` beside it
//! says to the server that needs no Rust.

use std::net::SocketAddr;

use axum::Router;
use rest_auth::{Auth, Builder, Rate, Throttle};

/// What the accounts are like.
pub fn accounts(builder: Builder) -> Builder {
    builder.throttle(Throttle::default().all(Rate::per_hour(100)).login(Rate::per_minute(5)))
}

/// The accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new().nest("/api/auth", auth.router())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = accounts(Auth::builder())
        .secret_key(std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned()))
        .database_url("sqlite://limits.db")
        .migrate()
        .build()
        .await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("Listening at http://{}", listener.local_addr()?);
    // Without their address, clients could not be counted.
    axum::serve(listener, app(&auth).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
