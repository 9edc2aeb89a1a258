//! A connection, with or without a transaction: how a statement is sent to whichever database it is.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use sea_query::{Alias, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::{AssertSqlSafe, Executor, MySqlConnection, PgConnection, SqliteConnection};

use super::StoreError;
use super::database::Database;
use super::dialect::Dialect;
use super::held::Inner;
use super::row::Row;
use super::together::{Of, Together};
use crate::settings::UserTable;

/// A connection to the accounts' database. What our flows ask of it are its methods, a file a table; an
/// application runs statements of its own on what `sqlite`, `postgres` or `mysql` gives.
pub struct Connection {
    pub(super) inner: Inner,
    /// How many were lost so far.
    lost: u32,
    /// How long the server may say nothing.
    patience: Option<Duration>,
    /// Whose it is, and where another is to be had, should this one be lost.
    database: Arc<Database>,
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

pub(super) use on;

/// What waits for sqlx is large, three databases over, and would be part of whatever waits for it, and copied along with
/// it for every request.
fn in_a_box<F: Future>(waits: F) -> std::pin::Pin<Box<F>> {
    Box::pin(waits)
}

/// What the server answers, unless it says nothing for too long.
async fn in_time<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let Some(patience) = patience else { return answer.await };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(StoreError::Silent(patience.as_secs())))
}

impl Connection {
    /// A connection for reading.
    pub(super) async fn pooled(database: &Arc<Database>) -> Result<Self, StoreError> {
        Ok(Self {
            inner: in_a_box(Inner::pooled(&database.pool)).await?,
            lost: 0,
            patience: database.patience,
            database: Arc::clone(database),
        })
    }

    /// A connection for looking a few rows up by their keys.
    pub(super) fn reader(database: &Arc<Database>) -> Self {
        Self {
            inner: Inner::reader(&database.pool),
            lost: 0,
            patience: database.patience,
            database: Arc::clone(database),
        }
    }

    /// A connection in a transaction that will write.
    pub(super) async fn in_transaction(database: &Arc<Database>) -> Result<Self, StoreError> {
        database.sent.note(database.pool.dialect().begin());
        Ok(Self {
            inner: in_a_box(in_time(database.patience, Inner::in_transaction(database))).await?,
            lost: 0,
            patience: database.patience,
            database: Arc::clone(database),
        })
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

    pub(super) async fn fetch_all(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        if let Some(rows) = self.read_directly(statement) {
            return Ok(rows);
        }
        in_a_box(async {
            loop {
                match in_time(self.patience, self.fetch_all_once(statement)).await {
                    Err(error) if self.replace(&error).await? => {}
                    fetched => return fetched,
                }
            }
        })
        .await
    }

    async fn fetch_all_once(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        on!(self, |held, builder, row| {
            let (sql, values) = statement.build_sqlx(builder);
            self.database.sent.note(&sql);
            let rows = sqlx::query_with(AssertSqlSafe(sql), values).fetch_all(held.connection().await?).await?;
            Ok(rows.into_iter().map(row).collect())
        })
    }

    pub(super) async fn fetch_optional(&mut self, statement: &impl SqlxBinder) -> Result<Option<Row>, StoreError> {
        if let Some(rows) = self.read_directly(statement) {
            return Ok(rows.into_iter().next());
        }
        in_a_box(async {
            loop {
                match in_time(self.patience, self.fetch_optional_once(statement)).await {
                    Err(error) if self.replace(&error).await? => {}
                    fetched => return fetched,
                }
            }
        })
        .await
    }

    async fn fetch_optional_once(&mut self, statement: &impl SqlxBinder) -> Result<Option<Row>, StoreError> {
        on!(self, |held, builder, row| {
            let (sql, values) = statement.build_sqlx(builder);
            self.database.sent.note(&sql);
            Ok(sqlx::query_with(AssertSqlSafe(sql), values).fetch_optional(held.connection().await?).await?.map(row))
        })
    }

    /// What SQLite gives in this very thread, if this is a connection for that, and it can.
    fn read_directly(&mut self, statement: &impl SqlxBinder) -> Option<Vec<Row>> {
        let Inner::Sqlite(held) = &mut self.inner else { return None };
        let reader = held.direct(self.database.direct.as_ref())?;
        let (sql, SqlxValues(values)) = statement.build_sqlx(SqliteQueryBuilder);
        let rows = reader.rows(&sql, &values.0)?;
        self.database.sent.note(&sql);
        Some(rows.into_iter().map(Row::Direct).collect())
    }

    /// Takes another connection in the place of one that was lost, where that does no harm: in the middle of a
    /// transaction nobody knows what became of it. As often as there may be connections, which are all lost when the
    /// server was restarted. One whose server says nothing is nobody's any more.
    async fn replace(&mut self, error: &StoreError) -> Result<bool, StoreError> {
        if matches!(error, StoreError::Silent(_)) {
            self.inner.abandon();
        }
        let may = self.lost < self.database.pool.most_connections() && self.inner.is_for_reading();
        let replaces = error.is_lost() && may;
        if replaces {
            self.lost += 1;
            self.inner = Inner::pooled(&self.database.pool).await?;
        }
        Ok(replaces)
    }

    /// Runs the statement, which writes, and tells how many rows it touched.
    pub(super) async fn execute(&mut self, statement: &impl SqlxBinder) -> Result<u64, StoreError> {
        self.assert_may_write();
        in_a_box(in_time(self.patience, async {
            on!(self, |held, builder, row| {
                let (sql, values) = statement.build_sqlx(builder);
                self.database.sent.note(&sql);
                Ok(sqlx::query_with(AssertSqlSafe(sql), values)
                    .execute(held.connection().await?)
                    .await?
                    .rows_affected())
            })
        }))
        .await
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
            self.database.sent.note(&sql);
            let insert =
                async { Ok(sqlx::query_with(AssertSqlSafe(sql), values).execute(held.connection().await?).await?) };
            let done = in_time(self.patience, insert).await?;
            return i64::try_from(done.last_insert_id()).map_err(|_| sqlx::Error::RowNotFound.into());
        }
        let row = self.fetch_optional(statement.returning_col(Alias::new(column))).await?;
        row.ok_or(sqlx::Error::RowNotFound)?.integer(column)
    }

    /// Catches, in tests, a flow that would get in the way of SQLite's writer.
    fn assert_may_write(&self) {
        let may = !matches!(&self.inner, Inner::Sqlite(_)) || !self.inner.is_for_reading();
        debug_assert!(may, "Store::begin is for writing");
    }

    /// Runs statements that were written for this database.
    pub(super) async fn execute_script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.database.sent.note(sql);
        on!(self, |held, builder, row| {
            held.connection().await?.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await?;
            Ok(())
        })
    }

    /// Takes the limit off the transaction's statements; on MariaDB off all of the connection's.
    pub(super) async fn take_as_long_as_it_takes(&mut self) -> Result<(), StoreError> {
        self.patience = None;
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.execute_script("SET LOCAL statement_timeout = 0").await,
            Dialect::MySql => {
                // MySQL limits nothing but SELECT.
                let _ = self.execute_script("SET SESSION max_statement_time = 0").await;
                Ok(())
            }
        }
    }

    /// Lets only one transaction at a time go on that claims the same text: what it reads of it stays true
    /// until it commits. SQLite has one writer anyway; on MySQL the unique index has to do.
    pub(crate) async fn claim(&mut self, text: &str) -> Result<(), StoreError> {
        if let Inner::Postgres(held) = &mut self.inner {
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            self.database.sent.note(sql);
            let claim =
                async { Ok(sqlx::query(sql).bind(text.to_lowercase()).execute(held.connection().await?).await?) };
            in_time(self.patience, claim).await?;
        }
        Ok(())
    }
}
