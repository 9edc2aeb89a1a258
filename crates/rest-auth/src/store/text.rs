//! The statements of every request, whose text is made once and kept: making it takes longer than SQLite does.

use std::sync::OnceLock;

use sea_query::{QueryBuilder, SelectStatement, UnionType, Value, Values};
use sea_query_sqlx::{SqlxBinder, SqlxValues};

use super::together::LENGTHS;

/// They are a store's, which speaks to one database about one table of users.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) user_by_id: Text,
    pub(super) users_by_ids: TextOfMany,
    pub(super) user_by_token_key: Text,
    pub(super) is_blacklisted: Text,
    pub(super) blacklisted_among: TextOfMany,
}

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Text(OnceLock<String>);

impl Text {
    /// The statement with this one value in its one place, which it is written with when it is first wanted.
    pub(super) fn with<S: SqlxBinder>(
        &self,
        value: impl Into<Value>,
        write: impl FnOnce(Value) -> S,
    ) -> Written<'_, S> {
        let value = value.into();
        match self.0.get() {
            Some(text) => Written::Kept(text, vec![value]),
            None => Written::New(&self.0, write(value)),
        }
    }
}

/// One that looks up as many keys as it has values, with a text for each of the [`LENGTHS`].
#[derive(Debug, Default)]
pub(super) struct TextOfMany([Text; LENGTHS.len()]);

impl TextOfMany {
    /// The statement with these values, one of the [`LENGTHS`] of them; `write` is about one of them, and its statement has
    /// that value in its one place.
    pub(super) fn with(
        &self,
        values: Vec<Value>,
        write: impl Fn(Value) -> SelectStatement,
    ) -> Written<'_, SelectStatement> {
        let length = LENGTHS.iter().position(|length| *length >= values.len());
        let Text(place) = &self.0[length.unwrap_or(LENGTHS.len() - 1)];
        match place.get() {
            Some(text) => Written::Kept(text, values),
            None => Written::New(place, all_of(values.into_iter().map(write))),
        }
    }
}

/// One statement of many. Not one `WHERE … IN`, because a database that prepared that while the table was small goes
/// through all of the table for it, and still does when it has grown; each of these finds its row by the index.
fn all_of(statements: impl Iterator<Item = SelectStatement>) -> SelectStatement {
    let all = statements.reduce(|mut all, one| all.union(UnionType::All, one).take());
    all.unwrap_or_default()
}

/// A statement that is kept, or is about to be.
pub(super) enum Written<'a, S> {
    Kept(&'a str, Vec<Value>),
    New(&'a OnceLock<String>, S),
}

impl<S: SqlxBinder> SqlxBinder for Written<'_, S> {
    fn build_sqlx<T: QueryBuilder>(&self, builder: T) -> (String, SqlxValues) {
        match self {
            Self::Kept(text, values) => ((*text).to_owned(), SqlxValues(Values(values.clone()))),
            Self::New(place, statement) => {
                let (text, values) = statement.build_sqlx(builder);
                (place.get_or_init(|| text).clone(), values)
            }
        }
    }
}
