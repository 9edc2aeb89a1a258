//! The link that gives a new password leads to a page of the application:
//! `cargo run -p rest-auth-examples password-reset-url`.

use rest_auth::{Builder, Frontend};
use rest_auth_examples::{Ended, endpoints, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.frontend(Frontend::default().password_reset_url("https://yourapp.com/reset-password/{uid}/{token}"))
}

/// Serves them.
pub fn main() -> Ended {
    serve("password-reset-url", accounts, endpoints)
}
