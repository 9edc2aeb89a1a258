//! A field that login has beside the password, and a rule about it: `cargo run -p rest-auth-examples login-rules`.

use rest_auth::{Builder, Error, Fields, Login, LoginAttempt};
use rest_auth_examples::{Ended, endpoints, serve};
use serde::Deserialize;

#[derive(Fields, Deserialize)]
struct OrganizationLogin {
    #[field(blank)]
    organization: Option<String>,
}

/// Asked once the password is known to be right.
async fn is_member(login: LoginAttempt) -> Result<(), Error> {
    match login.input::<OrganizationLogin>()?.organization.as_deref() {
        None | Some("") => Ok(()),
        Some(name) if login.in_group(name) => Ok(()),
        Some(_) => Err(Error::field("organization", "You are not a member of this organization.")),
    }
}

/// What the accounts are like; in `rest-auth.toml` a webhook is the rule.
pub fn accounts(builder: Builder) -> Builder {
    builder.login(Login::default().fields::<OrganizationLogin>()).check_login(is_member)
}

/// Serves them.
pub fn main() -> Ended {
    serve("login-rules", accounts, endpoints)
}
