//! The refresh token at logout: from its cookie or from the body, onto the blacklist.

use serde::Deserialize;

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{Fields, Form};
use crate::request::Request;
use crate::tokens::jwt::{self, TokenError, claims::Kind};
use crate::tokens::rotation;

#[derive(Fields, Deserialize)]
struct Input {
    #[field(blank)]
    refresh: Option<String>,
}

/// Ends the refresh token, wherever it is. The first that is found, where the settings say that it is, makes the
/// answer; another one is ended as well. Gives the reason if none was ended.
pub(super) async fn end(request: &Request) -> Result<Option<String>, Error> {
    let auth = &request.auth;
    let settings = &auth.settings().rest_auth;
    let cookie = settings.jwt_auth_refresh_cookie.as_deref().and_then(|name| request.head.cookie(name));
    let cookie = cookie.map(str::to_owned);
    let body = in_body(request).await;
    let (first, second, missing) = match settings.jwt_auth_httponly {
        true => (cookie, body, "Refresh token was not included in cookie data."),
        false => (body, cookie, "Refresh token was not included in request data."),
    };
    let tokens: Vec<String> = first.into_iter().chain(second).collect();
    let mut answer = None;
    for token in tokens {
        let refused = blacklist(auth, &token).await?.err();
        answer.get_or_insert(refused.map(|error| error.to_string()));
    }
    Ok(answer.unwrap_or_else(|| Some(missing.to_owned())))
}

/// The token in the body, if that can be read and has one.
async fn in_body(request: &Request) -> Option<String> {
    let fields = Input::fields();
    let form = Form::read(&fields, request.data().await.ok()?, false).ok()?;
    let input: Input = form.finish().ok()?.into().ok()?;
    input.refresh
}

async fn blacklist(auth: &Auth, token: &str) -> Result<Result<(), TokenError>, Error> {
    let claims = match jwt::decode(auth, token.as_bytes()) {
        Ok(claims) => claims,
        Err(error) => return Ok(Err(error)),
    };
    let mut tx = auth.store().begin().await?;
    if rotation::is_blacklisted(auth, &mut tx, &claims).await? {
        return Ok(Err(TokenError::Blacklisted));
    }
    if let Err(error) = claims.check(auth.settings(), Some(Kind::Refresh)) {
        return Ok(Err(error));
    }
    let user = claims.user(auth.settings(), &mut tx).await?;
    if !rotation::blacklist(auth, &mut tx, &claims, user.as_ref()).await? {
        return Ok(Err(TokenError::Blacklisted));
    }
    tx.commit().await?;
    Ok(Ok(()))
}
