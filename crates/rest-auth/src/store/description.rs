//! What a database says of itself: its tables, their columns, its indexes.

use sea_query::{MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};

use super::held::Inner;
use super::patience::in_time;
use super::row::Row;
use super::sending::on;
use super::{Connection, StoreError};

/// A column as the database describes it.
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as the database calls it.
    pub(super) kind: String,
    /// Whether a row can do without being given a value for it.
    pub(super) may_be_left_out: bool,
}

impl Column {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("name")?, kind: row.text("kind")?, may_be_left_out: row.boolean("may_be_left_out")? })
    }
}

impl Connection {
    /// The names of the tables that are there.
    pub(super) async fn table_names(&mut self) -> Result<Vec<String>, StoreError> {
        self.names(self.dialect().table_names()).await
    }

    /// The names of the indexes that are there.
    pub(super) async fn index_names(&mut self) -> Result<Vec<String>, StoreError> {
        self.names(self.dialect().index_names()).await
    }

    async fn names(&mut self, sql: &'static str) -> Result<Vec<String>, StoreError> {
        self.database().sent.note(sql);
        on!(self, |held, builder, row| Ok(sqlx::query_scalar(sql).fetch_all(held.connection().await?).await?))
    }

    /// The columns of a table.
    pub(super) async fn columns_of(&mut self, table: &str) -> Result<Vec<Column>, StoreError> {
        let sql = self.dialect().columns();
        on!(self, |held, builder, row| {
            let rows = sqlx::query(sql).bind(table).fetch_all(held.connection().await?).await?;
            rows.into_iter().map(row).map(|row| Column::read(&row)).collect()
        })
    }

    /// Whether a column takes NULL.
    pub(super) async fn takes_null(&mut self, table: &str, column: &str) -> Result<bool, StoreError> {
        let sql = match &self.inner {
            Inner::Sqlite(_) => "SELECT \"notnull\" = 0 FROM pragma_table_info(?) WHERE lower(name) = lower(?)",
            Inner::Postgres(_) => {
                "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = to_regclass(quote_ident($1)) AND attname = $2"
            }
            Inner::MySql(_) => {
                "SELECT is_nullable = 'YES' FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?"
            }
        };
        self.database().sent.note(sql);
        let takes_null: Option<bool> = on!(self, |held, builder, row| {
            let query = sqlx::query_scalar(sql).bind(table).bind(column);
            Ok(query.fetch_optional(held.connection().await?).await?)
        })?;
        Ok(takes_null.unwrap_or_default())
    }

    /// Whether a MySQL server has a type for UUIDs, as MariaDB does from 10.7 on; Django makes use of it there.
    pub(super) async fn has_uuid_type(&mut self) -> Result<bool, StoreError> {
        let Inner::MySql(held) = &mut self.inner else { return Ok(false) };
        let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(held.connection().await?).await?;
        let Some((numbers, _)) = version.split_once("-MariaDB") else { return Ok(false) };
        let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
        Ok((numbers.next(), numbers.next()) >= (Some(10), Some(7)))
    }
}
