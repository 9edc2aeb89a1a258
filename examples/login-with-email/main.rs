//! Users log in by their address, and are not asked for a name: `cargo run -p rest-auth-examples login-with-email`.

use rest_auth::{Account, Builder, LoginMethod};
use rest_auth_examples::{Ended, endpoints, serve};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.account(
        Account::default()
            .login_methods([LoginMethod::Email])
            .signup_fields(["email*", "password1*", "password2*"]),
    )
}

/// Serves them.
pub fn main() -> Ended {
    serve("login-with-email", accounts, endpoints)
}
