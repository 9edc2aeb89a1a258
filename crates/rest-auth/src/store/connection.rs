//! A connection, with or without a transaction. How a statement is sent on it is in `sending.rs`.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{MySqlConnection, PgConnection, SqliteConnection};

use super::StoreError;
use super::database::Database;
use super::dialect::Dialect;
use super::held::Inner;
use super::patience::in_time;
use super::together::{Of, Together};
use crate::settings::UserTable;

/// A connection to the accounts' database. What our flows ask of it are its methods, a file a table; an
/// application runs statements of its own on what `sqlite`, `postgres` or `mysql` gives.
pub struct Connection {
    pub(super) inner: Inner,
    /// How many were lost so far.
    pub(super) lost: u32,
    /// How long the server may say nothing.
    pub(super) patience: Option<Duration>,
    /// Whose it is, and where another is to be had, should this one be lost.
    pub(super) database: Arc<Database>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connection({:?})", self.dialect())
    }
}

/// What waits for sqlx is large, three databases over, and would be part of whatever waits for it, and copied along with
/// it for every request.
pub(super) fn in_a_box<F: Future>(waits: F) -> std::pin::Pin<Box<F>> {
    Box::pin(waits)
}

impl Connection {
    fn new(inner: Inner, database: &Arc<Database>) -> Self {
        Self { inner, lost: 0, patience: database.patience, database: Arc::clone(database) }
    }

    /// A connection for reading.
    pub(super) async fn pooled(database: &Arc<Database>) -> Result<Self, StoreError> {
        Ok(Self::new(in_a_box(Inner::pooled(&database.pool)).await?, database))
    }

    /// A connection for looking a few rows up by their keys.
    pub(super) fn reader(database: &Arc<Database>) -> Self {
        Self::new(Inner::reader(&database.pool), database)
    }

    /// A connection in a transaction that will write.
    pub(super) async fn in_transaction(database: &Arc<Database>) -> Result<Self, StoreError> {
        database.sent.note(database.pool.dialect().begin());
        Ok(Self::new(in_a_box(in_time(database.patience, Inner::in_transaction(database))).await?, database))
    }

    /// The SQLite connection, to run statements of one's own on; `None` if it is to another database.
    pub fn sqlite(&mut self) -> Option<&mut SqliteConnection> {
        match &mut self.inner {
            Inner::Sqlite(held) => held.at_once(),
            _ => None,
        }
    }

    /// The PostgreSQL connection, likewise.
    pub fn postgres(&mut self) -> Option<&mut PgConnection> {
        match &mut self.inner {
            Inner::Postgres(held) => held.at_once(),
            _ => None,
        }
    }

    /// The MySQL or MariaDB connection, likewise.
    pub fn mysql(&mut self) -> Option<&mut MySqlConnection> {
        match &mut self.inner {
            Inner::MySql(held) => held.at_once(),
            _ => None,
        }
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        match &self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
            Inner::MySql(_) => Dialect::MySql,
        }
    }

    /// What all connections of the store have in common.
    pub(super) fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// Looks one up together with others, if this is a connection for that, and it can be done.
    pub(super) async fn find_together<K, V>(&self, of: Of<K, V>, key: K) -> Option<Option<V>>
    where
        K: Clone + Eq + Hash + Send + 'static,
        V: Clone + Send + 'static,
    {
        if !self.inner.is_unasked() {
            return None;
        }
        Together::find(&self.database, of, key).await.ok()
    }

    /// The table that users are in.
    pub(super) fn user_table(&self) -> &Arc<UserTable> {
        &self.database.user_table
    }

    /// Makes what the transaction did permanent.
    ///
    /// # Errors
    /// If the database refuses; then nothing is kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.database.sent.note("COMMIT");
        in_a_box(in_time(self.patience, async {
            match self.inner {
                Inner::Sqlite(held) => held.commit().await,
                Inner::Postgres(held) => held.commit().await,
                Inner::MySql(held) => held.commit().await,
            }
        }))
        .await
    }
}
