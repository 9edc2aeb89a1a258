//! The link that verifies an address leads to a page of the application:
//! `cargo run -p rest-auth-examples email-verification-url`.

use rest_auth::{Builder, Frontend};
use rest_auth_examples::{Ended, endpoints, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.frontend(Frontend::default().verify_email_url("https://yourapp.com/verify-email/{key}"))
}

/// Serves them.
pub fn main() -> Ended {
    serve("email-verification-url", accounts, endpoints)
}
