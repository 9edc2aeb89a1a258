//! What clients see of a user, and what of it they may write: `cargo run -p rest-auth-examples user-details`.

use rest_auth::{Builder, Error, ShownUser, UserDetails};
use rest_auth_examples::{Ended, endpoints, serve};
use serde_json::{Value, json};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.user_details(
        UserDetails::default()
            .fields(["pk", "username", "email", "first_name", "last_name", "groups", "date_joined"])
            .read_only_fields(["username"]),
    )
}

/// A field that is computed each time. It takes a function, and there is none in a file.
pub async fn full_name(shown: ShownUser) -> Result<Value, Error> {
    let name = format!("{} {}", shown.user.first_name, shown.user.last_name);
    Ok(json!({ "full_name": if name.trim().is_empty() { &shown.user.username } else { name.trim() } }))
}

/// Serves them.
pub fn main() -> Ended {
    serve("user-details", |builder| accounts(builder).computed_fields(full_name), endpoints)
}
