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
    if rotation::is_blacklisted(&auth, &mut auth.store().reader(), &claims).await? {
        return Err(TokenError::Blacklisted.into());
    }
    Ok(reply::json(StatusCode::OK, &json!({})))
}
