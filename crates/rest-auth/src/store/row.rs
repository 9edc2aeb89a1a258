//! A row that was read, from any of the databases.
//!
//! Adopted tables hold values that Django's own never do: NULL in place of a text, times that a script wrote. Such a
//! value is read as Django reads it. If Django fails, the value is read as empty, so that no request fails.

use rusqlite::types::Value as Stored;
use sqlx::mysql::MySqlRow;
use sqlx::postgres::{PgRow, PgValueFormat};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, TypeInfo, ValueRef};
use time::{Date, OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

use super::StoreError;
use super::dialect::read_text_time;
use super::direct::{DirectRow, FromStored, from_stored};
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
            Row::Sqlite(row) => of_sqlite(row, $column),
            Row::Direct(row) => row.get($column),
            Row::Postgres(row) => row.try_get_unchecked($column),
            Row::MySql(row) => row.try_get_unchecked($column),
        }
    };
}

impl Row {
    /// Returns whether the row is SQLite's, whose columns may hold values of any type.
    pub(super) fn is_of_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_) | Self::Direct(_))
    }

    /// Returns a text; NULL is the empty text.
    pub(super) fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.optional_text(column)?.unwrap_or_default())
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

    /// Returns a flag; NULL is `false`.
    pub(super) fn boolean(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.optional_boolean(column)?.unwrap_or_default())
    }

    pub(super) fn optional_boolean(&self, column: &str) -> Result<Option<bool>, StoreError> {
        Ok(get!(self, column)?)
    }

    /// Returns a day; `None` for NULL and for an invalid day.
    pub(super) fn optional_date(&self, column: &str) -> Result<Option<Date>, StoreError> {
        match self {
            Self::Sqlite(_) | Self::Direct(_) => Ok(self.optional_text(column)?.and_then(|value| read_date(&value))),
            Self::Postgres(row) => match binary(row, column)? {
                Some(days) => Ok(Date::from_julian_day(i32::from_be_bytes(days).saturating_add(POSTGRES_DAY)).ok()),
                None => Ok(None),
            },
            Self::MySql(row) => Ok(zero_is_none(row.try_get_unchecked(column))?),
        }
    }

    pub(super) fn time(&self, column: &str) -> Result<OffsetDateTime, StoreError> {
        self.optional_time(column)?.ok_or(StoreError::unreadable(column, "no time"))
    }

    /// Returns a moment; `None` for NULL and for an invalid moment.
    pub(super) fn optional_time(&self, column: &str) -> Result<Option<OffsetDateTime>, StoreError> {
        match self {
            Self::Sqlite(_) | Self::Direct(_) => {
                Ok(self.optional_text(column)?.and_then(|value| read_text_time(&value)))
            }
            Self::Postgres(row) => {
                let nanoseconds = |microseconds| {
                    i128::from(i64::from_be_bytes(microseconds)).saturating_add(POSTGRES_EPOCH).saturating_mul(1000)
                };
                let time = binary(row, column)?.map(nanoseconds);
                Ok(time.and_then(|time| OffsetDateTime::from_unix_timestamp_nanos(time).ok()))
            }
            Self::MySql(row) => {
                let value: Option<PrimitiveDateTime> = zero_is_none(row.try_get_unchecked(column))?;
                Ok(value.map(PrimitiveDateTime::assume_utc))
            }
        }
    }
}

/// The day from which PostgreSQL counts, 2000-01-01, as a Julian day.
const POSTGRES_DAY: i32 = 2_451_545;

/// The same day in microseconds since 1970.
const POSTGRES_EPOCH: i128 = 946_684_800_000_000;

/// Returns the bytes of a PostgreSQL value, or `None` for NULL.
///
/// The bytes allow reading `infinity` and the year 20000, on which sqlx would panic.
fn binary<const LENGTH: usize>(row: &PgRow, column: &str) -> Result<Option<[u8; LENGTH]>, sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() || value.format() != PgValueFormat::Binary {
        return Ok(None);
    }
    let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
    Ok(bytes.try_into().ok())
}

/// Reads MySQL's `0000-00-00`, which is not a day, as NULL, as Django does.
fn zero_is_none<T>(value: Result<Option<T>, sqlx::Error>) -> Result<Option<T>, sqlx::Error> {
    match value {
        Err(sqlx::Error::ColumnDecode { .. }) => Ok(None),
        value => value,
    }
}

/// A value that sqlx read from SQLite, whose columns hold values of any type.
fn of_sqlite<T: FromStored>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let value = row.try_get_raw(column)?;
    let stored = match value.type_info().name() {
        _ if value.is_null() => Stored::Null,
        "INTEGER" => Stored::Integer(row.try_get_unchecked(column)?),
        "REAL" => Stored::Real(row.try_get_unchecked(column)?),
        "BLOB" => Stored::Blob(row.try_get_unchecked(column)?),
        _ => {
            let bytes: &[u8] = row.try_get_unchecked(column)?;
            Stored::Text(String::from_utf8_lossy(bytes).into_owned())
        }
    };
    from_stored(&stored, column)
}
