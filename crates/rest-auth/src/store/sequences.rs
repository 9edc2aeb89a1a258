//! PostgreSQL's sequences, which do not notice rows with explicit ids.

use sqlx::AssertSqlSafe;

use super::held::Inner;
use super::{Connection, StoreError};

/// A column that holds larger numbers than its sequence has given.
pub(crate) struct Behind {
    /// The column.
    pub(crate) column: String,
    /// The last number that the sequence gave.
    pub(crate) counted: i64,
    /// The largest number in the column.
    pub(crate) largest: i64,
}

impl Connection {
    /// Returns the column of a table whose sequence is behind the rows.
    ///
    /// Other databases determine the next number from the rows.
    pub(crate) async fn sequence_behind(&mut self, table: &str) -> Result<Option<Behind>, StoreError> {
        const COUNTED: &str = "SELECT attname::text, quote_ident(attname), pg_get_serial_sequence(quote_ident($1), attname) \
             FROM pg_attribute WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped \
             AND pg_get_serial_sequence(quote_ident($1), attname) IS NOT NULL LIMIT 1";
        let Inner::Postgres(held) = &mut self.inner else { return Ok(None) };
        let connection = held.connection().await?;
        let counted: Option<(String, String, String)> =
            sqlx::query_as(COUNTED).bind(table).fetch_optional(&mut *connection).await?;
        let Some((column, quoted, sequence)) = counted else { return Ok(None) };
        let table = table.replace('"', "\"\"");
        let sql = format!(
            "SELECT (CASE WHEN is_called THEN last_value ELSE last_value - 1 END)::bigint, \
             (SELECT coalesce(max({quoted}), 0)::bigint FROM \"{table}\") FROM {sequence}"
        );
        let (counted, largest) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
        Ok((counted < largest).then_some(Behind { column, counted, largest }))
    }
}
