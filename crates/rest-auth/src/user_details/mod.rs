//! `GET`, `PUT` and `PATCH user/`: the user who is logged in, with their profiles. The reference's
//! `UserDetailsView` and `UserDetailsSerializer`.

#[cfg(test)]
mod profile_tests;
mod profiles;
mod shown;
#[cfg(test)]
mod tests;

use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{Field, Form, Kind, Values};
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;
use crate::settings::{Profile, UserKey};
use crate::store::{ProfileValues, UserChanges};
use crate::unique::{self, Names};
use crate::usernames;
use shown::Beside;
pub(crate) use shown::shown;

pub(crate) fn methods() -> Methods {
    Methods::new("User Details", "Shows the user who is logged in, and changes what they may change.")
        .on(Method::GET, |request| Box::pin(show(request)))
        .on(Method::PUT, |request| Box::pin(update(request)))
        .on(Method::PATCH, |request| Box::pin(update(request)))
        .taking(Method::PUT, |auth| fields(auth, |_| true))
}

/// The fields of the settings, with those profiles alone that the user has.
fn fields(auth: &Auth, has_profile: impl Fn(&str) -> bool) -> Vec<Field> {
    let settings = auth.settings();
    let kept = |path: &str, field: Field| {
        let read_only = settings.user_details.read_only_fields.iter().any(|held| held == path);
        if read_only { field.read_only() } else { field }
    };
    let named = |name: &str| {
        let field = match (settings.profiles.find(name), settings.user.fields.find(name)) {
            (None, None) => user_field(auth, name),
            (None, Some(field)) => field.clone(),
            (Some(profile), _) => {
                let inner = |field: &Field| kept(&format!("{name}.{}", field.name()), field.clone());
                Field::nested(name, profile.fields.iter().map(inner).collect())
            }
        };
        kept(name, field)
    };
    let has = |name: &&str| settings.profiles.find(name).is_none() || has_profile(name);
    shown::names(settings).into_iter().filter(has).map(named).collect()
}

/// A field that is a column of `auth_user`. What gives power is shown, and never written.
fn user_field(auth: &Auth, name: &str) -> Field {
    let (settings, limits) = (auth.settings(), auth.limits());
    let shown = |kind| Field::new(name, kind).read_only();
    match name {
        "username" if !settings.user.has_usernames() => shown(Kind::Email),
        "username" => limits
            .username
            .applied(Field::new(name, Kind::Char))
            .rule(usernames::refuse_characters)
            .help_text("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
        "first_name" => limits.first_name.applied(Field::new(name, Kind::Char).blank()),
        "last_name" => limits.last_name.applied(Field::new(name, Kind::Char).blank()),
        "email" => shown(Kind::Email).label("Email address"),
        "is_active" => shown(Kind::Boolean).label("Active"),
        "is_staff" => shown(Kind::Boolean).label("Staff status"),
        "is_superuser" => shown(Kind::Boolean).label("Superuser status"),
        "last_login" | "date_joined" => shown(Kind::DateTime),
        "groups" => shown(Kind::Json),
        // REST framework has no word for the type of a UUID.
        _ if settings.user.key == UserKey::Uuid => shown(Kind::Json).label("ID"),
        _ => shown(Kind::Integer).label("ID"),
    }
}

async fn show(request: &mut Request) -> Result<Response, Error> {
    let auth = &request.auth;
    let user = request.user()?;
    let beside = match shown::asks_the_database(auth.settings()) {
        true => Beside::of(auth, &mut auth.store().reader(), user.id).await?,
        false => Beside::default(),
    };
    Ok(reply::json(StatusCode::OK, &beside.with(auth, &request.head, user).await?))
}

async fn update(request: &mut Request) -> Result<Response, Error> {
    let auth = &request.auth;
    let user = request.user()?;
    let id = user.id;
    let mut input = examine(auth, request).await?;
    let mut changes = UserChanges {
        username: input.take_text("username"),
        first_name: input.take_text("first_name"),
        last_name: input.take_text("last_name"),
        fields: input.take_sent(&auth.settings().user.fields),
    };
    let profiles = keep_files(request, &mut input, &mut changes).await?;
    let mut tx = auth.store().begin().await?;
    if let Some(username) = &changes.username {
        tx.claim(username).await?;
        if usernames::is_taken(auth, &mut tx, username, Some(id)).await? {
            return Err(Error::field("username", usernames::TAKEN));
        }
    }
    let refused = |error| unique::refusal(auth, error, Names::Details(&fields(auth, |_| true)));
    tx.update_user(id, &changes).await.map_err(refused)?;
    auth.release_files(&mut tx, &auth.settings().user.fields, &user.fields, &changes.fields).await?;
    for (profile, changes) in profiles {
        profiles::change(auth, &mut tx, profile, id, &changes).await.map_err(refused)?;
    }
    let user = tx.user_by_id(id).await?.ok_or(Error::NotAuthenticated)?;
    let answer = shown(auth, &mut tx, &request.head, &user).await?;
    tx.commit().await.map_err(refused)?;
    auth.wake_mailer();
    Ok(reply::json(StatusCode::OK, &answer))
}

/// Takes what is to be written into each profile out of the input, and writes the files that came.
async fn keep_files<'a>(
    request: &'a Request,
    input: &mut Values,
    changes: &mut UserChanges,
) -> Result<Vec<(&'a Profile, ProfileValues)>, Error> {
    let (auth, data) = (&request.auth, request.data().await?);
    auth.keep_files(&auth.settings().user.fields, data, &mut changes.fields).await?;
    let mut profiles = Vec::new();
    for profile in auth.settings().profiles.iter() {
        let Some(mut values) = input.take_nested(&profile.name) else { continue };
        if let Some(data) = data.nested(&profile.name) {
            auth.keep_files(&profile.fields, &data, &mut values).await?;
        }
        profiles.push((profile, values));
    }
    Ok(profiles)
}

async fn examine(auth: &Auth, request: &Request) -> Result<Values, Error> {
    let id = request.user()?.id;
    let mut db = auth.store().connection().await?;
    let kept = profiles::kept(auth, &mut db, id).await?;
    let fields = fields(auth, |profile| kept.contains(&profile));
    let partial = request.head.method == Method::PATCH;
    let mut form = Form::read(&fields, request.data_for(&fields).await?, partial)?;
    usernames::check(auth, &mut db, &mut form, Some(id)).await?;
    form.finish()
}
