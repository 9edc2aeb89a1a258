//! What can go wrong with a database.

use std::sync::Arc;

use sqlx::mysql::MySqlDatabaseError;
use sqlx::sqlite::SqliteError;

use crate::error::Error;

/// Seconds after which a client may try a busy database again.
const RETRY_AFTER: u32 = 1;

/// The database does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL is of a kind that is not known.
    #[error("{0} is of no known database; a URL begins with sqlite://, postgres:// or mysql://")]
    UnknownDatabase(String),
    /// The database's own error.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The database's own error, about a transaction that several flows had a part in.
    #[error(transparent)]
    Commit(#[from] Arc<sqlx::Error>),
    /// A copy of a database in which something is wrong.
    #[error("the copy is not sound: {0}")]
    Unsound(String),
    /// A stored value that cannot be read.
    #[error("the column {column} holds {value:?}")]
    Unreadable {
        /// The column.
        column: String,
        /// What stands there.
        value: String,
    },
    /// A table that cannot be what the settings take it for.
    #[error("the table {table} does not fit: {problem}")]
    UnfitTable {
        /// The table.
        table: String,
        /// What is wrong with it, and what to do about it.
        problem: String,
    },
}

impl StoreError {
    pub(super) fn unreadable(column: &str, value: &str) -> Self {
        Self::Unreadable { column: column.to_owned(), value: value.to_owned() }
    }

    /// Whether a row is there already that a unique index keeps apart from the new one.
    pub(crate) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether that index is of this column, as far as its name or the database's message tells.
    pub(crate) fn is_unique_violation_of(&self, column: &str) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // SQLite says TABLE.COLUMN, PostgreSQL and MySQL the name of the constraint.
        let place = error.constraint().unwrap_or_else(|| error.message());
        let place = place.rsplit("for key ").next().unwrap_or(place);
        error.is_unique_violation()
            && place.split(|c: char| !c.is_ascii_alphanumeric()).collect::<Vec<_>>().join("_").contains(column)
    }

    /// Whether it may be otherwise in a moment: another writer was in the way, or the connection was lost.
    fn is_busy(&self) -> bool {
        let error = match self {
            Self::Database(error) => error,
            Self::Commit(error) => error,
            _ => return false,
        };
        let error = match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => return true,
            sqlx::Error::Database(error) => error,
            _ => return false,
        };
        let code = error.code().unwrap_or_default();
        if error.try_downcast_ref::<SqliteError>().is_some() {
            // The low byte is SQLITE_BUSY (5) or SQLITE_LOCKED (6), the rest tells more.
            return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6));
        }
        if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
            // A server that is shutting down, a lock that cannot be had, a deadlock, a query and a connection
            // that somebody killed.
            return matches!(error.number(), 1053 | 1205 | 1213 | 1317 | 1927);
        }
        // A serialization failure, a deadlock, a lock that cannot be had; then the
        // classes of a lost connection, of a lack of resources, and of a server that is shutting down.
        matches!(&*code, "40001" | "40P01" | "55P03") || ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_busy() { Self::Unavailable { retry_after: RETRY_AFTER } } else { Self::internal(error) }
    }
}
