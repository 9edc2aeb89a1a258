//! `[registration]`: what it asks for beside `account.signup_fields`, and the kinds of user.

use figment::value::Value;
use serde::Serialize;

use super::named::Item;
use super::section::{Reader, section};
use super::{Misfit, Named};
use crate::fields::Field;

section! {
    /// What registration asks for beside account.signup_fields, and the kinds of user, each with an endpoint.
    pub struct Registration {
        /// Whether users can register. false: the endpoint registration/ and those of the kinds of users do not exist. If
        /// account.email_verification is "none", too, the endpoints that verify an address do not exist either.
        pub enabled: bool = true,
        /// Fields of its own: a type and what a profile's field may say, required = false if it may be left out, and
        /// where it is kept, save_to = "user.first_name", "user.last_name" or "PROFILE.FIELD". A limit that is not said
        /// is that of the place.
        pub fields: Named<Field> = Named::default(),
        /// The groups that a new user is put into.
        pub groups: Vec<String> = Vec::new(),
        /// Profiles with auto_create = false that a new user has; those that save_to names are among them.
        pub profiles: Vec<String> = Vec::new(),
        /// Kinds of user: [registration.types.NAME] says the path of its endpoint, register/NAME/ if nothing else,
        /// and fields, groups and profiles, all of its own.
        pub types: Named<RegistrationType> = Named::default(),
        /// Whether migrate makes the groups that are missing; otherwise the server does not start without them.
        pub create_groups: bool = false,
    }
}

/// A kind of user: an endpoint that registers them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegistrationType {
    /// What it is called.
    #[serde(skip)]
    pub name: String,
    /// The path of its endpoint, below the router.
    pub path: String,
    /// The groups that its users are put into.
    pub groups: Vec<String>,
    /// Profiles with `auto_create = false` that its users have; those that `save_to` names are among them.
    pub profiles: Vec<String>,
    /// What its registration asks for beside `account.signup_fields`.
    pub fields: Named<Field>,
}

impl RegistrationType {
    /// A kind of user at `register/NAME/`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: format!("register/{name}/"),
            groups: Vec::new(),
            profiles: Vec::new(),
            fields: Named::default(),
        }
    }
}

impl Item for RegistrationType {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(name: &str, value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let table = reader.table(value, &["path", "groups", "profiles", "fields"])?;
        let mut kind = Self::new(name);
        macro_rules! take {
            ($($key:ident),+) => { $(
                if let Some(value) = table.get(stringify!($key)) {
                    kind.$key = reader.at(stringify!($key), value)?;
                }
            )+ };
        }
        take!(path, groups, profiles, fields);
        Some(kind)
    }
}

/// One form of registration: the usual one, or that of a kind of user.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    /// Its place in the settings.
    place: Option<&'a str>,
    pub(crate) fields: &'a Named<Field>,
    pub(crate) groups: &'a [String],
    profiles: &'a [String],
}

impl<'a> Form<'a> {
    /// The kind of user that it is for.
    pub(crate) fn kind(&self) -> Option<&'a str> {
        self.place
    }

    /// Where it stands in the settings.
    pub(super) fn path(&self) -> String {
        self.place.map_or("registration".to_owned(), |name| format!("registration.types.{name}"))
    }

    /// The profiles that its users have, whoever else has them.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &'a str> {
        let saved = self.fields.iter().filter_map(|field| Some(field.save_to.as_deref()?.split_once('.')?.0));
        self.profiles.iter().map(String::as_str).chain(saved.filter(|place| *place != "user"))
    }
}

impl Registration {
    /// The usual form.
    pub(crate) fn usual(&self) -> Form<'_> {
        Form { place: None, fields: &self.fields, groups: &self.groups, profiles: &self.profiles }
    }

    /// Every form, the usual one first.
    pub(crate) fn forms(&self) -> impl Iterator<Item = Form<'_>> {
        std::iter::once(self.usual()).chain(self.types.iter().map(form_of))
    }

    /// The form at the endpoint of this path.
    pub(crate) fn at(&self, path: &str) -> Form<'_> {
        self.types.iter().find(|kind| kind.path == path).map_or_else(|| self.usual(), form_of)
    }

    /// Fields of a file that nothing would become of; a program may look at them in a hook.
    pub(super) fn idle_fields(&self) -> Vec<Misfit> {
        let idle = |form: Form<'_>| {
            let fields = form.fields.iter().filter(|field| field.save_to.is_none());
            let misfit = |field: &Field| Misfit {
                path: format!("{}.fields.{}", form.path(), field.name()),
                problem: "nothing would become of it".to_owned(),
                hint: Some("Add save_to, for example \"user.first_name\" or \"profile.company_name\".".to_owned()),
                origin: None,
            };
            fields.map(misfit).collect::<Vec<_>>()
        };
        self.forms().flat_map(idle).collect()
    }
}

fn form_of(kind: &RegistrationType) -> Form<'_> {
    Form { place: Some(&kind.name), fields: &kind.fields, groups: &kind.groups, profiles: &kind.profiles }
}
