//! The limits of an adopted database's columns.
//!
//! The columns may be shorter than in today's Django, or have a smaller character set.

use super::description::Column;
use super::user_table::UserColumn;
use super::{Store, StoreError};
use crate::fields::{Charset, Field, Kind};
use crate::settings::{Named, Settings};
use crate::usernames;

/// The most characters of an address: Django's `EmailField`.
const EMAIL: usize = 254;

/// The limit of one text column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) length: usize,
    pub(crate) charset: Charset,
}

/// The limits of the columns that are not fields of the settings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) username: Limit,
    pub(crate) first_name: Limit,
    pub(crate) last_name: Limit,
    /// The limit of addresses in the users' table and in allauth's table.
    pub(crate) email: Limit,
}

impl Default for Limits {
    /// Returns the limits of Django's own tables.
    fn default() -> Self {
        let name = Limit::of(None, usernames::MAX_LENGTH);
        Self { username: name, first_name: name, last_name: name, email: Limit::of(None, EMAIL) }
    }
}

impl Limit {
    fn of(column: Option<&Column>, most: usize) -> Self {
        Self {
            length: column.and_then(|column| column.length).map_or(most, |length| length.min(most)),
            charset: column.map_or(Charset::All, Column::charset),
        }
    }

    fn and(self, other: Self) -> Self {
        Self { length: self.length.min(other.length), charset: self.charset.max(other.charset) }
    }

    /// Returns the field, limited to what the column can hold.
    pub(crate) fn applied(self, mut field: Field) -> Field {
        field.max_length = Some(field.max_length.map_or(self.length, |length| length.min(self.length)));
        field.charset = self.charset;
        field
    }
}

impl Store {
    /// Reads the columns' limits, and limits the fields of the settings accordingly.
    pub(crate) async fn limits(&self, settings: &mut Settings) -> Result<Limits, StoreError> {
        let mut db = self.connection().await?;
        let dialect = db.dialect();
        let users = db.columns_of(&settings.user.table).await?;
        let find =
            |columns: &[Column], name: &str| columns.iter().position(|column| dialect.is_column(&column.name, name));
        narrow(&mut settings.user.fields, |name| Some(&users[find(&users, name)?]));
        for profile in settings.profiles.iter_mut() {
            let columns = db.columns_of(&profile.table).await?;
            narrow(&mut profile.fields, |name| Some(&columns[find(&columns, name)?]));
        }
        let of_user = |column: UserColumn, most| {
            let called = settings.user.called(column.name());
            Limit::of(called.and_then(|called| Some(&users[find(&users, called)?])), most)
        };
        let addresses = db.columns_of("account_emailaddress").await?;
        let address = Limit::of(find(&addresses, "email").map(|at| &addresses[at]), EMAIL);
        Ok(Limits {
            username: of_user(UserColumn::Username, usernames::MAX_LENGTH),
            first_name: of_user(UserColumn::FirstName, usernames::MAX_LENGTH),
            last_name: of_user(UserColumn::LastName, usernames::MAX_LENGTH),
            email: of_user(UserColumn::Email, EMAIL).and(address),
        })
    }
}

/// Limits fields to what their columns can hold.
fn narrow<'a>(fields: &mut Named<Field>, column: impl Fn(&str) -> Option<&'a Column>) {
    for field in fields.iter_mut() {
        let Some(column) = column(field.name()) else { continue };
        field.charset = column.charset();
        if let (Some(length), false) = (column.length, field.kind == Kind::Choice) {
            field.max_length = Some(field.max_length.map_or(length, |most| most.min(length)));
        }
        if let (Some((least, greatest)), Kind::Integer) = (column.range(), field.kind) {
            field.min_value = Some(field.min_value.map_or(least, |value| value.max(least)));
            field.max_value = Some(field.max_value.map_or(greatest, |value| value.min(greatest)));
        }
    }
}
