//! A connection, with or without a transaction: how a statement is sent to whichever database it is.

use std::sync::{Arc, OnceLock};

use sea_query::{Alias, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::pool::PoolConnection;
use sqlx::{
    AssertSqlSafe, Database, Executor, MySql, MySqlConnection, PgConnection, Postgres, Sqlite, SqliteConnection,
    Transaction,
};

use super::dialect::Dialect;
use super::row::Row;
use super::statements::Statements;
use super::writer::{Turn, Writer};
use super::{Pool, StoreError};
use crate::settings::UserTable;

/// A connection to the accounts' database. What our flows ask of it are its methods, a file a table; an
/// application runs statements of its own on what `sqlite`, `postgres` or `mysql` gives.
pub struct Connection {
    inner: Inner,
    sent: Statements,
    user_table: Arc<UserTable>,
}

/// A column as the database describes it.
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as the database calls it.
    pub(super) kind: String,
    /// Whether a row can do without being given a value for it.
    pub(super) may_be_left_out: bool,
}

impl Column {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { name: row.text("name")?, kind: row.text("kind")?, may_be_left_out: row.boolean("may_be_left_out")? })
    }
}

enum Inner {
    Sqlite(HeldSqlite),
    Postgres(Held<Postgres>),
    MySql(Held<MySql>),
}

enum Held<DB: Database> {
    Pooled(PoolConnection<DB>),
    Transaction(Transaction<'static, DB>),
}

impl<DB: Database> Held<DB> {
    fn connection(&mut self) -> &mut DB::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }

    async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Pooled(_) => Ok(()),
            Self::Transaction(transaction) => Ok(transaction.commit().await?),
        }
    }
}

/// SQLite has one writer; see `writer.rs`.
enum HeldSqlite {
    Pooled(PoolConnection<Sqlite>),
    Turn(Turn),
}

impl HeldSqlite {
    fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Turn(turn) => turn.connection(),
        }
    }

    async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Pooled(_) => Ok(()),
            Self::Turn(turn) => turn.commit().await,
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connection({:?})", self.dialect())
    }
}

/// Does the same on each database's own connection, with its own statement builder.
macro_rules! on {
    ($connection:expr, |$held:ident, $builder:ident, $row:ident| $body:expr) => {
        match &mut $connection.inner {
            Inner::Sqlite($held) => {
                #[allow(unused)]
                let ($builder, $row) = (SqliteQueryBuilder, Row::Sqlite);
                $body
            }
            Inner::Postgres($held) => {
                #[allow(unused)]
                let ($builder, $row) = (PostgresQueryBuilder, Row::Postgres);
                $body
            }
            Inner::MySql($held) => {
                #[allow(unused)]
                let ($builder, $row) = (MysqlQueryBuilder, Row::MySql);
                $body
            }
        }
    };
}

impl Connection {
    /// A connection for reading.
    pub(super) async fn pooled(
        pool: &Pool,
        sent: &Statements,
        user_table: &Arc<UserTable>,
    ) -> Result<Self, StoreError> {
        let inner = match pool {
            Pool::Sqlite(pool) => Inner::Sqlite(HeldSqlite::Pooled(pool.acquire().await?)),
            Pool::Postgres(pool) => Inner::Postgres(Held::Pooled(pool.acquire().await?)),
            Pool::MySql(pool) => Inner::MySql(Held::Pooled(pool.acquire().await?)),
        };
        Ok(Self { inner, sent: sent.clone(), user_table: user_table.clone() })
    }

    /// A connection in a transaction that will write.
    pub(super) async fn in_transaction(
        pool: &Pool,
        writer: &OnceLock<Writer>,
        sent: &Statements,
        user_table: &Arc<UserTable>,
    ) -> Result<Self, StoreError> {
        let begin = pool.dialect().begin();
        sent.note(begin);
        let inner = match pool {
            Pool::Sqlite(pool) => {
                let writer = writer.get_or_init(|| Writer::new(pool.clone()));
                Inner::Sqlite(HeldSqlite::Turn(writer.turn().await?))
            }
            Pool::Postgres(pool) => Inner::Postgres(Held::Transaction(pool.begin_with(begin).await?)),
            Pool::MySql(pool) => Inner::MySql(Held::Transaction(pool.begin_with(begin).await?)),
        };
        Ok(Self { inner, sent: sent.clone(), user_table: user_table.clone() })
    }

    /// The SQLite connection, to run statements of one's own on; `None` if it is to another database.
    pub fn sqlite(&mut self) -> Option<&mut SqliteConnection> {
        match &mut self.inner {
            Inner::Sqlite(held) => Some(held.connection()),
            _ => None,
        }
    }

    /// The PostgreSQL connection, likewise.
    pub fn postgres(&mut self) -> Option<&mut PgConnection> {
        match &mut self.inner {
            Inner::Postgres(held) => Some(held.connection()),
            _ => None,
        }
    }

    /// The MySQL or MariaDB connection, likewise.
    pub fn mysql(&mut self) -> Option<&mut MySqlConnection> {
        match &mut self.inner {
            Inner::MySql(held) => Some(held.connection()),
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

    /// The table that users are in.
    pub(super) fn user_table(&self) -> &Arc<UserTable> {
        &self.user_table
    }

    /// Makes what the transaction did permanent.
    ///
    /// # Errors
    /// If the database refuses; then nothing is kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.sent.note("COMMIT");
        match self.inner {
            Inner::Sqlite(held) => held.commit().await,
            Inner::Postgres(held) => held.commit().await,
            Inner::MySql(held) => held.commit().await,
        }
    }

    pub(super) async fn fetch_all(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        on!(self, |held, builder, row| {
            let (sql, values) = statement.build_sqlx(builder);
            self.sent.note(&sql);
            let rows = sqlx::query_with(AssertSqlSafe(sql), values).fetch_all(held.connection()).await?;
            Ok(rows.into_iter().map(row).collect())
        })
    }

    pub(super) async fn fetch_optional(&mut self, statement: &impl SqlxBinder) -> Result<Option<Row>, StoreError> {
        on!(self, |held, builder, row| {
            let (sql, values) = statement.build_sqlx(builder);
            self.sent.note(&sql);
            Ok(sqlx::query_with(AssertSqlSafe(sql), values).fetch_optional(held.connection()).await?.map(row))
        })
    }

    /// Runs the statement, which writes, and tells how many rows it touched.
    pub(super) async fn execute(&mut self, statement: &impl SqlxBinder) -> Result<u64, StoreError> {
        self.assert_may_write();
        on!(self, |held, builder, row| {
            let (sql, values) = statement.build_sqlx(builder);
            self.sent.note(&sql);
            Ok(sqlx::query_with(AssertSqlSafe(sql), values).execute(held.connection()).await?.rows_affected())
        })
    }

    /// Inserts one row, and tells the number that its column `id` was given.
    pub(super) async fn insert(&mut self, statement: &mut sea_query::InsertStatement) -> Result<i64, StoreError> {
        self.insert_counted(statement, "id").await
    }

    /// The same, where the column is called differently.
    pub(super) async fn insert_counted(
        &mut self,
        statement: &mut sea_query::InsertStatement,
        column: &str,
    ) -> Result<i64, StoreError> {
        self.assert_may_write();
        if let Inner::MySql(held) = &mut self.inner {
            let (sql, values): (String, SqlxValues) = statement.build_sqlx(MysqlQueryBuilder);
            self.sent.note(&sql);
            let done = sqlx::query_with(AssertSqlSafe(sql), values).execute(held.connection()).await?;
            return i64::try_from(done.last_insert_id()).map_err(|_| sqlx::Error::RowNotFound.into());
        }
        let row = self.fetch_optional(statement.returning_col(Alias::new(column))).await?;
        row.ok_or(sqlx::Error::RowNotFound)?.integer(column)
    }

    /// Catches, in tests, a flow that would get in the way of SQLite's writer.
    fn assert_may_write(&self) {
        debug_assert!(!matches!(self.inner, Inner::Sqlite(HeldSqlite::Pooled(_))), "Store::begin is for writing");
    }

    /// Runs statements that were written for this database.
    pub(super) async fn execute_script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.sent.note(sql);
        on!(self, |held, builder, row| {
            held.connection().execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await?;
            Ok(())
        })
    }

    /// The names of the tables that are there.
    pub(super) async fn table_names(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = self.dialect().table_names();
        self.sent.note(sql);
        on!(self, |held, builder, row| Ok(sqlx::query_scalar(sql).fetch_all(held.connection()).await?))
    }

    /// The columns of a table.
    pub(super) async fn columns_of(&mut self, table: &str) -> Result<Vec<Column>, StoreError> {
        let sql = self.dialect().columns();
        on!(self, |held, builder, row| {
            let rows = sqlx::query(sql).bind(table).fetch_all(held.connection()).await?;
            rows.into_iter().map(row).map(|row| Column::read(&row)).collect()
        })
    }

    /// Whether a MySQL server has a type for UUIDs, as MariaDB does from 10.7 on; Django makes use of it there.
    pub(super) async fn has_uuid_type(&mut self) -> Result<bool, StoreError> {
        let Inner::MySql(held) = &mut self.inner else { return Ok(false) };
        let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(held.connection()).await?;
        let Some((numbers, _)) = version.split_once("-MariaDB") else { return Ok(false) };
        let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
        Ok((numbers.next(), numbers.next()) >= (Some(10), Some(7)))
    }

    /// Lets only one transaction at a time go on that claims the same text: what it reads of it stays true
    /// until it commits. SQLite has one writer anyway; on MySQL the unique index has to do.
    pub(crate) async fn claim(&mut self, text: &str) -> Result<(), StoreError> {
        if let Inner::Postgres(held) = &mut self.inner {
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            self.sent.note(sql);
            sqlx::query(sql).bind(text.to_lowercase()).execute(held.connection()).await?;
        }
        Ok(())
    }
}
