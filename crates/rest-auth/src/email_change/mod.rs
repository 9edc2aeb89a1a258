//! `POST email/change/`: another address, which takes the place of the user's own once it is verified; the old one is
//! told. What allauth does where `ACCOUNT_CHANGE_EMAIL` is set, for clients that speak JSON.

#[cfg(test)]
mod tests;

use axum::http::Method;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::Auth;
use crate::current_user::CurrentUser;
use crate::email_verification::letter;
use crate::error::Error;
use crate::fields::{Field, Fields, Form};
use crate::mail::MailKind;
use crate::methods::Methods;
use crate::registration;
use crate::reply;
use crate::request::Request;
use crate::store::{Connection, same_address};
use crate::unique::{self, Names};

pub(crate) fn methods() -> Methods {
    Methods::new("Email Change", "Mails a key to a new address, which replaces the old one once it is verified.")
        .on(Method::POST, |request| Box::pin(ask(request)))
        .taking(Method::POST, fields)
}

#[derive(Fields, Deserialize)]
struct Input {
    #[field(email, max_length = 254)]
    email: String,
    /// Asked of whoever has one: a session that somebody left open is not enough to take the account over.
    #[field(max_length = 128)]
    password: Option<String>,
}

fn fields(auth: &Auth) -> Vec<Field> {
    let limited = |field: Field| if field.name() == "email" { auth.limits().email.applied(field) } else { field };
    Input::fields().into_iter().map(limited).collect()
}

async fn ask(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let user = request.user()?.clone();
    let email = examine(request, &user).await?;
    let mut tx = auth.store().begin().await?;
    tx.claim(&email).await?;
    refuse_taken(&auth, &mut tx, &user, &email).await?;
    tx.delete_pending_addresses(user.id).await?;
    // A number of its own, so that a key mailed to another address is no key to this one.
    let inserted = tx.insert_address(user.id, &email, false).await;
    let address = inserted.map_err(|error| unique::refusal(&auth, error, Names::Account))?;
    let mail = letter(&auth, &request.manner(), MailKind::EmailChange, &user, &address).await?;
    auth.enqueue(&mut tx, &mail).await?;
    tx.commit().await?;
    auth.wake_mailer();
    Ok(reply::detail("Verification e-mail sent."))
}

/// The new address, after all that is wrong was said.
async fn examine(request: &Request, user: &CurrentUser) -> Result<String, Error> {
    let auth = &request.auth;
    let is_required = |field: Field| match field.name() {
        "password" => field.required(user.has_usable_password()).keep_whitespace(),
        _ => field,
    };
    let fields: Vec<Field> = fields(auth).into_iter().map(is_required).collect();
    let input: Input = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    if user.has_usable_password() {
        let password = input.password.as_deref().unwrap_or_default();
        if !auth.passwords().check(password, Some(&user.password)).await?.correct {
            return Err(Error::field("password", "Incorrect password."));
        }
    }
    Ok(input.email.to_lowercase())
}

async fn refuse_taken(auth: &Auth, db: &mut Connection, user: &CurrentUser, email: &str) -> Result<(), Error> {
    if db.has_verified(user.id, Some(email)).await?
        || db.primary_address(user.id).await?.is_some_and(|held| same_address(&held.email, email))
    {
        return Err(Error::field("email", "This email address is already associated with this account."));
    }
    if registration::is_closed(auth, db, email, Some(user.id)).await? {
        return Err(Error::field("email", registration::EMAIL_TAKEN));
    }
    Ok(())
}
