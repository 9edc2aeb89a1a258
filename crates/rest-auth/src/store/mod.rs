//! What the flows ask of a database. One definition a query, in the file of its table; what differs from
//! one database to another is in `dialect.rs`, `row.rs` and the schema.

mod backup;
mod connection;
mod dialect;
mod email_addresses;
mod error;
mod expired;
mod groups;
mod outbox;
mod pool;
mod refresh_tokens;
mod rotations;
mod row;
mod schema;
mod sessions;
mod statements;
mod tables;
mod token_keys;
mod users;
mod writer;

pub use connection::Connection;
pub use dialect::Dialect;
pub(crate) use email_addresses::EmailAddress;
pub use error::StoreError;
pub(crate) use outbox::{Content, WaitingMail};
pub use pool::Pool;
pub(crate) use refresh_tokens::NewOutstandingToken;
pub(crate) use rotations::Rotation;
pub(crate) use sessions::StoredSession;
pub(crate) use users::{NewUser, UserChanges};
pub use users::{User, UserId};

use std::sync::{Arc, OnceLock};

use crate::settings::Settings;
use statements::Statements;
use writer::Writer;

/// The accounts' database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    /// SQLite's, from the first transaction on.
    writer: Arc<OnceLock<Writer>>,
    /// What was sent, in tests.
    statements: Statements,
}

impl From<Pool> for Store {
    fn from(pool: Pool) -> Self {
        Self { pool, writer: Arc::default(), statements: Statements::default() }
    }
}

impl Store {
    /// Opens the database of the settings; a SQLite file that is missing is made, empty.
    ///
    /// # Errors
    /// If the URL is of no known database, or nothing answers there.
    pub async fn connect(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Pool::connect(&settings.database_url, true, settings).await?.into())
    }

    /// Opens the database of the settings, which must be there.
    ///
    /// # Errors
    /// As [`Store::connect`], and if a SQLite file is missing.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Pool::connect(&settings.database_url, false, settings).await?.into())
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        self.pool.dialect()
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// If none can be had in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Connection::pooled(&self.pool, &self.statements).await
    }

    /// Begins a transaction that will write. Dropped without [`Connection::commit`], it changes nothing. On SQLite
    /// it is a turn of the one writer, so that whoever waits for another writer in between waits in vain.
    ///
    /// # Errors
    /// If no connection, or no turn, can be had in time.
    pub async fn begin(&self) -> Result<Connection, StoreError> {
        Connection::in_transaction(&self.pool, &self.writer, &self.statements).await
    }

    /// The statements that were sent since this was last asked, without their values.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn take_statements(&self) -> Vec<String> {
        self.statements.take()
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
        Ok(self.missing().await?.iter().map(|table| table.name).collect())
    }

    /// Whether the database holds no table at all.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.connection().await?.table_names().await?.is_empty())
    }

    /// Makes the tables that are missing, and tells which. A table that is there is not touched. Where the
    /// database can (MySQL cannot), it is all or none.
    ///
    /// # Errors
    /// If the database does not answer, or refuses.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        self.migrate_with(|_, _, _| {}).await
    }

    /// As [`Store::migrate`], telling before each table its name, how many are made, and how many there are to
    /// make.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_with(
        &self,
        progress: impl Fn(&'static str, usize, usize),
    ) -> Result<Vec<&'static str>, StoreError> {
        let mut tx = self.begin().await?;
        tx.claim("rest-auth migrate").await?;
        let present = tx.table_names().await?;
        let mut made = Vec::new();
        let missing = schema::missing(self.dialect(), &present);
        for table in &missing {
            progress(table.name, made.len(), missing.len());
            tx.execute_script(table.statements).await?;
            made.push(table.name);
        }
        tx.commit().await?;
        Ok(made)
    }

    /// Makes one table, if it is missing.
    pub(crate) async fn make_table(&self, name: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.claim("rest-auth migrate").await?;
        let present = tx.table_names().await?;
        if let Some(table) = schema::missing(self.dialect(), &present).iter().find(|table| table.name == name) {
            tx.execute_script(table.statements).await?;
        }
        tx.commit().await
    }

    /// The statements that [`Store::migrate`] would run.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn migration_plan(&self) -> Result<Vec<&'static str>, StoreError> {
        Ok(self.missing().await?.iter().map(|table| table.statements.trim()).collect())
    }

    /// The statements that make every table.
    pub fn statements(dialect: Dialect) -> Vec<&'static str> {
        schema::tables(dialect).map(|table| table.statements.trim()).collect()
    }

    async fn missing(&self) -> Result<Vec<schema::Table>, StoreError> {
        let present = self.connection().await?.table_names().await?;
        Ok(schema::missing(self.dialect(), &present))
    }
}
