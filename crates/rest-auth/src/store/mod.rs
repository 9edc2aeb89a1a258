//! What the flows ask of a database. One definition a query, in the file of its table; what differs from
//! one database to another is in `dialect.rs`, `row.rs` and the schema.

mod connection;
mod dialect;
mod email_addresses;
mod error;
mod pool;
mod row;
mod schema;
mod sessions;
mod tables;
mod token_keys;
mod users;

pub use connection::Connection;
pub use dialect::Dialect;
pub use error::StoreError;
pub use pool::Pool;
pub(crate) use sessions::StoredSession;
pub(crate) use users::{NewUser, UserChanges};
pub use users::{User, UserId};

use crate::settings::Settings;

/// The accounts' database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
}

impl From<Pool> for Store {
    fn from(pool: Pool) -> Self {
        Self { pool }
    }
}

impl Store {
    /// Opens the database of the settings; a SQLite file that is missing is made, empty.
    ///
    /// # Errors
    /// If the URL is of no known database, or nothing answers there.
    pub async fn connect(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self { pool: Pool::connect(&settings.database_url, true, settings).await? })
    }

    /// Opens the database of the settings, which must be there.
    ///
    /// # Errors
    /// As [`Store::connect`], and if a SQLite file is missing.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self { pool: Pool::connect(&settings.database_url, false, settings).await? })
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        self.pool.dialect()
    }

    /// A connection for reading, and for single writes.
    ///
    /// # Errors
    /// If none can be had in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Connection::pooled(&self.pool).await
    }

    /// Begins a transaction that will write. Dropped without [`Connection::commit`], it changes nothing.
    ///
    /// # Errors
    /// If no connection can be had in time.
    pub async fn begin(&self) -> Result<Connection, StoreError> {
        Connection::in_transaction(&self.pool).await
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
        let mut tx = self.begin().await?;
        tx.claim("rest-auth migrate").await?;
        let present = tx.table_names().await?;
        let mut made = Vec::new();
        for table in schema::tables(self.dialect()).filter(|table| !present.iter().any(|name| name == table.name)) {
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
        Ok(self.missing().await?.iter().map(|table| table.statements.trim()).collect())
    }

    /// The statements that make every table.
    pub fn statements(dialect: Dialect) -> Vec<&'static str> {
        schema::tables(dialect).map(|table| table.statements.trim()).collect()
    }

    async fn missing(&self) -> Result<Vec<schema::Table>, StoreError> {
        let present = self.connection().await?.table_names().await?;
        Ok(schema::tables(self.dialect()).filter(|table| !present.iter().any(|held| held == table.name)).collect())
    }
}
