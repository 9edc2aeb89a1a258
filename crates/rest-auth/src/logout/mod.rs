//! `POST logout/`, and `GET` where the settings allow it: takes the token key away and ends the session. The
//! reference's `LogoutView`.

#[cfg(test)]
mod tests;

use axum::http::Method;
use axum::response::Response;

use crate::current_user::Credential;
use crate::endpoint::Methods;
use crate::error::Error;
use crate::reply;
use crate::request::Request;

pub(crate) fn methods() -> Methods {
    Methods::new("Logout", "Ends what login began: the token key and the session are good no more.")
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
    let session_login = auth.settings().rest_auth.session_login;
    let by_token = request.user.as_ref().is_some_and(|user| user.credential() != Credential::Session);
    if !by_token && !session_login {
        return Err(Error::Refused("You should be logged in to logout. Check whether the token is passed.".to_owned()));
    }
    let mut tx = auth.store().begin().await?;
    if let Some(user) = &request.user {
        tx.delete_token_key(user.id).await?;
    }
    if session_login {
        request.session.flush(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(reply::detail("Successfully logged out."))
}
