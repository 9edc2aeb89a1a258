//! The refresh token at logout: from its cookie or from the body, onto the blacklist.

use serde::Deserialize;

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{Fields, Form};
use crate::request::Request;
use crate::tokens::jwt::{self, TokenError, claims::Kind};
use crate::tokens::{rotation, several};

#[derive(Fields, Deserialize)]
struct Input {
    #[field(blank)]
    refresh: Option<String>,
}

/// Ends every refresh token in the cookies and in the body.
///
/// Returns the reason if no token was ended in the place that the settings name. If that place has several cookies, one
/// valid token among them is enough.
pub(super) async fn end(request: &Request) -> Result<Option<String>, Error> {
    let auth = &request.auth;
    let settings = &auth.settings().rest_auth;
    let cookies =
        settings.jwt_auth_refresh_cookie.as_deref().map(|name| request.head.cookies(name)).unwrap_or_default();
    let body = in_body(request).await;
    let body: Vec<&str> = body.as_deref().into_iter().collect();
    let (first, second, missing) = match settings.jwt_auth_httponly {
        true => (cookies, body, "Refresh token was not included in cookie data."),
        false => (body, cookies, "Refresh token was not included in request data."),
    };
    let mut answer = None;
    for tokens in [first, second].into_iter().filter(|tokens| !tokens.is_empty()) {
        let mut refusal = None;
        let mut is_ended = false;
        for token in several::newest_first(auth, &tokens) {
            match blacklist(auth, token).await? {
                Ok(()) => is_ended = true,
                Err(error) => refusal = Some(error.to_string()),
            }
        }
        answer.get_or_insert(refusal.filter(|_| !is_ended));
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
