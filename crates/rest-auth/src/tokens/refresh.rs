//! `POST token/refresh/`: a refresh token, from the body or its cookie, against a new access token. The
//! reference's `RefreshViewWithCookieSupport`.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::jwt::TokenError;
use super::several::{self, RefreshTokens};
use super::transport::{self, TokenTransport};
use super::{cookies, rotation};
use crate::error::Error;
use crate::fields::{Fields, Form};
use crate::methods::Methods;
use crate::reply;
use crate::request::{Request, set_cookie};

pub(crate) fn methods() -> Methods {
    Methods::new("Refresh View With Cookie Support", "Takes a refresh token, and gives a new access token.")
        .on(Method::POST, |request| Box::pin(refresh(request)))
        .taking(Method::POST, |_| Input::fields())
}

#[derive(Fields, Deserialize)]
struct Input {
    refresh: Option<String>,
}

async fn refresh(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let in_body = transport::of(&auth, &request.head)? == TokenTransport::Body;
    let RefreshTokens { newest, others } = presented(request).await?;
    let renewed = rotation::renew(&auth, &newest).await?;
    several::end(&auth, &others).await?;
    let settings = auth.settings();
    let expiration = |lifetime| reply::time(auth.now() + time::Duration::from(lifetime));
    let (access_lifetime, refresh_lifetime) =
        (settings.simple_jwt.access_token_lifetime, settings.simple_jwt.refresh_token_lifetime);
    let mut body = json!({ "access": renewed.access });
    let shown = renewed.refresh.as_ref().filter(|_| in_body || !settings.rest_auth.jwt_auth_httponly);
    if let Some(refresh) = shown {
        body["refresh"] = refresh.as_str().into();
    }
    body["access_expiration"] = expiration(access_lifetime).into();
    if shown.is_some() {
        body["refresh_expiration"] = expiration(refresh_lifetime).into();
    }
    let mut response = reply::json(StatusCode::OK, &body);
    if in_body {
        return Ok(response);
    }
    let access = cookies::access(&auth, &renewed.access, access_lifetime.seconds());
    let refresh = renewed.refresh.and_then(|refresh| cookies::refresh(&auth, &refresh));
    access.iter().chain(&refresh).for_each(|cookie| set_cookie(&mut response, cookie));
    Ok(response)
}

/// The token in the body, or else in the cookie.
async fn presented(request: &Request) -> Result<RefreshTokens, Error> {
    let auth = &request.auth;
    let input: Input = Form::read(&Input::fields(), request.data().await?, false)?.finish()?.into()?;
    match (&input.refresh, &auth.settings().rest_auth.jwt_auth_refresh_cookie) {
        (Some(token), _) => several::refresh_tokens(auth, &[token]).await,
        (None, Some(name)) => several::refresh_tokens(auth, &request.head.cookies(name)).await,
        (None, None) => Err(TokenError::Missing.into()),
    }
}
