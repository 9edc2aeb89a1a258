//! A profile beside the user, shown and changed with the user: `cargo run -p rest-auth-examples profile`.

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, Builder, CurrentUser, Error, Fields, Image};
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
    #[field(upload_to = "avatars/")]
    avatar: Option<Image>,
    #[field(blank)]
    bio: String,
}

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.profile::<UserProfile>()
}

async fn dashboard(user: CurrentUser) -> Result<String, Error> {
    let Some(profile) = user.profile::<UserProfile>().await? else { return Ok(user.username.clone()) };
    let picture = if profile.avatar.is_some() { "with" } else { "without" };
    Ok(format!("{} of {}, {picture} a picture", user.username, profile.company_name))
}

/// The application's own routes, the accounts, and the pictures.
pub fn app(auth: &Auth) -> Router {
    Router::new().route("/dashboard", get(dashboard)).layer(auth.layer()).nest("/api/auth", auth.router()).nest("/media", auth.media_router())
}

/// Serves them.
pub fn main() -> Ended {
    serve("profile", accounts, app)
}
