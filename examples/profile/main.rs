//! A profile beside the user, shown and changed with the user: `cargo run -p rest-auth-examples profile`.

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, Builder, CurrentUser, Error, Fields};
use rest_auth_examples::{Ended, serve};
use serde::Deserialize;

/// A table of its own, with a row a user.
#[derive(Fields, Deserialize)]
#[fields(name = "profile", table = "app_userprofile")]
struct UserProfile {
    #[field(blank, max_length = 100)]
    company_name: String,
    #[field(blank, max_length = 20)]
    phone_number: String,
    #[field(choices = ["light", "dark"], default = "light")]
    theme: String,
    #[field(date)]
    birthday: Option<String>,
    #[field(blank)]
    bio: String,
}

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.profile::<UserProfile>()
}

async fn dashboard(user: CurrentUser) -> Result<String, Error> {
    let company = user.profile::<UserProfile>().await?.map(|profile| profile.company_name).unwrap_or_default();
    Ok(format!("{} of {company}", user.username))
}

/// The application's own routes, and the accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new().route("/dashboard", get(dashboard)).layer(auth.layer()).nest("/api/auth", auth.router())
}

/// Serves them.
pub fn main() -> Ended {
    serve("profile", accounts, app)
}
