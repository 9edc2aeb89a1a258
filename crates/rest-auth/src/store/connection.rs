//! A connection, with or without a transaction, and what differs between databases: how a statement is
//! sent, how a time is written, how case is left out of account.

use std::cmp::Ordering;

use sea_query::{Expr, ExprTrait, IntoColumnRef, SqliteQueryBuilder};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Executor, Row as _};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::StoreError;

/// A connection to the database. What a flow asks of it are its methods, a file a table.
pub struct Connection {
    inner: Inner,
}

enum Inner {
    Pooled(PoolConnection<Sqlite>),
    Transaction(sqlx::Transaction<'static, Sqlite>),
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.inner {
            Inner::Pooled(_) => "Connection",
            Inner::Transaction(_) => "Connection in a transaction",
        })
    }
}

impl Connection {
    pub(super) fn pooled(connection: PoolConnection<Sqlite>) -> Self {
        Self { inner: Inner::Pooled(connection) }
    }

    pub(super) fn transaction(transaction: sqlx::Transaction<'static, Sqlite>) -> Self {
        Self { inner: Inner::Transaction(transaction) }
    }

    fn sqlite(&mut self) -> &mut SqliteConnection {
        match &mut self.inner {
            Inner::Pooled(connection) => connection,
            Inner::Transaction(transaction) => transaction,
        }
    }

    /// Makes what the transaction did permanent.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::Pooled(_) => Ok(()),
            Inner::Transaction(transaction) => Ok(transaction.commit().await?),
        }
    }

    pub(super) async fn fetch_all(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        let (sql, values) = built(statement);
        let rows = sqlx::query_with(AssertSqlSafe(sql), values).fetch_all(self.sqlite()).await?;
        Ok(rows.into_iter().map(Row).collect())
    }

    pub(super) async fn fetch_optional(&mut self, statement: &impl SqlxBinder) -> Result<Option<Row>, StoreError> {
        let (sql, values) = built(statement);
        Ok(sqlx::query_with(AssertSqlSafe(sql), values).fetch_optional(self.sqlite()).await?.map(Row))
    }

    /// Runs the statement and tells how many rows it touched.
    pub(super) async fn execute(&mut self, statement: &impl SqlxBinder) -> Result<u64, StoreError> {
        let (sql, values) = built(statement);
        Ok(sqlx::query_with(AssertSqlSafe(sql), values).execute(self.sqlite()).await?.rows_affected())
    }

    pub(super) async fn execute_script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.sqlite().execute(sqlx::raw_sql(sql)).await?;
        Ok(())
    }

    /// The names of the tables that are there.
    pub(super) async fn table_names(&mut self) -> Result<Vec<String>, StoreError> {
        let names =
            sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                .fetch_all(self.sqlite())
                .await?;
        Ok(names)
    }
}

fn built(statement: &impl SqlxBinder) -> (String, SqlxValues) {
    statement.build_sqlx(SqliteQueryBuilder)
}

/// As Django writes a time into SQLite; it leaves out a fraction of zero.
const WHOLE_SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]");
const ANY_FRACTION: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond]");

/// A time as the database holds it.
pub(super) fn stored_time(time: OffsetDateTime) -> Expr {
    let time = time.to_offset(time::UtcOffset::UTC);
    let format = if time.microsecond() == 0 { WHOLE_SECONDS } else { MICROSECONDS };
    // A time of these years is always written.
    Expr::val(time.format(format).unwrap_or_default())
}

fn read_time(text: &str) -> Option<OffsetDateTime> {
    let format = if text.contains('.') { ANY_FRACTION } else { WHOLE_SECONDS };
    PrimitiveDateTime::parse(text, format).ok().map(PrimitiveDateTime::assume_utc)
}

/// The collation that [`equals_without_case`] compares by.
pub(super) const NO_CASE: &str = "rest_auth_no_case";

pub(super) fn compare_without_case(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
}

/// The condition that a column holds the text, whatever the case.
pub(super) fn equals_without_case(column: impl IntoColumnRef, text: &str) -> Expr {
    Expr::col(column).eq(Expr::cust_with_values(format!("? COLLATE {NO_CASE}"), [text]))
}

/// A row that was read.
pub(super) struct Row(SqliteRow);

impl Row {
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.0.try_get_unchecked(column)?)
    }

    pub(super) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.0.try_get_unchecked(column)?)
    }

    pub(super) fn boolean(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.0.try_get_unchecked(column)?)
    }

    pub(super) fn time(&self, column: &'static str) -> Result<OffsetDateTime, StoreError> {
        let value = self.text(column)?;
        read_time(&value).ok_or(StoreError::Unreadable { column, value })
    }

    pub(super) fn optional_time(&self, column: &'static str) -> Result<Option<OffsetDateTime>, StoreError> {
        let value: Option<String> = self.0.try_get_unchecked(column)?;
        value.map(|value| read_time(&value).ok_or(StoreError::Unreadable { column, value })).transpose()
    }
}
