//! `[profiles.NAME]`: what is kept of a user beside `auth_user`, in a table of its own.

use figment::value::Value;
use serde::Serialize;

use super::Named;
use super::named::Item;
use super::section::Reader;
use crate::fields::{Field, Kind};
use crate::store::ProfileValues;

/// A profile beside the user: a table with a column a field, and one row a user.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Profile {
    /// What it is called in user details, and in `save_to`.
    #[serde(skip)]
    pub name: String,
    /// Its table, beside its fields' columns with a unique `user_id`.
    pub table: String,
    /// Whether every user has one, which is made with the user.
    pub auto_create: bool,
    /// Its fields.
    pub fields: Named<Field>,
}

impl Profile {
    /// A profile that is made with every user.
    pub fn new(name: &str, table: &str, fields: Vec<Field>) -> Self {
        let fields: Vec<Field> = fields.into_iter().map(as_column).collect();
        Self { name: name.to_owned(), table: table.to_owned(), auto_create: true, fields: fields.into() }
    }

    /// Whether it is made with every user, or only with those of a kind that has it.
    pub fn auto_create(mut self, auto_create: bool) -> Self {
        self.auto_create = auto_create;
        self
    }

    /// What a row holds that nobody gave a value.
    pub(crate) fn initial(&self) -> ProfileValues {
        self.fields.iter().map(|field| (field.name().to_owned(), field.initial().unwrap_or_default())).collect()
    }
}

/// The field with the length that Django's model fields have by default.
pub(super) fn as_column(field: Field) -> Field {
    let usual = match field.kind {
        Kind::Email => 254,
        Kind::Url => 200,
        Kind::Choice => 255,
        Kind::Image | Kind::File => 100,
        _ => return field,
    };
    let length = field.max_length.unwrap_or(usual);
    field.max_length(length)
}

impl Item for Profile {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(name: &str, value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let table = reader.table(value, &["table", "auto_create", "fields"])?;
        let Some(table_name) = table.get("table") else {
            reader.misfit("it has no table", Some("For example table = \"app_userprofile\".".to_owned()));
            return None;
        };
        let table_name: String = reader.at("table", table_name)?;
        let auto_create = table.get("auto_create").map_or(Some(true), |value| reader.at("auto_create", value))?;
        let fields: Named<Field> = match table.get("fields") {
            Some(value) => reader.at("fields", value)?,
            None => Named::default(),
        };
        Some(Self::new(name, &table_name, fields.to_vec()).auto_create(auto_create))
    }
}
