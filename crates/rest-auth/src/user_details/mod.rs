//! `GET`, `PUT` and `PATCH user/`: the user who is logged in. The reference's `UserDetailsView` and
//! `UserDetailsSerializer`.

#[cfg(test)]
mod tests;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::Auth;
use crate::endpoint::Methods;
use crate::error::Error;
use crate::fields::{Field, Form, Kind};
use crate::reply;
use crate::request::Request;
use crate::store::{User, UserChanges, UserId};
use crate::usernames;
use crate::users::taken;

pub(crate) fn methods() -> Methods {
    Methods::new("User Details", "Shows the user who is logged in, and changes what they may change.")
        .on(Method::GET, |request| Box::pin(show(request)))
        .on(Method::PUT, |request| Box::pin(update(request)))
        .on(Method::PATCH, |request| Box::pin(update(request)))
        .taking(Method::PUT, |_| fields())
}

/// A user as clients see them.
#[derive(Serialize)]
struct Details<'a> {
    pk: UserId,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl<'a> From<&'a User> for Details<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            pk: user.id,
            username: &user.username,
            email: &user.email,
            first_name: &user.first_name,
            last_name: &user.last_name,
        }
    }
}

/// The user as clients see them.
pub(crate) fn shown(user: &User) -> Result<Value, Error> {
    serde_json::to_value(Details::from(user)).map_err(Error::internal)
}

/// What a client may write.
#[derive(Deserialize)]
struct Input {
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

fn fields() -> Vec<Field> {
    let name = |name| Field::new(name, Kind::Char).required(false).blank().max_length(usernames::MAX_LENGTH);
    vec![
        Field::new("pk", Kind::Integer).read_only().label("ID"),
        Field::new("username", Kind::Char)
            .max_length(usernames::MAX_LENGTH)
            .rule(usernames::refuse_characters)
            .help_text("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
        Field::new("email", Kind::Email).read_only().label("Email address"),
        name("first_name"),
        name("last_name"),
    ]
}

async fn show(request: &mut Request) -> Result<Response, Error> {
    Ok(reply::json(StatusCode::OK, &Details::from(&**request.user()?)))
}

async fn update(request: &mut Request) -> Result<Response, Error> {
    let auth = &request.auth;
    let id = request.user()?.id;
    let input = examine(auth, request, id).await?;
    let changes = UserChanges { username: input.username, first_name: input.first_name, last_name: input.last_name };
    let mut tx = auth.store().begin().await?;
    if let Some(username) = &changes.username {
        tx.claim(username).await?;
        if usernames::is_taken(&mut tx, username, Some(id)).await? {
            return Err(Error::field("username", usernames::TAKEN));
        }
    }
    tx.update_user(id, &changes).await.map_err(taken)?;
    let user = tx.user_by_id(id).await?.ok_or(Error::NotAuthenticated)?;
    tx.commit().await?;
    Ok(reply::json(StatusCode::OK, &Details::from(&user)))
}

async fn examine(auth: &Auth, request: &Request, id: UserId) -> Result<Input, Error> {
    let fields = fields();
    let partial = request.head.method == Method::PATCH;
    let mut form = Form::read(&fields, request.data().await?, partial)?;
    let mut db = auth.store().connection().await?;
    usernames::check(auth, &mut db, &mut form, Some(id)).await?;
    form.finish()?.into()
}
