//! Registration with fields of one's own, kept with the user and in a profile:
//! `cargo run -p rest-auth-examples registration-fields`.

use rest_auth::{Builder, Fields, Registration};
use rest_auth_examples::{Ended, endpoints, serve};

#[derive(Fields)]
#[fields(name = "profile", table = "app_userprofile")]
struct UserProfile {
    #[field(blank, max_length = 100)]
    company_name: String,
}

/// What everyone is asked for, and where it goes.
#[derive(Fields)]
struct Signup {
    #[field(save_to = "user.first_name")]
    first_name: String,
    #[field(save_to = "user.last_name")]
    last_name: String,
    #[field(blank, save_to = "profile.company_name")]
    company: String,
}

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.profile::<UserProfile>().registration(Registration::default().fields::<Signup>())
}

/// Serves them.
pub fn main() -> Ended {
    serve("registration-fields", accounts, endpoints)
}
