//! The statements of every request, whose text is made once and kept: making it takes longer than SQLite does.

use std::sync::OnceLock;

use sea_query::{
    Alias, Asterisk, Expr, Func, JoinType, Query, QueryBuilder, SelectStatement, UnionType, Value, Values,
};
use sea_query_sqlx::{SqlxBinder, SqlxValues};

use super::Dialect;

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
        self.with_all(vec![value.into()], |mut values| write(values.remove(0)))
    }

    /// The same with these values in its places, which come in their order.
    fn with_all<S: SqlxBinder>(&self, values: Vec<Value>, write: impl FnOnce(Vec<Value>) -> S) -> Written<'_, S> {
        match self.0.get() {
            Some(text) => Written::Kept(text, values),
            None => Written::New { place: &self.0, places: values.len(), statement: write(values) },
        }
    }
}

/// How many keys a statement is about, where each has a place of its own in it; some are named twice to fill it up. Few
/// lengths, because each is a statement of its own to the database.
const LENGTHS: [usize; 5] = [1, 2, 4, 8, 16];

/// How many keys PostgreSQL supposes in an array that it does not know. For a shorter one it would make a plan each time,
/// which takes longer than looking the keys up.
const USUAL_ARRAY: usize = 10;

/// How many keys an array may hold.
const LONGEST_ARRAY: usize = 64;

/// How many keys a statement may be about.
pub(super) fn most_keys(dialect: Dialect) -> usize {
    if dialect == Dialect::Postgres { LONGEST_ARRAY } else { LENGTHS[LENGTHS.len() - 1] }
}

/// A statement that looks up many keys, each by the index. Not one `WHERE … IN`, because a database that prepared that
/// while the table was small goes through all of the table for it, and still does when it has grown.
#[derive(Debug, Default)]
pub(super) struct TextOfMany {
    /// With an array, which is PostgreSQL's.
    array: Text,
    /// With a place for each key.
    places: [Text; LENGTHS.len()],
}

impl TextOfMany {
    /// The statement with these keys, at least one, and at most [`most_keys`]; `find` is about one of them.
    pub(super) fn with(
        &self,
        dialect: Dialect,
        keys: Vec<Value>,
        find: impl Fn(Expr) -> SelectStatement,
    ) -> Written<'_, SelectStatement> {
        if dialect == Dialect::Postgres && keys.len() > 1 {
            let keys = filled_up(keys, USUAL_ARRAY);
            let array = Value::Array(keys[0].array_type(), Some(Box::new(keys)));
            return self.array.with_all(vec![array, ONE.into()], |mut values| for_each(values.remove(0), find));
        }
        let at = LENGTHS.iter().position(|length| *length >= keys.len()).unwrap_or(LENGTHS.len() - 1);
        let keys = filled_up(keys, LENGTHS[at]);
        self.places[at].with_all(keys, |keys| all_of(keys.into_iter().map(|key| find(Expr::val(key)))))
    }
}

/// The keys, with the last of them again and again until there are so many.
fn filled_up(mut keys: Vec<Value>, length: usize) -> Vec<Value> {
    if let Some(last) = keys.last().cloned() {
        keys.resize(length.max(keys.len()), last);
    }
    keys
}

/// The limit, which is a value as well.
const ONE: u64 = 1;

/// One statement of many.
fn all_of(statements: impl Iterator<Item = SelectStatement>) -> SelectStatement {
    let all = statements.reduce(|mut all, one| all.union(UnionType::All, one).take());
    all.unwrap_or_default()
}

/// The same by an array of keys, which PostgreSQL has and which costs it far less than so many statements. The limit lets
/// it plan for one key.
fn for_each(keys: Value, find: impl Fn(Expr) -> SelectStatement) -> SelectStatement {
    let (wanted, found) = (Alias::new("wanted"), Alias::new("found"));
    let one = find(Expr::col((wanted.clone(), wanted.clone()))).limit(ONE).take();
    Query::select()
        .column((found.clone(), Asterisk))
        .from_function(Func::cust("unnest").arg(keys), wanted)
        .join_lateral(JoinType::InnerJoin, one, found, Expr::cust("TRUE"))
        .take()
}

/// A statement that is kept, or is about to be.
pub(super) enum Written<'a, S> {
    Kept(&'a str, Vec<Value>),
    New {
        place: &'a OnceLock<String>,
        /// How many values it has.
        places: usize,
        statement: S,
    },
}

impl<S: SqlxBinder> SqlxBinder for Written<'_, S> {
    fn build_sqlx<T: QueryBuilder>(&self, builder: T) -> (String, SqlxValues) {
        match self {
            Self::Kept(text, values) => ((*text).to_owned(), SqlxValues(Values(values.clone()))),
            Self::New { place, places, statement } => {
                let (text, values) = statement.build_sqlx(builder);
                debug_assert_eq!(values.0.0.len(), *places, "a text that is kept has other values: {text}");
                (place.get_or_init(|| text).clone(), values)
            }
        }
    }
}
