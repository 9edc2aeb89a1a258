//! The patterns of the guide, a folder each: `main.rs` is the application in Rust, `rest-auth.toml` says the same to the
//! server that needs no Rust, and [the guide](../docs/guide/README.md) has a page about it.
//!
//! Each `main.rs` is a program of its own; they are modules here so that they are compiled once and linked once.

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use rest_auth::{Auth, Builder};
use tokio::net::TcpListener;

extern crate self as rest_auth_examples;

/// How an example ends.
pub type Ended = Result<(), Box<dyn Error>>;

macro_rules! examples {
    ($( $folder:literal, $file:literal => $module:ident; )+) => {
        $( #[path = $file] pub mod $module; )+

        /// Every example, by the name of its folder.
        pub const EXAMPLES: &[(&str, fn() -> Ended)] = &[$( ($folder, $module::main) ),+];
    };
}

examples! {
    "getting-started", "getting-started/main.rs" => getting_started;
    "profile", "profile/main.rs" => profile;
    "email-verification-url", "email-verification-url/main.rs" => email_verification_url;
    "password-reset-url", "password-reset-url/main.rs" => password_reset_url;
    "registration-fields", "registration-fields/main.rs" => registration_fields;
    "require-email-verification", "require-email-verification/main.rs" => require_email_verification;
    "login-with-email", "login-with-email/main.rs" => login_with_email;
    "refresh-on-activity", "refresh-on-activity/main.rs" => refresh_on_activity;
    "user-types", "user-types/main.rs" => user_types;
    "rate-limiting", "rate-limiting/main.rs" => rate_limiting;
    "login-rules", "login-rules/main.rs" => login_rules;
    "user-details", "user-details/main.rs" => user_details;
    "claims", "claims/main.rs" => claims;
    "shop", "shop/main.rs" => shop;
}

/// An application that has the accounts and nothing else.
pub fn endpoints(auth: &Auth) -> Router {
    Router::new().nest("/api/auth", auth.router())
}

/// Serves an example at port 8000, on a database of its own: what `getting-started` writes out.
///
/// # Errors
/// If the accounts cannot be built, or the port is taken.
#[tokio::main]
pub async fn serve(name: &str, accounts: fn(Builder) -> Builder, app: fn(&Auth) -> Router) -> Ended {
    let auth = accounts(Auth::builder())
        .secret_key(std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned()))
        .database_url(&format!("sqlite://{name}.db"))
        .migrate()
        .build()
        .await?;
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    println!("Listening at http://{}", listener.local_addr()?);
    // Limits count clients by their address.
    axum::serve(listener, app(&auth).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
