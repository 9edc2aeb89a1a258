//! `POST registration/verify-email/`: an address is its user's, because they have the key that was mailed there. `POST
//! registration/resend-email/`: the mail once more. The reference's `VerifyEmailView` and `ResendEmailVerificationView`.

mod key;
pub(crate) mod page;
#[cfg(test)]
mod tests;

use axum::http::Method;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{Field, Fields, Form};
use crate::mail::{Mail, MailKind, Manner, link};
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;
use crate::store::{Connection, EmailAddress, User};
use crate::throttling::account::Action;
use crate::unique::{self, Names};

pub(crate) fn methods() -> Methods {
    Methods::new("Verify Email", "Verifies the address that a key was mailed to.")
        .on(Method::POST, |request| Box::pin(verify(request)))
        .on(Method::HEAD, |_| Box::pin(async { Err(Error::MethodNotAllowed(Method::HEAD)) }))
        .taking(Method::POST, |_| Input::fields())
}

pub(crate) fn resend_methods() -> Methods {
    Methods::new("Resend Email Verification", "Mails the key that verifies an address once more.")
        .on(Method::POST, |request| Box::pin(resend(request)))
        .taking(Method::POST, resend_fields)
}

#[derive(Fields, Deserialize)]
struct Input {
    key: String,
}

async fn verify(request: &mut Request) -> Result<Response, Error> {
    let fields = Input::fields();
    let input: Input = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    verified(request, &input.key).await?;
    Ok(reply::detail("ok"))
}

/// Verifies the address that the key was mailed to, and gives it as it is now: still not verified if another user was
/// faster.
///
/// # Errors
/// 404 if the key is none, is too old, or was used already.
async fn verified(request: &Request, key: &str) -> Result<EmailAddress, Error> {
    let auth = &request.auth;
    let id = key::address_id(auth, key).ok_or(Error::NotFound)?;
    let mut tx = auth.store().begin().await?;
    let mut address = tx.email_address(id).await?.filter(|address| !address.verified).ok_or(Error::NotFound)?;
    tx.claim(&address.email.to_lowercase()).await?;
    if auth.settings().account.unique_email && tx.is_verified_by_anyone(&address.email).await? {
        return Ok(address);
    }
    let refused = |error| unique::refusal(auth, error, Names::Account);
    if !tx.verify_address(id).await.map_err(refused)? {
        return Err(Error::NotFound);
    }
    address.verified = true;
    if auth.settings().account.change_email {
        replace_others(request, &mut tx, &address).await?;
    } else if tx.primary_address(address.user_id).await?.is_none() {
        tx.make_primary(&address).await.map_err(refused)?;
    }
    tx.commit().await.map_err(refused)?;
    auth.wake_mailer();
    Ok(address)
}

/// Makes the address the only one, and tells the former that it is no longer. allauth's `CHANGE_EMAIL`.
async fn replace_others(request: &Request, tx: &mut Connection, address: &EmailAddress) -> Result<(), Error> {
    let former = tx.primary_address(address.user_id).await?;
    tx.delete_other_addresses(address).await?;
    let made = tx.make_primary(address).await;
    made.map_err(|error| unique::refusal(&request.auth, error, Names::Account))?;
    let Some(former) = former.filter(|former| former.id != address.id) else { return Ok(()) };
    let Some(user) = tx.user_by_id(address.user_id).await? else { return Ok(()) };
    let values = context! { from_email => former.email, to_email => address.email };
    let mail = request.auth.letter(&request.manner(), MailKind::EmailChanged, &former.email, &user, values).await?;
    Ok(request.auth.enqueue(tx, &mail).await?)
}

#[derive(Fields, Deserialize)]
struct ResendInput {
    #[field(email)]
    email: Option<String>,
}

fn resend_fields(auth: &Auth) -> Vec<Field> {
    let is_required = auth.settings().account.insists_on("email");
    ResendInput::fields().into_iter().map(|field| field.required(is_required)).collect()
}

async fn resend(request: &mut Request) -> Result<Response, Error> {
    let fields = resend_fields(&request.auth);
    let input: ResendInput = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    // Asked for no address, the reference writes to the first user that there is.
    if let Some(email) = input.email
        && may_ask(request, &email.to_lowercase()).await?
    {
        request.ask_for(MailKind::EmailConfirmation, email).await?;
    }
    Ok(reply::detail("ok"))
}

/// Whether a mail may ask to verify the address: not if one has just done so. allauth's `confirm_email`.
pub(crate) async fn may_ask(request: &Request, email: &str) -> Result<bool, Error> {
    match request.auth.throttling().act(request, Action::ConfirmEmail, Some(email)).await {
        Err(Error::Throttled { .. }) => Ok(false),
        asked => asked.map(|()| true),
    }
}

/// The mail to an address, if it waits to be verified.
pub(crate) async fn letters(auth: &Auth, manner: &Manner, email: &str) -> Result<Vec<Mail>, Error> {
    if !auth.settings().allauth {
        return Ok(Vec::new());
    }
    let mut db = auth.store().connection().await?;
    let Some(address) = db.first_address(email).await?.filter(|address| !address.verified) else {
        return Ok(Vec::new());
    };
    let Some(user) = db.user_by_id(address.user_id).await? else { return Ok(Vec::new()) };
    drop(db);
    Ok(vec![letter(auth, manner, kind(auth, &address), &user, &address).await?])
}

/// An address that is not the user's primary one is to take its place, where that is possible.
fn kind(auth: &Auth, address: &EmailAddress) -> MailKind {
    if auth.settings().account.change_email && !address.primary {
        MailKind::EmailChange
    } else {
        MailKind::EmailConfirmation
    }
}

/// Has a mail wait that asks the user to verify their address, unless they did, or named none.
pub(crate) async fn ask(request: &Request, tx: &mut Connection, user: &User) -> Result<(), Error> {
    let auth = &request.auth;
    let Some(address) = tx.unverified_address(user.id, &user.email).await? else { return Ok(()) };
    let mail = letter(auth, &request.manner(), MailKind::EmailConfirmation, user, &address).await?;
    Ok(auth.enqueue(tx, &mail).await?)
}

/// The mail that asks to verify an address.
pub(crate) async fn letter(
    auth: &Auth,
    manner: &Manner,
    kind: MailKind,
    user: &User,
    address: &EmailAddress,
) -> Result<Mail, Error> {
    let key = key::make(auth, address.id);
    let values = [("origin", manner.origin.as_str()), ("key", key.as_str())];
    let url = auth.settings().frontend.verify_email_url.as_deref();
    let url = link::fill(auth, url, "/registration/account-confirm-email/{key}/", &values);
    auth.letter(manner, kind, &address.email, user, context! { url, key }).await
}
