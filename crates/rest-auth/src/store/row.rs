//! A row that was read, from any of the databases.

use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use time::{Date, OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

use super::StoreError;
use super::dialect::read_text_time;
use super::direct::DirectRow;
use crate::fields::read_date;

pub(super) enum Row {
    Sqlite(SqliteRow),
    Direct(DirectRow),
    Postgres(PgRow),
    MySql(MySqlRow),
}

/// The value of a column, whichever database it comes from. Types are those of the schema, not checked again.
macro_rules! get {
    ($row:expr, $column:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get_unchecked($column),
            Row::Direct(row) => row.get($column),
            Row::Postgres(row) => row.try_get_unchecked($column),
            Row::MySql(row) => row.try_get_unchecked($column),
        }
    };
}

impl Row {
    pub(super) fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn integer(&self, column: &str) -> Result<i64, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(get!(self, column)?)
    }

    /// A UUID, which only PostgreSQL has as such.
    pub(super) fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        if let Self::Postgres(row) = self {
            return Ok(row.try_get_unchecked(column)?);
        }
        let text = self.text(column)?;
        Uuid::try_parse(&text).map_err(|_| StoreError::unreadable(column, &text))
    }

    pub(super) fn boolean(&self, column: &str) -> Result<bool, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn optional_boolean(&self, column: &str) -> Result<Option<bool>, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn optional_date(&self, column: &str) -> Result<Option<Date>, StoreError> {
        match self {
            Self::Sqlite(_) | Self::Direct(_) => {
                let value = self.optional_text(column)?;
                value.map(|value| read_date(&value).ok_or_else(|| StoreError::unreadable(column, &value))).transpose()
            }
            Self::Postgres(row) => Ok(row.try_get_unchecked(column)?),
            Self::MySql(row) => Ok(row.try_get_unchecked(column)?),
        }
    }

    pub(super) fn time(&self, column: &str) -> Result<OffsetDateTime, StoreError> {
        self.optional_time(column)?.ok_or(StoreError::unreadable(column, "NULL"))
    }

    pub(super) fn optional_time(&self, column: &str) -> Result<Option<OffsetDateTime>, StoreError> {
        match self {
            Self::Sqlite(_) | Self::Direct(_) => {
                let value = self.optional_text(column)?;
                value
                    .map(|value| read_text_time(&value).ok_or_else(|| StoreError::unreadable(column, &value)))
                    .transpose()
            }
            Self::Postgres(row) => Ok(row.try_get_unchecked(column)?),
            Self::MySql(row) => {
                let value: Option<PrimitiveDateTime> = row.try_get_unchecked(column)?;
                Ok(value.map(PrimitiveDateTime::assume_utc))
            }
        }
    }
}
