//! `POST logout/`, and `GET` where the settings allow it: takes the token key away, ends the session, and puts the
//! refresh token on the blacklist. The reference's `LogoutView`.

mod refresh_token;
#[cfg(test)]
mod tests;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;

use crate::current_user::Credential;
use crate::error::Error;
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;
use crate::tokens::cookies;

pub(crate) fn methods() -> Methods {
    Methods::new("Logout", "Ends what login began: the tokens and the session are good no more.")
        .on(Method::GET, |request| Box::pin(logout_on_get(request)))
        .on(Method::POST, |request| Box::pin(logout(request)))
}

async fn logout_on_get(request: &mut Request) -> Result<Response, Error> {
    if !request.auth.settings().account.logout_on_get {
        return Err(Error::MethodNotAllowed(request.head.method.clone()));
    }
    logout(request).await
}

async fn logout(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let settings = &auth.settings().rest_auth;
    let by_token = request.user.as_ref().is_some_and(|user| user.credential() != Credential::Session);
    if !by_token && !settings.session_login && !settings.use_jwt {
        return Err(Error::Refused("You should be logged in to logout. Check whether the token is passed.".to_owned()));
    }
    let mut tx = auth.store().begin().await?;
    if let Some(user) = &request.user {
        tx.delete_token_key(user.id).await?;
    }
    if settings.session_login {
        request.session.flush(&mut tx).await?;
    }
    tx.commit().await?;
    if !settings.use_jwt {
        return Ok(reply::detail(LOGGED_OUT));
    }
    if !auth.settings().simple_jwt.blacklist {
        let mut response = reply::detail(if settings.jwt_auth_cookie.is_some() { LOGGED_OUT } else { NOT_ENDED });
        cookies::remove(&auth, &mut response);
        return Ok(response);
    }
    let mut response = match refresh_token::end(request).await? {
        None => reply::detail(LOGGED_OUT),
        // The reference names no scheme here.
        Some(reason) => reply::json(StatusCode::UNAUTHORIZED, &json!({ "detail": reason })),
    };
    cookies::remove(&auth, &mut response);
    Ok(response)
}

const LOGGED_OUT: &str = "Successfully logged out.";

/// The detail of the response if the server cannot end tokens.
const NOT_ENDED: &str = "Neither cookies or blacklist are enabled, so the token has not been deleted server side. \
                         Please make sure the token is deleted client side.";
