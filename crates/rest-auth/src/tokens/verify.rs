//! `POST token/verify/`: whether a token, of whichever kind, is good. The reference's `TokenVerifyView`.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::jwt::{self, TokenError};
use super::rotation;
use crate::error::Error;
use crate::fields::{Fields, Form};
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;

pub(crate) fn methods() -> Methods {
    Methods::new("Token Verify", "Takes a token, and tells whether it is good.")
        .on(Method::POST, |request| Box::pin(verify(request)))
        .taking(Method::POST, |_| Input::fields())
}

#[derive(Fields, Deserialize)]
struct Input {
    token: String,
}

async fn verify(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let input: Input = Form::read(&Input::fields(), request.data().await?, false)?.finish()?.into()?;
    let claims = jwt::decode(&auth, input.token.as_bytes())?;
    claims.check(auth.settings(), None)?;
    let mut db = auth.store().reader();
    if rotation::is_blacklisted(&auth, &mut db, &claims).await? {
        return Err(TokenError::Blacklisted.into());
    }
    // A token that every other endpoint refuses is invalid. Without the setting, the user is not looked up.
    if auth.settings().simple_jwt.check_revoke_token
        && let Some(user) = claims.user(auth.settings(), &mut db).await?
    {
        jwt::revocation::check(&auth, &mut db, &claims, &user).await?;
    }
    Ok(reply::json(StatusCode::OK, &json!({})))
}
