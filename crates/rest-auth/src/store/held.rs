//! A connection as it is held: to which database, with or without a transaction.

use std::sync::OnceLock;

use sqlx::pool::PoolConnection;
use sqlx::{Database, MySql, Postgres, Sqlite, SqliteConnection, Transaction};

use super::writer::{Turn, Writer};
use super::{Pool, StoreError};

pub(super) enum Inner {
    Sqlite(HeldSqlite),
    Postgres(Held<Postgres>),
    MySql(Held<MySql>),
}

impl Inner {
    pub(super) async fn pooled(pool: &Pool) -> Result<Self, StoreError> {
        Ok(match pool {
            Pool::Sqlite(pool) => Self::Sqlite(HeldSqlite::Pooled(pool.acquire().await?)),
            Pool::Postgres(pool) => Self::Postgres(Held::Pooled(pool.acquire().await?)),
            Pool::MySql(pool) => Self::MySql(Held::Pooled(pool.acquire().await?)),
        })
    }

    /// Begins a transaction; a connection that is lost before it has begun one is replaced.
    pub(super) async fn in_transaction(pool: &Pool, writer: &OnceLock<Writer>) -> Result<Self, StoreError> {
        let begun = Self::begun(pool, writer).await;
        if begun.as_ref().is_err_and(StoreError::is_lost) { Self::begun(pool, writer).await } else { begun }
    }

    async fn begun(pool: &Pool, writer: &OnceLock<Writer>) -> Result<Self, StoreError> {
        let begin = pool.dialect().begin();
        Ok(match pool {
            Pool::Sqlite(pool) => {
                let writer = writer.get_or_init(|| Writer::new(pool.clone()));
                Self::Sqlite(HeldSqlite::Turn(writer.turn().await?))
            }
            Pool::Postgres(pool) => Self::Postgres(Held::Transaction(pool.begin_with(begin).await?)),
            Pool::MySql(pool) => Self::MySql(Held::Transaction(pool.begin_with(begin).await?)),
        })
    }

    /// Whether nothing was written that would be lost with the connection.
    pub(super) fn is_for_reading(&self) -> bool {
        matches!(
            self,
            Self::Sqlite(HeldSqlite::Pooled(_)) | Self::Postgres(Held::Pooled(_)) | Self::MySql(Held::Pooled(_))
        )
    }
}

pub(super) enum Held<DB: Database> {
    Pooled(PoolConnection<DB>),
    Transaction(Transaction<'static, DB>),
}

impl<DB: Database> Held<DB> {
    pub(super) fn connection(&mut self) -> &mut DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Pooled(_) => Ok(()),
            Self::Transaction(transaction) => Ok(transaction.commit().await?),
        }
    }
}

/// SQLite has one writer; see `writer.rs`.
pub(super) enum HeldSqlite {
    Pooled(PoolConnection<Sqlite>),
    Turn(Turn),
}

impl HeldSqlite {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Turn(turn) => turn.connection(),
        }
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Pooled(_) => Ok(()),
            Self::Turn(turn) => turn.commit().await,
        }
    }
}
