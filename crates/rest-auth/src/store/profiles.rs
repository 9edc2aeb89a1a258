//! The tables of profiles: a row a user, a column a field.

use sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use serde_json::{Map, Value};

use super::row::Row;
use super::{Connection, Dialect, StoreError, UserId};
use crate::fields::{Field, Kind, fixed, read_date, read_datetime};
use crate::reply;
use crate::settings::Profile;

/// A profile's values, by field.
pub(crate) type ProfileValues = Map<String, Value>;

const USER_ID: &str = "user_id";

impl Connection {
    /// The user's row of a profile, in the order of its fields.
    pub(crate) async fn profile_of(
        &mut self,
        profile: &Profile,
        user: UserId,
    ) -> Result<Option<ProfileValues>, StoreError> {
        let dialect = self.dialect();
        let mut statement = Query::select();
        // There may be no field.
        statement.column(Alias::new(USER_ID));
        for field in profile.fields.iter() {
            statement.expr_as(read_expression(dialect, &profile.table, field), Alias::new(field.name()));
        }
        statement.from(Alias::new(&profile.table)).and_where(Expr::col(Alias::new(USER_ID)).eq(dialect.user_id(user)));
        let Some(row) = self.fetch_optional(&statement).await? else { return Ok(None) };
        profile
            .fields
            .iter()
            .map(|field| Ok((field.name.clone(), read(&row, field)?)))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Inserts the user's row, and returns whether it did not exist before.
    ///
    /// A field without a value gets its initial value.
    pub(crate) async fn insert_profile(
        &mut self,
        profile: &Profile,
        user: UserId,
        values: &ProfileValues,
    ) -> Result<bool, StoreError> {
        let dialect = self.dialect();
        let value = |field: &Field| values.get(&field.name).cloned().or_else(|| field.initial());
        // A column without a value is left to the database's default.
        let row = profile.fields.iter().filter_map(|field| Some((field, value(field)?)));
        let (columns, expressions): (Vec<_>, Vec<_>) =
            row.map(|(field, value)| (Alias::new(field.name()), write_expression(dialect, field, &value))).unzip();
        let user_id = || Alias::new(USER_ID);
        let mut statement = Query::insert()
            .into_table(Alias::new(&profile.table))
            .columns([user_id()].into_iter().chain(columns))
            .values_panic([dialect.user_id(user)].into_iter().chain(expressions))
            .take();
        // MySQL would also ignore a conflict with any other unique index.
        if dialect != Dialect::MySql {
            statement.on_conflict(OnConflict::column(user_id()).do_nothing().to_owned());
        }
        let inserted = self.execute(&statement).await;
        match self.with_violation(&profile.table, inserted).await {
            Err(StoreError::NotUnique(violation)) if violation.is_of(USER_ID) => Ok(false),
            inserted => Ok(inserted? > 0),
        }
    }

    /// Whether a row names this file in this column.
    pub(crate) async fn names_file(&mut self, table: &str, column: &str, name: &str) -> Result<bool, StoreError> {
        let statement = Query::select()
            .expr(Expr::val(1))
            .from(Alias::new(table))
            .and_where(Expr::col(Alias::new(column)).eq(name))
            .limit(1)
            .take();
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Changes what is said of the user's row.
    pub(crate) async fn update_profile(
        &mut self,
        profile: &Profile,
        user: UserId,
        changes: &ProfileValues,
    ) -> Result<(), StoreError> {
        let dialect = self.dialect();
        let changes: Vec<_> = profile
            .fields
            .iter()
            .filter_map(|field| {
                let value = changes.get(&field.name)?;
                Some((Alias::new(field.name()), write_expression(dialect, field, value)))
            })
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        let statement = Query::update()
            .table(Alias::new(&profile.table))
            .values(changes)
            .and_where(Expr::col(Alias::new(USER_ID)).eq(dialect.user_id(user)))
            .take();
        let updated = self.execute(&statement).await;
        self.with_violation(&profile.table, updated).await.map(drop)
    }
}

/// How a column is asked for: as a text what no database gives in the same form.
pub(super) fn read_expression(dialect: Dialect, table: &str, field: &Field) -> Expr {
    let column = Expr::col((Alias::new(table), Alias::new(field.name())));
    match (field.kind, dialect) {
        (Kind::Decimal, Dialect::MySql) | (Kind::Json, Dialect::MySql) => column.cast_as("char"),
        (Kind::Decimal, _) | (Kind::Json, Dialect::Postgres) => column.cast_as("text"),
        _ => column,
    }
}

/// Returns a column's value, or null if the field cannot represent the value.
pub(super) fn read(row: &Row, field: &Field) -> Result<Value, StoreError> {
    let column = field.name();
    Ok(match field.kind {
        // A number column of SQLite may hold any text.
        Kind::Integer if row.is_of_sqlite() => row.optional_integer(column).unwrap_or_default().into(),
        Kind::Integer => row.optional_integer(column)?.into(),
        Kind::Boolean => row.optional_boolean(column)?.into(),
        Kind::Date => row.optional_date(column)?.map(|date| date.to_string()).into(),
        Kind::DateTime => row.optional_time(column)?.map(reply::time).into(),
        Kind::Decimal => {
            row.optional_text(column)?.and_then(|text| fixed(&text, field.decimal_places.unwrap_or_default())).into()
        }
        Kind::Json => row.optional_text(column)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        // Where there is no file, Django writes an empty name.
        Kind::Image | Kind::File => row.optional_text(column)?.filter(|name| !name.is_empty()).into(),
        _ => row.optional_text(column)?.into(),
    })
}

/// A value that passed its field, as the database wants it.
pub(super) fn write_expression(dialect: Dialect, field: &Field, value: &Value) -> Expr {
    let cast = |text: String, kind: &'static str| match dialect {
        Dialect::Postgres => Expr::val(text).cast_as(kind),
        _ => Expr::val(text),
    };
    match (field.kind, value) {
        (_, Value::Null) => Expr::cust("NULL"),
        (Kind::Json, value) => cast(value.to_string(), "jsonb"),
        (Kind::Decimal, Value::String(text)) => cast(text.clone(), "numeric"),
        (Kind::Date, Value::String(text)) => match read_date(text) {
            Some(date) if dialect != Dialect::Sqlite => Expr::val(date),
            _ => Expr::val(text.as_str()),
        },
        (Kind::DateTime, Value::String(text)) => match read_datetime(text) {
            Ok(moment) => dialect.time(moment.assume_utc()),
            Err(_) => Expr::val(text.as_str()),
        },
        (_, Value::Bool(truth)) => Expr::val(*truth),
        (_, Value::Number(number)) => Expr::val(number.as_i64().unwrap_or_default()),
        (_, Value::String(text)) => Expr::val(text.as_str()),
        (_, value) => Expr::val(value.to_string()),
    }
}
