//! What a database says of itself: its tables, their columns, its indexes.

use sea_query::{MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};

use super::held::Inner;
use super::patience::in_time;
use super::row::Row;
use super::sending::on;
use super::{Connection, StoreError};
use crate::fields::Charset;

/// The tables that exist.
#[derive(Clone, Debug)]
pub(crate) struct Present {
    names: Vec<String>,
    /// Whether the database finds a table by its name in another case.
    ignores_case: bool,
}

impl Present {
    /// Whether the database finds a table by this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.iter().any(|there| there == name || self.ignores_case && there.eq_ignore_ascii_case(name))
    }

    /// Returns a table whose name differs in case alone, on a case-sensitive database.
    pub(super) fn in_another_case(&self, name: &str) -> Option<&str> {
        let alike = |there: &&String| there.eq_ignore_ascii_case(name);
        self.names.iter().find(alike).filter(|_| !self.contains(name)).map(String::as_str)
    }

    /// Whether there is no table at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// A column as the database describes it.
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as the database calls it.
    pub(super) kind: String,
    /// Whether a row can do without being given a value for it.
    pub(super) may_be_left_out: bool,
    pub(super) may_be_null: bool,
    /// The most characters that it holds, where that is limited.
    pub(super) length: Option<usize>,
    /// The characters that it holds, as the database calls them; SQLite holds all.
    charset: Option<String>,
}

impl Column {
    /// The characters that it holds.
    pub(super) fn charset(&self) -> Charset {
        self.charset.as_deref().map_or(Charset::All, Charset::of)
    }

    /// Returns the range of an integer column, unless it is the usual one of 32 bits.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        let bits = match self.kind.split([' ', '(']).next().unwrap_or_default() {
            "tinyint" => 8,
            "smallint" => 16,
            "mediumint" => 24,
            _ if self.kind.contains("unsigned") => 32,
            _ => return None,
        };
        let is_unsigned = self.kind.contains("unsigned");
        // An unsigned column is limited as Django's PositiveIntegerField: to half of its range.
        let greatest = (1 << (bits - 1)) - 1;
        Some((if is_unsigned { 0 } else { -greatest - 1 }, greatest))
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let kind = row.text("kind")?;
        // SQLite has the length only in the name of the type: varchar(30).
        let told =
            || kind.contains("char").then(|| kind.split_once('(')?.1.split_once(')')?.0.trim().parse().ok()).flatten();
        let length = row.optional_integer("length")?.and_then(|length| usize::try_from(length).ok());
        Ok(Self {
            name: row.text("name")?,
            // MySQL gives its texts the length of many mebibytes.
            length: length.filter(|_| kind.contains("char")).or_else(told),
            kind,
            may_be_left_out: row.boolean("may_be_left_out")?,
            may_be_null: row.boolean("may_be_null")?,
            charset: row.optional_text("charset")?,
        })
    }
}

impl Connection {
    /// Returns the tables that exist.
    pub(super) async fn present(&mut self) -> Result<Present, StoreError> {
        let names = self.names(self.dialect().table_names()).await?;
        let ignores_case = match &mut self.inner {
            Inner::Sqlite(_) => true,
            Inner::Postgres(_) => false,
            Inner::MySql(held) => {
                sqlx::query_scalar("SELECT @@lower_case_table_names <> 0").fetch_one(held.connection().await?).await?
            }
        };
        Ok(Present { names, ignores_case })
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

    /// Returns whether a column accepts NULL.
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
