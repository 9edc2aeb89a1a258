//! The statements of every request, whose text is made once and kept: making it takes longer than SQLite does.

use std::sync::OnceLock;

use sea_query::{QueryBuilder, Value, Values};
use sea_query_sqlx::{SqlxBinder, SqlxValues};

/// They are a store's, which speaks to one database about one table of users.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) user_by_id: Text,
    pub(super) user_by_token_key: Text,
    pub(super) is_blacklisted: Text,
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
            Some(text) => Written::Kept(text, value),
            None => Written::New(&self.0, write(value)),
        }
    }
}

/// A statement that is kept, or is about to be.
pub(super) enum Written<'a, S> {
    Kept(&'a str, Value),
    New(&'a OnceLock<String>, S),
}

impl<S: SqlxBinder> SqlxBinder for Written<'_, S> {
    fn build_sqlx<T: QueryBuilder>(&self, builder: T) -> (String, SqlxValues) {
        match self {
            Self::Kept(text, value) => ((*text).to_owned(), SqlxValues(Values(vec![value.clone()]))),
            Self::New(place, statement) => {
                let (text, values) = statement.build_sqlx(builder);
                debug_assert_eq!(values.0.0.len(), 1, "a text that is kept has one value: {text}");
                (place.get_or_init(|| text).clone(), values)
            }
        }
    }
}
