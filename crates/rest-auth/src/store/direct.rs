//! SQLite, read in the thread that asks. sqlx hands every statement to a thread of the connection's own and waits for its
//! answer, which takes several times as long as finding a row by its key does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use sea_query::Value;

/// How many connections are kept. Who finds none opens one, and closes it afterwards.
const MOST_IDLE: usize = 16;

/// Statements that a connection keeps prepared.
const PREPARED: usize = 64;

/// A SQLite file, for reading.
#[derive(Debug)]
pub(super) struct Direct {
    file: PathBuf,
    /// `None` once it is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Direct {
    pub(super) fn new(file: PathBuf) -> Arc<Self> {
        Arc::new(Self { file, idle: Mutex::new(Some(Vec::new())) })
    }

    /// A connection; `None` where none is to be had, which sqlx may explain.
    pub(super) fn reader(self: &Arc<Self>) -> Option<Reader> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.pop();
        let kept = kept.or_else(|| self.open().ok())?;
        Some(Reader { kept: Some(Mutex::new(kept)), home: Arc::clone(self) })
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        // The file that sqlx has opened, and may have made.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.pragma_update(None, "query_only", true)?;
        // Who would have to wait does so in another thread.
        connection.busy_timeout(Duration::ZERO)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(connection)
    }

    /// Closes the connections; those that are in use, when they come back.
    pub(super) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// A connection that goes back to where it came from.
pub(super) struct Reader {
    /// There until it is dropped. The lock is never taken: with it, a reference may go from thread to thread.
    kept: Option<Mutex<Connection>>,
    home: Arc<Direct>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut idle = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(idle) = idle.as_mut().filter(|idle| idle.len() < MOST_IDLE) {
            idle.extend(self.kept.take().and_then(|kept| kept.into_inner().ok()));
        }
    }
}

impl Reader {
    /// The rows of a statement. `None` where it is not done: somebody writes, the file cannot be read, a value is of no
    /// kind that keys are of.
    pub(super) fn rows(&mut self, sql: &str, values: &[Value]) -> Option<Vec<DirectRow>> {
        let values: Vec<Stored> = values.iter().map(stored).collect::<Option<_>>()?;
        let mut statement = self.kept.as_mut()?.get_mut().ok()?.prepare_cached(sql).ok()?;
        let names: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row<'_>| {
            let values = (0..names.len()).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
            Ok(DirectRow { names: Arc::clone(&names), values })
        };
        statement.query_map(params_from_iter(values), read).ok()?.collect::<rusqlite::Result<_>>().ok()
    }
}

fn stored(value: &Value) -> Option<Stored> {
    Some(match value {
        Value::Bool(value) => (*value)?.into(),
        Value::Int(value) => (*value)?.into(),
        Value::BigInt(value) => (*value)?.into(),
        Value::BigUnsigned(value) => i64::try_from((*value)?).ok()?.into(),
        Value::String(value) => value.as_ref()?.as_str().to_owned().into(),
        _ => return None,
    })
}

/// A row that was read so.
pub(super) struct DirectRow {
    names: Arc<[String]>,
    values: Vec<Stored>,
}

impl DirectRow {
    /// The value of a column, as SQLite itself would convert it.
    pub(super) fn get<T: FromStored>(&self, column: &str) -> Result<T, sqlx::Error> {
        let place = self.names.iter().position(|name| name == column);
        let value = place.and_then(|place| self.values.get(place));
        from_stored(value.ok_or_else(|| sqlx::Error::ColumnNotFound(column.to_owned()))?, column)
    }
}

/// Converts a column's value to this type, as Python's `sqlite3` and Django do.
pub(super) fn from_stored<T: FromStored>(value: &Stored, column: &str) -> Result<T, sqlx::Error> {
    T::from_stored(value).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("{} is something else", value.data_type()).into(),
    })
}

/// What a column may hold.
pub(super) trait FromStored: Sized {
    fn from_stored(value: &Stored) -> Option<Self>;
}

impl FromStored for String {
    fn from_stored(value: &Stored) -> Option<Self> {
        match value {
            Stored::Text(text) => Some(text.clone()),
            Stored::Integer(number) => Some(number.to_string()),
            // With its fraction, as SQLite has it.
            Stored::Real(number) => Some(format!("{number:?}")),
            Stored::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Stored::Null => None,
        }
    }
}

impl FromStored for i64 {
    fn from_stored(value: &Stored) -> Option<Self> {
        match value {
            Stored::Integer(number) => Some(*number),
            Stored::Text(text) => text.trim().parse().ok(),
            // Python's `int`.
            Stored::Real(number) if number.abs() < 9e18 => Some(number.trunc() as Self),
            Stored::Real(_) | Stored::Blob(_) | Stored::Null => None,
        }
    }
}

impl FromStored for bool {
    /// Only 1 is true, as in Django's own columns; `t`, `true` and 2 are not.
    fn from_stored(value: &Stored) -> Option<Self> {
        Some(match value {
            Stored::Integer(number) => *number == 1,
            Stored::Text(text) => text == "1",
            Stored::Blob(bytes) => bytes == b"1",
            Stored::Real(_) => false,
            Stored::Null => return None,
        })
    }
}

impl<T: FromStored> FromStored for Option<T> {
    fn from_stored(value: &Stored) -> Option<Self> {
        match value {
            Stored::Null => Some(None),
            value => T::from_stored(value).map(Some),
        }
    }
}
