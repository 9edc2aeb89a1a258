//! `POST login/`: a user name or an address and a password against tokens, a session, or both. The
//! reference's `LoginView` and `LoginSerializer`.

mod rule;
#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod tests;
#[cfg(feature = "webhook")]
mod webhook;
#[cfg(all(test, feature = "webhook"))]
mod webhook_tests;
mod without_allauth;
#[cfg(test)]
mod without_allauth_tests;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use cookie::Cookie;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::error::{Error, FieldErrors};
use crate::fields::{Field, Fields, Form};
use crate::methods::Methods;
use crate::metrics;
use crate::rehash;
use crate::reply;
use crate::request::{Request, set_cookie};
use crate::sessions::{self, Backend};
use crate::settings::{EmailVerification, LoginMethod};
use crate::store::{Connection, User};
use crate::throttling::account::Action;
use crate::throttling::failed_logins::Attempt;
use crate::tokens;
use crate::tokens::jwt::issue::Pair;
use crate::tokens::transport::{self, TokenTransport};
use crate::user_details;
use crate::usernames;

pub(crate) fn methods() -> Methods {
    Methods::new("Login", "Takes a password, and gives what later requests are authenticated by.")
        .on(Method::POST, |request| Box::pin(login(request)))
        .taking(Method::POST, fields)
}

pub use rule::LoginAttempt;
#[cfg(feature = "webhook")]
pub(crate) use webhook::Webhook;

#[derive(Fields, Deserialize)]
struct Input {
    #[field(blank)]
    username: Option<String>,
    #[field(email, blank)]
    email: Option<String>,
    password: String,
}

/// The usual fields, and those that the application adds.
fn fields(auth: &Auth) -> Vec<Field> {
    let usual = Input::fields().into_iter().map(|field| match field.name() {
        "password" => field.keep_whitespace(),
        _ => field,
    });
    usual.chain(auth.settings().login.fields.to_vec()).collect()
}

async fn login(request: &mut Request) -> Result<Response, Error> {
    let auth = request.auth.clone();
    let outcome = |outcome: &'static str| move |error: &Error| metrics::login_refused(error, outcome);
    auth.throttling().act(request, Action::Login, None).await.inspect_err(outcome("throttled"))?;
    let (input, own) = read(request).await.inspect_err(outcome("invalid"))?;
    let (user, backend) = authenticate(request, &input).await.inspect_err(outcome("failed"))?;
    refuse_unverified(&auth, &user).await.inspect_err(outcome("unverified"))?;
    if auth.checks_login() {
        let groups = auth.store().connection().await?.groups_of(user.id).await?;
        let address = request.head.client_address(auth.settings());
        let attempt = LoginAttempt::new(user.clone(), groups, address, own);
        auth.check_login(attempt).await.inspect_err(outcome("refused"))?;
    }
    let admission = let_in(request, &user, backend).await.inspect_err(outcome("refused"))?;
    metrics::login("succeeded");
    Ok(admission.into_response(StatusCode::OK))
}

/// What the body says: the usual fields, and the values of the application's own.
async fn read(request: &Request) -> Result<(Input, Map<String, Value>), Error> {
    let auth = &request.auth;
    let mut values = Form::read(&fields(auth), request.data().await?, false)?.finish()?;
    let own = values.take_all(&auth.settings().login.fields);
    Ok((values.into()?, own))
}

async fn let_in(request: &mut Request, user: &User, backend: Backend) -> Result<Admission, Error> {
    let mut tx = request.auth.store().begin().await?;
    let admission = admit(request, &mut tx, user, backend).await?;
    tx.commit().await?;
    tokens::several::end_replaced(&request.auth, &request.head).await?;
    Ok(admission)
}

/// What a user who is let in takes along.
pub(crate) struct Admission {
    body: Option<Value>,
    cookies: Vec<Cookie<'static>>,
}

impl Admission {
    /// Nothing but a word, to a user who has to verify their address first; and, as allauth does where a
    /// login makes a session, a session that is nobody's yet.
    pub(crate) async fn not_yet(request: &mut Request, tx: &mut Connection, body: Value) -> Result<Self, Error> {
        let cookies = match request.auth.settings().rest_auth.session_login {
            true => vec![sessions::begin_anonymous(request, tx).await?],
            false => Vec::new(),
        };
        Ok(Self { body: Some(body), cookies })
    }

    /// The answer, with this status, or 204 where there is nothing to say.
    pub(crate) fn into_response(self, status: StatusCode) -> Response {
        let mut response = match &self.body {
            Some(body) => reply::json(status, body),
            None => reply::no_content(),
        };
        self.cookies.iter().for_each(|cookie| set_cookie(&mut response, cookie));
        response
    }
}

/// Lets a user in by whatever the settings say: JSON Web Tokens or a token key, a session.
pub(crate) async fn admit(
    request: &mut Request,
    tx: &mut Connection,
    user: &User,
    backend: Backend,
) -> Result<Admission, Error> {
    let auth = request.auth.clone();
    let settings = &auth.settings().rest_auth;
    let mut cookies = Vec::new();
    let body = if settings.use_jwt {
        let transport = transport::of(&auth, &request.head)?;
        let pair = tokens::jwt::issue::pair_for(&auth, tx, user).await?;
        if transport != TokenTransport::Body {
            cookies = tokens::cookies::of(&auth, &pair);
        }
        let shown_user = user_details::shown(&auth, tx, &request.head, user).await?;
        Some(shown(&auth, &pair, shown_user, transport))
    } else if settings.token_model {
        Some(json!({ "key": tokens::key::get_or_create(&auth, tx, user).await? }))
    } else {
        None
    };
    if settings.session_login {
        cookies.extend(sessions::login(request, tx, user, backend).await?);
    }
    Ok(Admission { body, cookies })
}

/// The body that holds a pair of tokens: dj-rest-auth's `JWTSerializer`. What no script may see is not in it.
fn shown(auth: &Auth, pair: &Pair, user: Value, transport: TokenTransport) -> Value {
    let (settings, jwt) = (&auth.settings().rest_auth, &auth.settings().simple_jwt);
    let is_hidden = settings.jwt_auth_httponly && transport != TokenTransport::Body;
    let refresh = if is_hidden { "" } else { pair.refresh.as_str() };
    let mut body = json!({ "access": pair.access, "refresh": refresh, "user": user });
    if settings.jwt_auth_return_expiration {
        let expiration = |lifetime| reply::time(auth.now() + time::Duration::from(lifetime));
        body["access_expiration"] = expiration(jwt.access_token_lifetime).into();
        body["refresh_expiration"] = expiration(jwt.refresh_token_lifetime).into();
    }
    body
}

/// Finds the user who knows the password. That takes as long for a user who is not there.
async fn authenticate(request: &Request, input: &Input) -> Result<(User, Backend), Error> {
    let auth = &request.auth;
    let name =
        if auth.settings().allauth { Name::of(auth, input)? } else { without_allauth::name(auth, input).await? };
    let attempt = Attempt::new(request, name.text());
    attempt.may_be_made().await?;
    let candidates = candidates(auth, name).await?;
    if candidates.is_empty() {
        auth.passwords().check(&input.password, None).await?;
    }
    for (user, backend) in &candidates {
        let checked = auth.passwords().check(&input.password, Some(&user.password)).await?;
        if !checked.correct || !user.is_active {
            continue;
        }
        // While the password was hashed, others may have failed.
        attempt.may_be_made().await?;
        let mut user = user.clone();
        if let Some(hash) = checked.replacement
            && rehash::replace(auth, &user, &hash).await?
        {
            user.password = hash;
        }
        return Ok((user, *backend));
    }
    attempt.has_failed().await?;
    Err(Error::non_field("Unable to log in with provided credentials."))
}

/// What somebody logs in by.
#[derive(Clone, Copy)]
enum Name<'a> {
    Email(&'a str),
    Username(&'a str),
}

impl<'a> Name<'a> {
    /// Of the fields the one that the settings ask for; the address, if they ask for both.
    fn of(auth: &Auth, input: &'a Input) -> Result<Self, Error> {
        let account = &auth.settings().account;
        let given = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        let by_name = account.logs_in_by(LoginMethod::Username);
        let by_email = account.logs_in_by(LoginMethod::Email);
        match (given(&input.email).filter(|_| by_email), given(&input.username).filter(|_| by_name)) {
            (Some(email), _) => Ok(Self::Email(email)),
            (None, Some(username)) => Ok(Self::Username(username)),
            (None, None) => Err(Error::non_field(match (by_name, by_email) {
                (true, true) => "Must include either \"username\" or \"email\" and \"password\".",
                (_, true) => "Must include \"email\" and \"password\".",
                _ => "Must include \"username\" and \"password\".",
            })),
        }
    }

    fn text(self) -> &'a str {
        let (Self::Email(text) | Self::Username(text)) = self;
        text
    }
}

/// The users whom the name or the address may mean.
async fn candidates(auth: &Auth, name: Name<'_>) -> Result<Vec<(User, Backend)>, Error> {
    let mut db = auth.store().connection().await?;
    if !auth.settings().allauth {
        let users = without_allauth::candidates(&mut db, name).await?;
        return Ok(users.into_iter().map(|user| (user, Backend::Model)).collect());
    }
    let mut found = Vec::new();
    match name {
        Name::Email(email) => {
            let users = db.users_by_email(email).await?;
            found.extend(users.into_iter().map(|user| (user, Backend::Allauth)));
        }
        Name::Username(username) => {
            found.extend(usernames::find(auth, &mut db, username).await?.map(|user| (user, Backend::Model)));
            // Some clients have one field for both.
            if auth.settings().account.logs_in_by(LoginMethod::Email) && username.contains('@') {
                let users = db.users_by_email(username).await?;
                let others = users.into_iter().filter(|user| found.iter().all(|(held, _)| held.id != user.id));
                let others: Vec<_> = others.map(|user| (user, Backend::Allauth)).collect();
                found.extend(others);
            }
        }
    }
    Ok(found)
}

/// The users who may have tried to log in by this.
pub(crate) async fn users_meant_by(auth: &Auth, text: &str) -> Result<Vec<User>, Error> {
    let by_name = match auth.settings().allauth {
        true => auth.settings().account.logs_in_by(LoginMethod::Username),
        false => !text.contains('@'),
    };
    let name = match by_name {
        true => Name::Username(text),
        false => Name::Email(text),
    };
    Ok(candidates(auth, name).await?.into_iter().map(|(user, _)| user).collect())
}

/// Keeps out who has not verified an address, where the settings ask for it.
async fn refuse_unverified(auth: &Auth, user: &User) -> Result<(), Error> {
    let settings = auth.settings();
    let mandatory = settings.allauth && settings.account.email_verification == EmailVerification::Mandatory;
    if !mandatory && settings.login.unverified_email_error.is_none() {
        return Ok(());
    }
    let mut db = auth.store().connection().await?;
    if mandatory && !db.has_verified(user.id, Some(&user.email)).await? {
        return Err(Error::non_field("E-mail is not verified."));
    }
    if let Some(messages) = &settings.login.unverified_email_error
        && !db.has_verified(user.id, None).await?
    {
        let mut errors = FieldErrors::default();
        messages.iter().for_each(|(field, message)| errors.add(field, message));
        return Err(Error::Invalid(errors));
    }
    Ok(())
}
