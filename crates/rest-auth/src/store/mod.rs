//! What the flows ask of a database. One definition a query, in the file of its table; what differs from
//! one database to another is in `connection.rs` and `schema.rs`.

mod connection;
mod email_addresses;
mod error;
mod schema;
mod sessions;
mod tables;
mod token_keys;
mod users;

pub use connection::Connection;
pub use error::StoreError;
pub(crate) use sessions::StoredSession;
pub(crate) use users::{NewUser, UserChanges};
pub use users::{User, UserId};

use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::settings::DatabaseUrl;

/// How long a statement waits for another writer before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The accounts' database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the database; a SQLite file that is missing is made, empty.
    ///
    /// # Errors
    /// If the URL is of no known database, or nothing answers there.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        if !url.expose().starts_with("sqlite:") {
            return Err(StoreError::UnknownDatabase(url.to_string()));
        }
        let options = SqliteConnectOptions::from_str(url.expose())?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .collation(connection::NO_CASE, connection::compare_without_case);
        let pool =
            SqlitePoolOptions::new().max_connections(8).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await?;
        Ok(Self { pool })
    }

    /// A connection for reading, and for single writes.
    pub(crate) async fn connection(&self) -> Result<Connection, StoreError> {
        Ok(Connection::pooled(self.pool.acquire().await?))
    }

    /// Begins a transaction that will write: no other begins before it ends, so that what it reads stays
    /// true until it commits. Dropped without [`Connection::commit`], it changes nothing.
    pub(crate) async fn begin(&self) -> Result<Connection, StoreError> {
        Ok(Connection::transaction(self.pool.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Closes every connection, once it is free.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The tables that are missing, by name.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn missing_tables(&self) -> Result<Vec<&'static str>, StoreError> {
        let present = self.connection().await?.table_names().await?;
        Ok(schema::tables().map(|table| table.name).filter(|name| !present.iter().any(|held| held == name)).collect())
    }

    /// Whether the database holds no table at all.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.connection().await?.table_names().await?.is_empty())
    }

    /// Makes the tables that are missing, all or none, and tells which. A table that is there is not touched.
    ///
    /// # Errors
    /// If the database does not answer, or refuses.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        let mut tx = self.begin().await?;
        let present = tx.table_names().await?;
        let mut made = Vec::new();
        for table in schema::tables().filter(|table| !present.iter().any(|name| name == table.name)) {
            tx.execute_script(table.statements).await?;
            made.push(table.name);
        }
        tx.commit().await?;
        Ok(made)
    }

    /// The statements that [`Store::migrate`] would run.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn migration_plan(&self) -> Result<Vec<&'static str>, StoreError> {
        let missing = self.missing_tables().await?;
        Ok(schema::tables()
            .filter(|table| missing.contains(&table.name))
            .map(|table| table.statements.trim())
            .collect())
    }
}
