//! `[user]`: the table that users are in, where it is not Django's `auth_user`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Named;
use super::profiles::as_column;
use super::section::{plain, section};
use crate::fields::{Field, Fields};

/// What a user's row is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKey {
    /// A number that the database counts up: Django's `AutoField` and `BigAutoField`.
    Integer,
    /// A random UUID: `UUIDField(default=uuid4)`.
    Uuid,
}

plain!(UserKey);

section! {
    /// The table that users are in: that of the model which AUTH_USER_MODEL names.
    pub struct UserTable {
        /// Its name, e.g. "accounts_user".
        pub table: String = USUAL_TABLE.to_owned(),
        /// Its primary key: "integer" or "uuid".
        pub key: UserKey = UserKey::Integer,
        /// Columns that are called differently there: { id = "uid", first_name = "given_name" }. With { username = "email" }
        /// users have no name but their address, as with USERNAME_FIELD = "email".
        pub columns: BTreeMap<String, String> = BTreeMap::new(),
        /// What the table does not have of first_name, last_name, is_active, is_staff, is_superuser, last_login,
        /// date_joined and groups.
        pub without: Vec<String> = Vec::new(),
        /// The table that says who is in which group; left out, it is user.table with _groups behind it.
        pub groups_table: Option<String> = None,
        /// Its column that refers to the user: the model's name with _id behind it.
        pub groups_column: String = "user_id".to_owned(),
        /// Its further columns, as fields like those of a profile. Clients see and write those that user_details.fields
        /// names; registration keeps something in them by save_to = "user.FIELD".
        pub fields: Named<Field> = Named::default(),
    }
}

/// Django's own.
const USUAL_TABLE: &str = "auth_user";

/// What a table may lack.
pub(super) const OPTIONAL: [&str; 8] =
    ["first_name", "last_name", "is_active", "is_staff", "is_superuser", "last_login", "date_joined", "groups"];

impl UserTable {
    /// The table of this name.
    pub fn new(table: &str) -> Self {
        Self { table: table.to_owned(), ..Self::default() }
    }

    /// A table whose primary key is a UUID.
    pub fn uuid_key(mut self) -> Self {
        self.key = UserKey::Uuid;
        self
    }

    /// What a column is called there: `.column("first_name", "given_name")`.
    pub fn column(mut self, name: &str, called: &str) -> Self {
        self.columns.insert(name.to_owned(), called.to_owned());
        self
    }

    /// What it does not have: `.without(["first_name", "last_name"])`.
    pub fn without(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.without = names.into_iter().map(Into::into).collect();
        self
    }

    /// The table that says who is in which group, and its column that refers to the user.
    pub fn groups(mut self, table: &str, column: &str) -> Self {
        (self.groups_table, self.groups_column) = (Some(table.to_owned()), column.to_owned());
        self
    }

    /// Its further columns.
    pub fn fields<F: Fields>(mut self) -> Self {
        self.fields = F::fields().into_iter().map(as_column).collect::<Vec<_>>().into();
        self
    }

    /// Gives the fields of a settings file the same lengths as a profile's fields.
    pub(super) fn fields_as_columns(&mut self) {
        self.fields = self.fields.iter().cloned().map(as_column).collect::<Vec<_>>().into();
    }

    /// Whether it is Django's own, as it comes.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it has this of what a table may lack.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.without.iter().any(|missing| missing == name)
    }

    /// What a column is called there; `None` if there is none.
    pub(crate) fn called<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.has(name).then(|| self.columns.get(name).map_or(name, String::as_str))
    }

    /// Whether users have a name beside their address.
    pub(crate) fn has_usernames(&self) -> bool {
        self.called("username") != self.called("email")
    }

    /// The table that says who is in which group.
    pub(crate) fn groups_table(&self) -> String {
        self.groups_table.clone().unwrap_or_else(|| format!("{}_groups", self.table))
    }
}
