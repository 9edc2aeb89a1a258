//! `POST password/reset/`: a mail with a link to whoever forgot their password. `POST password/reset/confirm/`: the new
//! password, by what the link holds. The reference's `PasswordResetView` and `PasswordResetConfirmView`.

pub(crate) mod page;
#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeSet;

use axum::http::Method;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use crate::auth::Auth;
use crate::error::{Error, FieldErrors};
use crate::fields::{Fields, Form};
use crate::mail::{Mail, MailKind, Manner, link};
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;
use crate::settings::LoginMethod;
use crate::store::{Connection, StoreError, User};
use crate::throttling::account::Action;
use crate::throttling::failed_logins;
use crate::users::subject_of;

pub(crate) fn methods() -> Methods {
    Methods::new("Password Reset", "Mails a link by which a new password can be chosen.")
        .on(Method::POST, |request| Box::pin(ask(request)))
        .taking(Method::POST, |_| Input::fields())
}

pub(crate) fn confirm_methods() -> Methods {
    Methods::new("Password Reset Confirm", "Takes a new password with what the link in the mail holds.")
        .on(Method::POST, |request| Box::pin(confirm(request)))
        .taking(Method::POST, |_| Confirmation::fields())
}

#[derive(Fields, Deserialize)]
struct Input {
    #[field(email)]
    email: String,
}

/// Answers whoever asks the same, after the same work: who has the address is looked for later.
async fn ask(request: &mut Request) -> Result<Response, Error> {
    let fields = Input::fields();
    let input: Input = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    let key = input.email.to_lowercase();
    request.auth.throttling().act(request, Action::ResetPassword, Some(&key)).await?;
    request.ask_for(MailKind::PasswordReset, input.email).await?;
    Ok(reply::detail("Password reset e-mail has been sent."))
}

/// Returns a mail for each active user with the address.
///
/// The mail goes to the stored spelling of the address.
pub(crate) async fn letters(auth: &Auth, manner: &Manner, email: &str) -> Result<Vec<Mail>, Error> {
    let mut db = auth.store().connection().await?;
    let mut holders = Vec::new();
    for (user, address) in holders_of(auth, &mut db, email).await?.into_iter().filter(|(user, _)| user.is_active) {
        let addresses = addresses_of(auth, &mut db, &user).await?;
        holders.push((user, addresses, address));
    }
    drop(db);
    let mut mails = Vec::new();
    for (user, addresses, address) in &holders {
        mails.push(letter(auth, manner, user, addresses, address).await?);
    }
    Ok(mails)
}

/// Returns the users with the address, each with the stored spelling.
///
/// Without allauth, these are users who have a password and the address in their row, as in Django.
async fn holders_of(auth: &Auth, db: &mut Connection, email: &str) -> Result<Vec<(User, String)>, StoreError> {
    if auth.settings().allauth {
        return db.users_naming(email).await;
    }
    let users = db.users_with_email(email).await?.into_iter().filter(User::has_usable_password);
    Ok(users.map(|user| (user.clone(), user.email)).collect())
}

/// Returns the user's addresses in order, which a token depends on.
///
/// Without allauth, the result is empty.
async fn addresses_of(auth: &Auth, db: &mut Connection, user: &User) -> Result<BTreeSet<String>, StoreError> {
    if !auth.settings().allauth {
        return Ok(BTreeSet::new());
    }
    let mut addresses: BTreeSet<String> = db.addresses_of(user.id).await?.into_iter().collect();
    if !user.email.is_empty() {
        addresses.insert(user.email.to_lowercase());
    }
    Ok(addresses)
}

async fn letter(
    auth: &Auth,
    manner: &Manner,
    user: &User,
    addresses: &BTreeSet<String>,
    to: &str,
) -> Result<Mail, Error> {
    let settings = auth.settings();
    let (uid, token) = (token::uid(auth, user), token::make(auth, user, addresses));
    let values = [("origin", manner.origin.as_str()), ("uid", uid.as_str()), ("token", token.as_str())];
    let url = settings.frontend.password_reset_url.as_deref();
    let url = link::fill(auth, url, "/password/reset/confirm/{uid}/{token}/", &values);
    let by_name = settings.account.logs_in_by(LoginMethod::Username) || !settings.allauth;
    let username = by_name.then_some(&user.username);
    auth.letter(manner, MailKind::PasswordReset, to, user, context! { url, uid, token, username }).await
}

#[derive(Fields, Deserialize)]
struct Confirmation {
    #[field(max_length = 128)]
    new_password1: String,
    #[field(max_length = 128)]
    new_password2: String,
    uid: String,
    token: String,
}

async fn confirm(request: &mut Request) -> Result<Response, Error> {
    request.auth.throttling().act(request, Action::ResetPasswordFromKey, None).await?;
    let fields = Confirmation::fields();
    let input: Confirmation = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    set_password(&request.auth, &input).await?;
    Ok(reply::detail("Password has been reset with the new password."))
}

/// Gives the new password to whom the link was made for.
async fn set_password(auth: &Auth, input: &Confirmation) -> Result<(), Error> {
    let user = holder(auth, &input.uid, &input.token).await?;
    refuse_password(auth, &user, input)?;
    let hash = auth.passwords().make(&input.new_password1).await?;
    let mut tx = auth.store().begin().await?;
    // Sessions go with the hash that they were made under.
    if !tx.change_password(&user, &hash).await? {
        // Somebody else came with the same token, and was faster.
        return Err(invalid("token"));
    }
    tx.commit().await?;
    failed_logins::forgive(auth, &user).await;
    Ok(())
}

/// The user whom the link was made for, if the token is good.
async fn holder(auth: &Auth, uid: &str, token: &str) -> Result<User, Error> {
    let id = token::user_id(auth, uid).ok_or_else(|| invalid("uid"))?;
    let mut db = auth.store().connection().await?;
    let user = db.user_by_id(id).await?.ok_or_else(|| invalid("uid"))?;
    let addresses = addresses_of(auth, &mut db, &user).await?;
    if token::is_good(auth, token, &user, &addresses) { Ok(user) } else { Err(invalid("token")) }
}

fn invalid(field: &str) -> Error {
    Error::field(field, "Invalid value")
}

fn refuse_password(auth: &Auth, user: &User, input: &Confirmation) -> Result<(), Error> {
    let messages = if input.new_password1 == input.new_password2 {
        auth.passwords().validate(&input.new_password2, Some(&subject_of(user)))
    } else {
        vec!["The two password fields didn’t match.".to_owned()]
    };
    if messages.is_empty() { Ok(()) } else { Err(Error::Invalid(FieldErrors::of("new_password2", messages))) }
}
