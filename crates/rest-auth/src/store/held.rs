//! A connection as it is held: to which database, with or without a transaction.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{MySql, Postgres, Sqlite, SqliteConnection, Transaction};

use super::database::Database;
use super::direct::{Direct, Reader};
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
            Pool::Sqlite(pool) => Self::Sqlite(HeldSqlite::Pooled(acquired(pool).await?)),
            Pool::Postgres(pool) => Self::Postgres(Held::Pooled(acquired(pool).await?)),
            Pool::MySql(pool) => Self::MySql(Held::Pooled(acquired(pool).await?)),
        })
    }

    /// For looking a few rows up by their keys.
    pub(super) fn reader(pool: &Pool) -> Self {
        match pool {
            Pool::Sqlite(pool) => Self::Sqlite(HeldSqlite::Unasked(pool.clone())),
            Pool::Postgres(pool) => Self::Postgres(Held::Unasked(pool.clone())),
            Pool::MySql(pool) => Self::MySql(Held::Unasked(pool.clone())),
        }
    }

    /// Begins a transaction; a connection that is lost before it has begun one is replaced, as often as there may be
    /// connections, which are all lost when the server was restarted.
    pub(super) async fn in_transaction(database: &Database) -> Result<Self, StoreError> {
        for _ in 0..database.pool.most_connections() {
            match Self::begun(database).await {
                Err(error) if error.is_lost() => {}
                begun => return begun,
            }
        }
        Self::begun(database).await
    }

    async fn begun(database: &Database) -> Result<Self, StoreError> {
        let begin = database.pool.dialect().begin();
        Ok(match &database.pool {
            Pool::Sqlite(pool) => {
                let writer = database.writer.get_or_init(|| Writer::new(pool.clone()));
                Self::Sqlite(HeldSqlite::Turn(writer.turn().await?))
            }
            Pool::Postgres(pool) => Self::Postgres(Held::Transaction(transaction(pool, begin).await?)),
            Pool::MySql(pool) => Self::MySql(Held::Transaction(transaction(pool, begin).await?)),
        })
    }

    /// Whether nothing was written that would be lost with the connection.
    pub(super) fn is_for_reading(&self) -> bool {
        match self {
            Self::Sqlite(held) => !matches!(held, HeldSqlite::Turn(_)),
            Self::Postgres(held) => !matches!(held, Held::Transaction(_)),
            Self::MySql(held) => !matches!(held, Held::Transaction(_)),
        }
    }

    /// Lets nobody else have the connection, whose server says nothing. A transaction has its own until it is rolled back,
    /// or TCP gives it up.
    pub(super) fn abandon(&mut self) {
        match self {
            Self::Postgres(Held::Pooled(connection)) => connection.close_on_drop(),
            Self::MySql(Held::Pooled(connection)) => connection.close_on_drop(),
            _ => {}
        }
    }

    /// Whether a look-up by a key may be asked together with others.
    pub(super) fn is_unasked(&self) -> bool {
        match self {
            Self::Sqlite(held) => matches!(held, HeldSqlite::Unasked(_)),
            Self::Postgres(held) => matches!(held, Held::Unasked(_)),
            Self::MySql(held) => matches!(held, Held::Unasked(_)),
        }
    }
}

async fn acquired<DB: sqlx::Database>(pool: &sqlx::Pool<DB>) -> Result<PoolConnection<DB>, StoreError> {
    pool.acquire().await.map_err(StoreError::NoConnection)
}

async fn transaction<DB: sqlx::Database>(
    pool: &sqlx::Pool<DB>,
    begin: &'static str,
) -> Result<Transaction<'static, DB>, StoreError> {
    pool.begin_with(begin).await.map_err(StoreError::NoConnection)
}

pub(super) enum Held<DB: sqlx::Database> {
    /// Nothing was asked yet.
    Unasked(sqlx::Pool<DB>),
    Pooled(PoolConnection<DB>),
    Transaction(Transaction<'static, DB>),
}

impl<DB: sqlx::Database> Held<DB> {
    /// The connection; `None` where it would have to be waited for.
    pub(super) fn at_once(&mut self) -> Option<&mut DB::Connection> {
        match self {
            Self::Unasked(_) => None,
            Self::Pooled(connection) => Some(connection),
            Self::Transaction(transaction) => Some(transaction),
        }
    }

    pub(super) async fn connection(&mut self) -> Result<&mut DB::Connection, StoreError> {
        if let Self::Unasked(pool) = self {
            *self = Self::Pooled(acquired(pool).await?);
        }
        self.at_once().ok_or_else(|| sqlx::Error::PoolClosed.into())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Unasked(_) | Self::Pooled(_) => Ok(()),
            Self::Transaction(transaction) => Ok(transaction.commit().await?),
        }
    }
}

/// SQLite has one writer, see `writer.rs`, and may be read without sqlx, see `direct.rs`.
pub(super) enum HeldSqlite {
    /// Nothing was asked yet.
    Unasked(SqlitePool),
    /// And where sqlx has a connection, should that be wanted.
    Direct(Reader, SqlitePool),
    Pooled(PoolConnection<Sqlite>),
    Turn(Turn),
}

impl HeldSqlite {
    /// What reads in this very thread, if this is for reading, and the file can be read so.
    pub(super) fn direct(&mut self, file: Option<&Arc<Direct>>) -> Option<&mut Reader> {
        if let Self::Unasked(pool) = self {
            *self = Self::Direct(file?.reader()?, pool.clone());
        }
        match self {
            Self::Direct(reader, _) => Some(reader),
            _ => None,
        }
    }

    /// The connection; `None` where it would have to be waited for.
    pub(super) fn at_once(&mut self) -> Option<&mut SqliteConnection> {
        match self {
            Self::Unasked(_) | Self::Direct(..) => None,
            Self::Pooled(connection) => Some(connection),
            Self::Turn(turn) => Some(turn.connection()),
        }
    }

    pub(super) async fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if let Self::Unasked(pool) | Self::Direct(_, pool) = self {
            *self = Self::Pooled(acquired(pool).await?);
        }
        self.at_once().ok_or_else(|| sqlx::Error::PoolClosed.into())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Unasked(_) | Self::Direct(..) | Self::Pooled(_) => Ok(()),
            Self::Turn(turn) => turn.commit().await,
        }
    }
}
