//! `POST registration/`: a new user, let in at once unless their address must be verified first. The
//! reference's `RegisterView` and `RegisterSerializer`.

pub(crate) mod builder;
#[cfg(test)]
mod kinds_tests;
mod own_fields;
#[cfg(test)]
mod tests;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::email_verification;
use crate::error::{Error, FieldErrors, NON_FIELD_ERRORS};
use crate::fields::{Field, Fields, Form};
use crate::login;
use crate::methods::Methods;
use crate::passwords::Subject;
use crate::request::Request;
use crate::sessions::Backend;
use crate::settings::{EmailVerification, RegistrationForm};
use crate::store::{Connection, NewUser, User, UserId};
use crate::throttling::account::Action;
use crate::unique::{self, Names};
use crate::usernames;
use crate::users;

pub(crate) use own_fields::place;

/// At the path of the usual form, or of one for a kind of user.
pub(crate) fn methods(path: &str) -> Methods {
    let path = path.to_owned();
    Methods::new("Register", "Makes a user.")
        .on(Method::POST, |request| Box::pin(register(request)))
        .taking(Method::POST, move |auth| fields(auth, auth.settings().registration.at(&path)))
}

#[derive(Fields, Deserialize)]
struct Input {
    #[field(max_length = 150)]
    username: Option<String>,
    #[field(email, max_length = 254)]
    email: Option<String>,
    password1: String,
    password2: String,
}

/// What a client sent, and what the form asks for beside it.
struct Examined {
    input: Input,
    own: Map<String, Value>,
}

/// The fields, as the settings' `signup_fields` require them, and the form's own.
fn fields(auth: &Auth, form: RegistrationForm<'_>) -> Vec<Field> {
    let account = &auth.settings().account;
    let usual = Input::fields().into_iter().map(|field| match field.name() {
        "username" => {
            let field = field.required(account.insists_on("username")).min_length(account.username_min_length);
            auth.limits().username.applied(field)
        }
        "email" => auth.limits().email.applied(field.required(account.insists_on("email"))),
        _ => field,
    });
    usual.chain(own_fields::fields(auth.settings(), auth.limits(), form)).collect()
}

async fn register(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    auth.throttling().act(request, Action::Signup, None).await?;
    let form = auth.settings().registration.at(&request.endpoint);
    let Examined { input, mut own } = examine(request, form).await?;
    let password = auth.passwords().make(&input.password1).await?;
    auth.keep_files(&own_fields::fields(auth.settings(), auth.limits(), form), request.data().await?, &mut own).await?;
    let mut tx = auth.store().begin().await?;
    let user = create(&auth, &mut tx, form, input, &own, password).await?;
    let mut tx = auth.hooks().registered(tx, &user, form.kind(), own).await?;
    // PostgreSQL checks a deferred unique constraint at the commit.
    let refused = |error| unique::refusal(&auth, error, Names::Form(form));
    if auth.settings().account.email_verification != EmailVerification::None
        && email_verification::may_ask(request, &user.email).await?
    {
        email_verification::ask(request, &mut tx, &user).await?;
    }
    if auth.settings().account.email_verification == EmailVerification::Mandatory {
        let body = json!({ "detail": "Verification e-mail sent." });
        let admission = login::Admission::not_yet(request, &mut tx, body).await?;
        tx.commit().await.map_err(refused)?;
        auth.wake_mailer();
        return Ok(admission.into_response(StatusCode::CREATED));
    }
    let admission = login::admit(request, &mut tx, &user, Backend::Allauth).await?;
    tx.commit().await.map_err(refused)?;
    auth.wake_mailer();
    Ok(admission.into_response(StatusCode::CREATED))
}

/// Reads the body, and says all that is wrong with it before anything slow is done.
async fn examine(request: &Request, form: RegistrationForm<'_>) -> Result<Examined, Error> {
    let auth = &request.auth;
    let of = form;
    let fields = fields(auth, form);
    let mut form = Form::read(&fields, request.data_for(&fields).await?, false)?;
    let mut db = auth.store().connection().await?;
    usernames::check(auth, &mut db, &mut form, None).await?;
    if let Some(email) = form.text("email").map(str::to_lowercase) {
        if is_closed(auth, &mut db, &email, None).await? {
            form.refuse("email", EMAIL_TAKEN);
        }
        form.set("email", email);
    }
    if let Some(messages) = form.text("password1").map(|text| auth.passwords().validate_at_registration(text, None)) {
        form.refuse_all("password1", messages);
    }
    let mut values = form.finish()?;
    let own = values.take_all(of.fields);
    let input: Input = values.into()?;
    if input.password1 != input.password2 {
        return Err(Error::non_field("The two password fields didn't match."));
    }
    Ok(Examined { input, own })
}

pub(crate) const EMAIL_TAKEN: &str = "User is already registered with this e-mail address.";

/// Whether the address, in lower case, belongs to another user than `except` for good.
///
/// It does if a user has verified it, as the reference has it. It also does if a user has it in another case, verified or
/// not: a look-up prefers the exact spelling, so that the newcomer would take the address away.
pub(crate) async fn is_closed(
    auth: &Auth,
    db: &mut Connection,
    email: &str,
    except: Option<UserId>,
) -> Result<bool, Error> {
    if !auth.settings().account.unique_email {
        return Ok(false);
    }
    if db.is_verified_by_anyone(email).await? {
        return Ok(true);
    }
    let holders = db.users_naming(email).await?;
    Ok(holders.iter().any(|(user, held)| Some(user.id) != except && held != email))
}

/// Makes the user and their address, if nobody took either since the body was examined.
async fn create(
    auth: &Auth,
    tx: &mut Connection,
    form: RegistrationForm<'_>,
    input: Input,
    own: &Map<String, Value>,
    password: String,
) -> Result<User, Error> {
    let email = input.email.unwrap_or_default();
    let username = match input.username {
        Some(username) => username,
        None if !auth.settings().user.has_usernames() => email.clone(),
        None => usernames::generate(auth, tx, &[&email, "user"]).await?,
    };
    let mut new = NewUser { username, email, password, ..NewUser::default() };
    own_fields::save(form, own, &mut new);
    let NewUser { username, email, first_name, last_name, .. } = &new;
    let subject = Subject { username, email, first_name, last_name };
    let messages = auth.passwords().validate_at_registration(&input.password1, Some(&subject));
    if !messages.is_empty() {
        return Err(Error::Invalid(FieldErrors::of(NON_FIELD_ERRORS, messages)));
    }
    tx.claim(email).await?;
    if !email.is_empty() && is_closed(auth, tx, email, None).await? {
        return Err(Error::field("email", EMAIL_TAKEN));
    }
    let user = users::insert(auth, tx, new, Names::Form(form)).await?;
    for group in form.groups {
        if !tx.add_to_group(user.id, group).await? {
            return Err(Error::internal(format!("there is no group {group}")));
        }
    }
    Ok(user)
}
