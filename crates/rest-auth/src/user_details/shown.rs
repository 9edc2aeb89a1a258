//! A user as clients see them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::Field;
use crate::reply;
use crate::request::Head;
use crate::settings::Settings;
use crate::store::{Connection, ProfileValues, StoreError, User, UserId};

const USUAL: [&str; 5] = ["pk", "username", "email", "first_name", "last_name"];

/// The fields that are shown, in order.
pub(super) fn names(settings: &Settings) -> Vec<&str> {
    match &settings.user_details.fields {
        Some(fields) => fields.iter().map(String::as_str).collect(),
        None => {
            let profiles = settings.profiles.iter().filter(|profile| profile.auto_create);
            let there = |name: &&str| settings.user.has(name) && (*name != "username" || settings.user.has_usernames());
            USUAL.into_iter().filter(there).chain(profiles.map(|profile| profile.name.as_str())).collect()
        }
    }
}

/// Whether something is shown that is not in `auth_user`.
pub(super) fn asks_the_database(settings: &Settings) -> bool {
    names(settings).iter().any(|name| *name == "groups" || settings.profiles.find(name).is_some())
}

/// The user as the client that sent the request sees them.
pub(crate) async fn shown(auth: &Auth, db: &mut Connection, head: &Head, user: &User) -> Result<Value, Error> {
    Beside::of(auth, db, user.id).await?.with(auth, head, user).await
}

/// What is shown of a user beside their row.
#[derive(Default)]
pub(super) struct Beside {
    groups: Vec<String>,
    profiles: BTreeMap<String, ProfileValues>,
}

impl Beside {
    pub(super) async fn of(auth: &Auth, db: &mut Connection, user: UserId) -> Result<Self, StoreError> {
        let mut beside = Self::default();
        for name in names(auth.settings()) {
            if name == "groups" {
                beside.groups = db.groups_of(user).await?;
            }
            let Some(profile) = auth.settings().profiles.find(name) else { continue };
            let values = match db.profile_of(profile, user).await? {
                Some(values) => values,
                // A user who is older than the profile.
                None if profile.auto_create => profile.initial(),
                None => continue,
            };
            beside.profiles.insert(name.to_owned(), values);
        }
        Ok(beside)
    }

    /// The fields in their order, and those that the application computes.
    pub(super) async fn with(mut self, auth: &Auth, head: &Head, user: &User) -> Result<Value, Error> {
        let mut shown = Map::new();
        for name in names(auth.settings()) {
            let value = match name {
                name if user.is_null(name) => Value::Null,
                "pk" | "id" => json!(user.id),
                "username" => json!(user.username),
                "email" => json!(user.email),
                "first_name" => json!(user.first_name),
                "last_name" => json!(user.last_name),
                "is_active" => json!(user.is_active),
                "is_staff" => json!(user.is_staff),
                "is_superuser" => json!(user.is_superuser),
                "last_login" => json!(user.last_login.map(reply::time)),
                "date_joined" => json!(reply::time(user.date_joined)),
                "groups" => json!(self.groups),
                other => match (self.profiles.remove(other), user.field(other)) {
                    (Some(mut values), _) => {
                        let fields = auth.settings().profiles.find(other).map(|profile| profile.fields.iter());
                        for field in fields.into_iter().flatten().filter(|field| field.is_file()) {
                            values.entry(field.name()).and_modify(|value| *value = file(auth, head, value));
                        }
                        Value::Object(values)
                    }
                    (None, Some(value)) => match auth.settings().user.fields.find(other).is_some_and(Field::is_file) {
                        true => file(auth, head, value),
                        false => value.clone(),
                    },
                    (None, None) => continue,
                },
            };
            shown.insert(name.to_owned(), value);
        }
        Ok(Value::Object(auth.hooks().with_computed_fields(user, shown).await?))
    }
}

/// A file as clients see it: where it can be fetched.
fn file(auth: &Auth, head: &Head, name: &Value) -> Value {
    match name.as_str().filter(|name| !name.is_empty()) {
        Some(name) => auth.media().absolute_url(head.host(auth.settings()), head.is_secure(auth), name).into(),
        None => Value::Null,
    }
}
