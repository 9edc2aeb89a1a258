//! What can go wrong with a database.

use crate::error::Error;

/// Seconds after which a client may try a busy database again.
const RETRY_AFTER: u32 = 1;

/// The database does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL is of a kind that is not known.
    #[error("{0} is of no known database; a URL begins with sqlite://")]
    UnknownDatabase(String),
    /// The database's own error.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A stored value that cannot be read.
    #[error("the column {column} holds {value:?}")]
    Unreadable {
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
}

impl StoreError {
    /// Whether a row is there already that a unique index keeps apart from the new one.
    pub(crate) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether it may be otherwise in a moment: SQLite's busy and locked, a pool without a free connection.
    fn is_busy(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::PoolTimedOut) => true,
            // The low byte is SQLITE_BUSY (5) or SQLITE_LOCKED (6), the rest tells more.
            Self::Database(sqlx::Error::Database(error)) => {
                error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
            }
            _ => false,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_busy() { Self::Unavailable { retry_after: RETRY_AFTER } } else { Self::internal(error) }
    }
}
