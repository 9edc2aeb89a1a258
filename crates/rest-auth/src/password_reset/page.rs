//! `password/reset/confirm/UID/TOKEN/`: the page that the link in a mail leads to, where the application has none.
//! allauth's `PasswordResetFromKeyView`.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use minijinja::context;

use super::{Confirmation, holder, set_password};
use crate::error::Error;
use crate::fields::{Fields, Form};
use crate::methods::Methods;
use crate::request::Request;
use crate::sessions::csrf;
use crate::store::User;

pub(crate) fn methods() -> Methods {
    Methods::page("Password Reset From Key", "Takes a new password, on the page that a mail leads to.")
        .on(Method::GET, |request| Box::pin(show(request)))
        .on(Method::POST, |request| Box::pin(confirm(request)))
}

async fn show(request: &mut Request) -> Result<Response, Error> {
    let user = user_of_link(request).await?;
    Ok(form(request, StatusCode::OK, &user, &[]))
}

async fn confirm(request: &mut Request) -> Result<Response, Error> {
    csrf::guard(&request.auth, &request.head, Some(&request.content)).await?;
    let user = user_of_link(request).await?;
    match take(request).await {
        Ok(()) => Ok(request.page(StatusCode::OK, "password_reset_complete", context! {})),
        Err(Error::Invalid(errors)) if errors.has("token") || errors.has("uid") => Err(Error::NotFound),
        Err(Error::Invalid(errors)) => Ok(form(request, StatusCode::BAD_REQUEST, &user, &errors.messages())),
        Err(error) => Err(error),
    }
}

/// The user whom the link was made for.
///
/// # Errors
/// 404 if it is no longer good.
async fn user_of_link(request: &Request) -> Result<User, Error> {
    let (uid, token) = (request.path_part(1), request.path_part(0));
    holder(&request.auth, &uid, &token).await.map_err(|error| match error {
        Error::Invalid(_) => Error::NotFound,
        error => error,
    })
}

/// Sets the password that the form holds.
async fn take(request: &Request) -> Result<(), Error> {
    let fields: Vec<_> =
        Confirmation::fields().into_iter().filter(|field| !["uid", "token"].contains(&field.name())).collect();
    let mut form = Form::read(&fields, request.data().await?, false)?;
    form.set("uid", request.path_part(1).into_owned());
    form.set("token", request.path_part(0).into_owned());
    set_password(&request.auth, &form.finish()?.into()?).await
}

fn form(request: &Request, status: StatusCode, user: &User, errors: &[&str]) -> Response {
    let values = context! { errors, user => context! { username => user.username } };
    request.page(status, "password_reset_confirm", values)
}
