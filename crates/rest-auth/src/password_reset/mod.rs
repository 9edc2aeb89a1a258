//! `POST password/reset/`: a mail with a link to whoever forgot their password. `POST password/reset/confirm/`: the new
//! password, by what the link holds. The reference's `PasswordResetView` and `PasswordResetConfirmView`.

#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeSet;

use axum::http::Method;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::Auth;
use crate::endpoint::Methods;
use crate::error::{Error, FieldErrors};
use crate::fields::{Fields, Form};
use crate::mail::{Mail, link};
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

const TEMPLATE: &str = include_str!("../mail/templates/password_reset.txt");

/// Answers whoever asks the same, after the same work.
async fn ask(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let fields = Input::fields();
    let input: Input = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    let email = input.email.to_lowercase();
    auth.throttling().act(request, Action::ResetPassword, Some(&email)).await?;
    let origin = link::origin(&auth, &request.head);
    let mut tx = auth.store().begin().await?;
    let mut users = tx.users_naming(&email).await?;
    users.retain(|user| user.is_active);
    if users.is_empty() {
        // A mail that nobody gets: who measures the time of the answer learns nothing.
        let nobody = User::nobody(auth.now());
        let addresses = addresses_of(&mut tx, &nobody).await?;
        let unsent = auth.enqueue(&mut tx, &letter(&auth, &origin, &nobody, &addresses, &email)).await?;
        tx.delete_mail(unsent).await?;
    }
    for user in &users {
        let addresses = addresses_of(&mut tx, user).await?;
        // MySQL finds addresses that are only like the one that was asked for.
        if addresses.contains(&email) {
            auth.enqueue(&mut tx, &letter(&auth, &origin, user, &addresses, &email)).await?;
        }
    }
    tx.commit().await?;
    auth.wake_mailer();
    Ok(reply::detail("Password reset e-mail has been sent."))
}

/// Every address of the user, in order, which a token depends on.
async fn addresses_of(db: &mut Connection, user: &User) -> Result<BTreeSet<String>, StoreError> {
    let mut addresses: BTreeSet<String> = db.addresses_of(user.id).await?.into_iter().collect();
    if !user.email.is_empty() {
        addresses.insert(user.email.to_lowercase());
    }
    Ok(addresses)
}

fn letter(auth: &Auth, origin: &str, user: &User, addresses: &BTreeSet<String>, to: &str) -> Mail {
    let settings = auth.settings();
    let (uid, token) = (token::uid(user), token::make(auth, user, addresses));
    let values = [("origin", origin), ("uid", uid.as_str()), ("token", token.as_str())];
    let url = settings.frontend.password_reset_url.as_deref();
    let url = link::fill(auth, url, "/password/reset/confirm/{uid}/{token}/", &values);
    let username = match settings.account.logs_in_by(LoginMethod::Username) {
        true => format!("\n\nThe user name is {}, in case it was forgotten, too.", user.username),
        false => String::new(),
    };
    Mail::new(settings, to, TEMPLATE, &[("url", &url), ("username", &username)])
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
    let auth = request.auth.clone();
    auth.throttling().act(request, Action::ResetPasswordFromKey, None).await?;
    let fields = Confirmation::fields();
    let input: Confirmation = Form::read(&fields, request.data().await?, false)?.finish()?.into()?;
    let user = holder(&auth, &input).await?;
    refuse_password(&auth, &user, &input)?;
    let hash = auth.passwords().make(&input.new_password1).await?;
    let mut tx = auth.store().begin().await?;
    // Sessions go with the hash that they were made under.
    if !tx.replace_hash(&user, &hash).await? {
        // Somebody else came with the same token, and was faster.
        return Err(invalid("token"));
    }
    tx.commit().await?;
    failed_logins::forgive(&auth, &user).await;
    Ok(reply::detail("Password has been reset with the new password."))
}

/// The user whom the link was made for, if the token is good.
async fn holder(auth: &Auth, input: &Confirmation) -> Result<User, Error> {
    let id = token::user_id(&input.uid).ok_or_else(|| invalid("uid"))?;
    let mut db = auth.store().connection().await?;
    let user = db.user_by_id(id).await?.ok_or_else(|| invalid("uid"))?;
    let addresses = addresses_of(&mut db, &user).await?;
    if token::is_good(auth, &input.token, &user, &addresses) { Ok(user) } else { Err(invalid("token")) }
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
