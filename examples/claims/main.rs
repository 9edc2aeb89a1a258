//! Claims of one's own in JSON Web Tokens: `cargo run -p rest-auth-examples claims`.

use rest_auth::{Builder, ClaimValue, Error, TokenHolder, Tokens};
use rest_auth_examples::{Ended, endpoints, serve};
use serde_json::{Value, json};

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder.tokens(
        Tokens::body()
            .claim("username", ClaimValue::Username)
            .claim("email", ClaimValue::Email)
            .claim("groups", ClaimValue::Groups),
    )
}

/// A claim that is computed at every login. It takes a function, and there is none in a file.
pub async fn may_publish(holder: TokenHolder) -> Result<Value, Error> {
    Ok(json!({ "may_publish": holder.groups.iter().any(|group| group == "Editors") }))
}

/// Serves them.
pub fn main() -> Ended {
    serve("claims", |builder| accounts(builder).claims(may_publish), endpoints)
}
