//! rest-auth: the accounts of a web or mobile application, on the wire, the tables and the secrets of
//! Django's dj-rest-auth.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use rest_auth::{Auth, CurrentUser};
//!
//! let auth = Auth::builder().secret_key("…").database_url("sqlite://accounts.db").migrate().build().await?;
//! let app: Router = Router::new()
//!     .route("/hello", get(async |user: CurrentUser| format!("Hello {}", user.username)))
//!     .layer(auth.layer())
//!     .nest("/api/auth", auth.router());
//! # Ok(())
//! # }
//! ```
//!
//! To find one's way: [`auth`] lists every endpoint, each of which is a folder named after what it is for;
//! `endpoint.rs` is the way that a request takes to it, `request.rs` and `reply.rs` what it takes along and
//! brings back. `fields/` reads bodies, `store/` is the database, `settings/` what can be set.

extern crate self as rest_auth;

pub mod amount;
mod auth;
mod builder;
mod client_address;
mod cors;
mod current_user;
mod email_change;
mod email_verification;
mod endpoint;
mod error;
mod examine;
mod expired;
pub mod fields;
mod former_cookies;
mod forward_auth;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod hooks;
mod jwks;
mod login;
mod logout;
mod mail;
mod masked;
mod media;
mod methods;
mod metrics;
mod pages;
mod pairs;
mod password_change;
mod password_reset;
mod passwords;
mod python_pattern;
mod readiness;
mod registration;
mod rehash;
mod reply;
mod request;
mod sessions;
pub mod settings;
mod signing;
mod source;
mod store;
mod templates;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod throttling;
mod tokens;
mod unique;
mod user_details;
mod usernames;
mod users;

pub use auth::Auth;
pub use builder::{BuildError, Builder};
pub use client_address::ClientAddress;
pub use current_user::{AuthLayer, AuthService, Credential, CurrentUser, Refusal};
pub use error::{Error, FieldErrors, NON_FIELD_ERRORS};
pub use examine::{Finding, Severity, examine, left_behind};
pub use expired::Flushed;
pub use fields::{Fields, File, Image, Profile};
pub use groups::{Group, RequireGroup};
pub use hooks::{Registered, ShownUser, TokenHolder};
pub use login::LoginAttempt;
pub use mail::{
    EmailOptions, Mail, MailKind, MailRequest, SendError, SmtpError, SmtpStep, TestMailError, send_test_mail,
};
pub use media::{MediaError, MediaStorage};
pub use passwords::{Algorithm, HasherSetting, ValidatorSetting, breached};
pub use readiness::NotReady;
pub use registration::builder::Registration;
pub use settings::{
    Account, ClaimValue, EmailVerification, Frontend, Login, LoginMethod, Media, Settings, UserDetails, UserTable,
    Webhook,
};
/// The version of sqlx whose pools and connections are taken and given here.
pub use sqlx;
pub use store::{Connection, Dialect, NoUserId, Pool, Store, StoreError, User, UserId, Violation};
pub use throttling::choice::Throttle;
pub use throttling::rate::{NotARate, Rate};
pub use tokens::choice::Tokens;
pub use tokens::transport::TokenTransport;
pub use users::{NewAccount, Users};

/// The Rust of the documentation's pages compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/databases.md")]
#[doc = include_str!("../../../docs/mail.md")]
#[doc = include_str!("../../../docs/tokens.md")]
#[doc = include_str!("../../../docs/user-table.md")]
#[doc = include_str!("../../../docs/guide/profile.md")]
#[doc = include_str!("../../../docs/guide/email-verification-url.md")]
#[doc = include_str!("../../../docs/guide/password-reset-url.md")]
#[doc = include_str!("../../../docs/guide/registration-fields.md")]
#[doc = include_str!("../../../docs/guide/require-email-verification.md")]
#[doc = include_str!("../../../docs/guide/login-with-email.md")]
#[doc = include_str!("../../../docs/guide/refresh-on-activity.md")]
#[doc = include_str!("../../../docs/guide/user-types.md")]
#[doc = include_str!("../../../docs/guide/rate-limiting.md")]
#[doc = include_str!("../../../docs/guide/login-rules.md")]
#[doc = include_str!("../../../docs/guide/user-details.md")]
#[doc = include_str!("../../../docs/guide/claims.md")]
#[doc = include_str!("../../../docs/guide/shop.md")]
struct Documentation;
