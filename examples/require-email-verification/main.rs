//! Nobody logs in before their address is verified: `cargo run -p rest-auth-examples require-email-verification`.

use rest_auth::{Account, Builder, EmailVerification, Frontend};
use rest_auth_examples::{Ended, endpoints, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder
        .account(
            Account::default()
                .signup_fields(["email*", "username*", "password1*", "password2*"])
                .email_verification(EmailVerification::Mandatory),
        )
        .frontend(Frontend::default().verify_email_url("https://yourapp.com/verify-email/{key}"))
}

/// Serves them.
pub fn main() -> Ended {
    serve("require-email-verification", accounts, endpoints)
}
