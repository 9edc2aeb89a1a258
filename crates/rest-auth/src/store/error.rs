//! What can go wrong with a database.

use std::sync::Arc;

use sqlx::mysql::MySqlDatabaseError;
use sqlx::sqlite::SqliteError;

use super::Violation;
use crate::error::{Error, NON_FIELD_ERRORS};

/// Seconds after which a client may try a busy database again.
const RETRY_AFTER: u32 = 1;

/// Seconds after which a client may try a database again that somebody has to look after.
const RETRY_MUCH_LATER: u32 = 30;

/// The database does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL is of a kind that is not known.
    #[error("{0} is of no known database; a URL begins with sqlite://, postgres:// or mysql://")]
    UnknownDatabase(String),
    /// The server says nothing for so many seconds.
    #[error("there is no answer within {0} s")]
    Silent(u64),
    /// No connection can be had.
    #[error("no connection can be had")]
    NoConnection(#[source] sqlx::Error),
    /// The database's own error.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The database's own error, about a transaction that several flows had a part in.
    #[error(transparent)]
    Commit(#[from] Arc<sqlx::Error>),
    /// A unique index keeps a row out.
    #[error("{0}")]
    NotUnique(Box<Violation>),
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
    /// PostgreSQL's `search_path` does not lead to the right schema for new tables.
    #[error("the search_path does not fit: {0}")]
    SearchPath(String),
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

    /// The unique index that keeps a row out, if that is what happened.
    pub(crate) fn violation(&self) -> Option<Violation> {
        match self {
            Self::NotUnique(violation) => Some((**violation).clone()),
            _ => match self.cause()? {
                sqlx::Error::Database(error) => Violation::of(&**error),
                _ => None,
            },
        }
    }

    /// The database's own error, if it is one.
    fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) | Self::NoConnection(error) => Some(error),
            Self::Commit(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the connection is of no more use, and another may be: the server ended it, or it broke.
    pub(super) fn is_lost(&self) -> bool {
        match self.cause() {
            Some(sqlx::Error::Io(_)) => true,
            Some(sqlx::Error::Database(error)) => match error.try_downcast_ref::<MySqlDatabaseError>() {
                Some(error) => matches!(error.number(), 1053 | 1927),
                None => ["08", "57P"].iter().any(|class| error.code().unwrap_or_default().starts_with(class)),
            },
            _ => false,
        }
    }

    /// Returns whether a text has a character that the column's encoding lacks.
    ///
    /// Such a text can neither be compared with the column nor stored in it.
    pub(super) fn is_of_another_encoding(&self) -> bool {
        let Some(sqlx::Error::Database(error)) = self.cause() else { return false };
        match error.try_downcast_ref::<MySqlDatabaseError>() {
            // Illegal mix of collations, of two, three or more; an invalid text; one that cannot be converted.
            Some(error) => matches!(error.number(), 1267 | 1270 | 1271 | 1300 | 1366 | 3854 | 3988),
            // untranslatable_character, character_not_in_repertoire.
            None => matches!(&*error.code().unwrap_or_default(), "22P05" | "22021"),
        }
    }

    /// Returns whether a value that its field accepts is too large for its column.
    fn is_too_large(&self) -> bool {
        let Some(sqlx::Error::Database(error)) = self.cause() else { return false };
        match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => matches!(error.number(), 1264 | 1406),
            None => matches!(&*error.code().unwrap_or_default(), "22001" | "22003"),
        }
    }

    /// Returns the column in such an error, which MySQL names but PostgreSQL does not.
    fn column(&self) -> Option<String> {
        let message = self.cause()?.to_string();
        let (_, rest) = message.split_once("for column ")?;
        let name = rest.split(" at row").next()?.rsplit('.').next()?;
        Some(name.trim_matches(['`', '\'', '"']).to_owned())
    }

    /// Why the database takes nothing in, until somebody looks after it.
    fn refuses_to_write(&self) -> Option<&'static str> {
        const FULL: &str = "the database's disk is full, or as large as it may become";
        const READ_ONLY: &str = "the database can only be read";
        const BROKEN: &str = "the database's disk cannot be read or written";
        let Some(sqlx::Error::Database(error)) = self.cause() else { return None };
        let code = error.code().unwrap_or_default();
        if error.try_downcast_ref::<SqliteError>().is_some() {
            // SQLITE_FULL, SQLITE_READONLY, and SQLITE_IOERR or SQLITE_CANTOPEN; the rest of the number tells more.
            return match code.parse::<u32>().ok()? & 0xff {
                13 => Some(FULL),
                8 => Some(READ_ONLY),
                10 | 14 => Some(BROKEN),
                _ => None,
            };
        }
        if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
            return match error.number() {
                1021 | 1114 => Some(FULL),
                1290 | 1792 | 1836 => Some(READ_ONLY),
                _ => None,
            };
        }
        match &*code {
            "53100" => Some(FULL),
            "25006" => Some(READ_ONLY),
            "58030" => Some(BROKEN),
            _ => None,
        }
    }

    /// Whether it may be otherwise in a moment: another writer was in the way, the connection was lost, or it took too
    /// long.
    fn is_busy(&self) -> bool {
        if matches!(self, Self::Silent(_) | Self::NoConnection(_)) {
            return true;
        }
        let Some(error) = self.cause() else { return false };
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
            // that somebody killed, a statement that took too long on MariaDB and on MySQL.
            return matches!(error.number(), 1053 | 1205 | 1213 | 1317 | 1927 | 1969 | 3024);
        }
        // A serialization failure, a deadlock, a lock that cannot be had, a statement that took too long; then the
        // classes of a lost connection, of a lack of resources, and of a server that is shutting down.
        matches!(&*code, "40001" | "40P01" | "55P03" | "57014")
            || ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
    }
}

/// Logs a violated index without a field of the request; the client may try again.
///
/// The next attempt takes the next number of a sequence. Any other index is for the operator.
fn unexpected(violation: &Violation) -> Error {
    let Violation { table, is_primary_key, .. } = violation;
    if *is_primary_key {
        tracing::error!(
            "{violation}. If the column counts, its sequence is behind the rows of {table}: set the sequence to the largest \
             number in the table."
        );
        return Error::Unavailable { retry_after: RETRY_AFTER };
    }
    tracing::error!(
        "{violation}. No field of the request has a part in it: give the column a field, or make the index one that new rows \
         of {table} fit."
    );
    Error::Unavailable { retry_after: RETRY_MUCH_LATER }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if let Some(why) = error.refuses_to_write() {
            tracing::error!(%error, "{why}");
            return Self::Unavailable { retry_after: RETRY_MUCH_LATER };
        }
        if let Some(violation) = error.violation() {
            return unexpected(&violation);
        }
        // Somebody deleted it a moment ago. Should that happen again and again, the log tells.
        if matches!(error.cause(), Some(sqlx::Error::Database(cause)) if cause.is_foreign_key_violation()) {
            tracing::warn!(%error, "what a new row refers to is not there");
            return Self::Unavailable { retry_after: RETRY_AFTER };
        }
        let refused = match (error.is_of_another_encoding(), error.is_too_large()) {
            (true, _) => Some("A character of this text is not allowed."),
            (_, true) => Some("This value is too large."),
            (false, false) => None,
        };
        // The server, not the client, makes the hash of a password.
        if let Some(message) = refused.filter(|_| error.column().as_deref() != Some("password")) {
            tracing::warn!(%error, "a value does not fit into its column");
            return Self::field(error.column().as_deref().unwrap_or(NON_FIELD_ERRORS), message);
        }
        if let StoreError::NoConnection(cause @ sqlx::Error::Database(_)) = &error {
            tracing::error!(error = %cause, "the database lets nobody in");
        }
        if error.is_busy() { Self::Unavailable { retry_after: RETRY_AFTER } } else { Self::internal(error) }
    }
}
