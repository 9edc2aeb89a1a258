//! `POST password/change/`: a new password for the user who is logged in. Their other sessions end. The
//! reference's `PasswordChangeView` and `PasswordChangeSerializer`.

#[cfg(test)]
mod tests;

use axum::http::Method;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::Auth;
use crate::current_user::CurrentUser;
use crate::error::{Error, FieldErrors};
use crate::fields::{Field, Fields, Form};
use crate::methods::Methods;
use crate::reply;
use crate::request::{Request, set_cookie};
use crate::sessions;
use crate::throttling::account::Action;
use crate::throttling::failed_logins;
use crate::users::subject_of;

pub(crate) fn methods() -> Methods {
    Methods::new("Password Change", "Replaces the password of the user who is logged in.")
        .on(Method::POST, |request| Box::pin(change(request)))
        .taking(Method::POST, fields)
}

#[derive(Fields, Deserialize)]
struct Input {
    #[field(max_length = 128)]
    old_password: Option<String>,
    #[field(max_length = 128)]
    new_password1: String,
    #[field(max_length = 128)]
    new_password2: String,
}

/// The fields; the old password only where the settings ask for it.
fn fields(auth: &Auth) -> Vec<Field> {
    let asked = auth.settings().rest_auth.old_password_field_enabled;
    Input::fields()
        .into_iter()
        .filter(|field| asked || field.name() != "old_password")
        .map(|field| if field.name() == "old_password" { field.keep_whitespace() } else { field })
        .map(|field| field.required(true))
        .collect()
}

const WRONG_OLD_PASSWORD: &str = "Your old password was entered incorrectly. Please enter it again.";

async fn change(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    auth.throttling().act(request, Action::ChangePassword, None).await?;
    let user = request.user()?.clone();
    let input = examine(request, &user).await?;
    let hash = auth.passwords().make(&input.new_password1).await?;
    let mut tx = auth.store().begin().await?;
    if input.old_password.is_none() {
        tx.set_password(user.id, &hash).await?;
    } else if !tx.change_password(&user, &hash).await? {
        // Somebody else who knew the old password was faster.
        return Err(Error::field("old_password", WRONG_OLD_PASSWORD));
    }
    let kept = match auth.settings().rest_auth.logout_on_password_change {
        true => None,
        false => Some(sessions::keep_after_password_change(request, &mut tx, &hash).await?),
    };
    tx.commit().await?;
    failed_logins::forgive(&auth, &user).await;
    let mut response = reply::detail("New password has been saved.");
    if let Some(cookie) = kept {
        set_cookie(&mut response, &cookie);
    }
    Ok(response)
}

async fn examine(request: &Request, user: &CurrentUser) -> Result<Input, Error> {
    let auth = &request.auth;
    let fields = fields(auth);
    let mut form = Form::read(&fields, request.data().await?, false)?;
    if let Some(old_password) = form.text("old_password")
        && !auth.passwords().check(old_password, Some(&user.password)).await?.correct
    {
        form.refuse("old_password", WRONG_OLD_PASSWORD);
    }
    let input: Input = form.finish()?.into()?;
    let messages = if input.new_password1 == input.new_password2 {
        auth.passwords().validate(&input.new_password2, Some(&subject_of(user)))
    } else {
        vec!["The two password fields didn’t match.".to_owned()]
    };
    if messages.is_empty() {
        return Ok(input);
    }
    Err(Error::Invalid(FieldErrors::of("new_password2", messages)))
}
