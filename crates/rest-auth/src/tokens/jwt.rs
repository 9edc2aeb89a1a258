//! `Authorization: Bearer …`: a JSON Web Token that SimpleJWT issued under the same secret key.
//!
//! This version verifies them; it does not issue any.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::current_user::{Credential, CurrentUser};
use crate::error::Error;
use crate::request::Head;
use crate::settings::Secret;

/// SimpleJWT's claims, as far as they are looked at here.
#[derive(Deserialize)]
struct Claims {
    token_type: Option<String>,
    jti: Option<String>,
    user_id: Option<Value>,
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
}

/// Finds the user of the request's token: SimpleJWT's `JWTAuthentication`.
///
/// # Errors
/// 401 for a token that is not good, and for a user who is gone or inactive.
pub(crate) async fn authenticate(auth: &Auth, head: &Head) -> Result<Option<CurrentUser>, Error> {
    let Some(words) = super::authorization(head, "Bearer", true) else { return Ok(None) };
    let [_, token] = words.as_slice() else {
        return Err(failed("Authorization header must contain two space-delimited values", "bad_authorization_header"));
    };
    let claims = verify(token, auth.secret_key(), auth.now().unix_timestamp() as f64).map_err(invalid)?;
    let id = match claims.user_id {
        Some(Value::String(id)) => id,
        Some(id) => id.to_string(),
        None => return Err(failed("Token contained no recognizable user identification", "token_not_valid")),
    };
    let user = match id.parse() {
        Ok(id) => auth.store().connection().await?.user_by_id(id).await?,
        Err(_) => None,
    };
    match user {
        None => Err(failed("User not found", "user_not_found")),
        Some(user) if !user.is_active => Err(failed("User is inactive", "user_inactive")),
        Some(user) => Ok(Some(CurrentUser::new(user, Credential::Jwt))),
    }
}

/// The claims of an access token, or why it is none.
fn verify(token: &[u8], secret: &Secret, now: f64) -> Result<Claims, &'static str> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    // Our own clock judges the time, so that a test can move it.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| "Token is invalid")?;
    // A header may insist on being understood; nothing in one is.
    let insists = decoded.header.crit.is_some();
    let later = |time: Option<f64>| time.is_some_and(|time| time > now);
    match decoded.claims {
        Claims { nbf, iat, .. } if insists || later(nbf) || later(iat) => Err("Token is invalid"),
        Claims { exp: Some(exp), .. } if exp <= now => Err("Token is expired"),
        Claims { exp: None, .. } => Err("Token has no 'exp' claim"),
        Claims { jti: None, .. } => Err("Token has no id"),
        Claims { token_type: None, .. } => Err("Token has no type"),
        Claims { token_type: Some(ref kind), .. } if kind != "access" => Err("Token has wrong type"),
        claims => Ok(claims),
    }
}

fn failed(detail: &str, code: &str) -> Error {
    Error::AuthenticationFailed { detail: detail.to_owned(), extra: Map::from_iter([("code".to_owned(), code.into())]) }
}

/// SimpleJWT's `InvalidToken`, with what each class of token says.
fn invalid(message: &str) -> Error {
    let messages = json!([{ "token_class": "AccessToken", "token_type": "access", "message": message }]);
    Error::AuthenticationFailed {
        detail: "Given token not valid for any token type".to_owned(),
        extra: Map::from_iter([("code".to_owned(), "token_not_valid".into()), ("messages".to_owned(), messages)]),
    }
}
