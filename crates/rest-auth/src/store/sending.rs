//! How a statement is sent to whichever database it is.

use sea_query::{Alias, Expr, MysqlQueryBuilder, PostgresQueryBuilder, Query, SqliteQueryBuilder};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::{AssertSqlSafe, Executor};

use super::connection::in_a_box;
use super::dialect::Dialect;
use super::held::Inner;
use super::patience::in_time;
use super::row::Row;
use super::{Connection, StoreError};

/// Does the same on each database's own connection, with its own statement builder, and does not wait for ever. Nobody else
/// gets a connection whose server says nothing.
macro_rules! on {
    ($connection:expr, |$held:ident, $builder:ident, $row:ident| $body:expr) => {{
        let answer = in_time($connection.patience, async {
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
        })
        .await;
        if matches!(answer, Err(StoreError::Silent(_))) {
            $connection.inner.abandon();
        }
        answer
    }};
}

pub(super) use on;

impl Connection {
    pub(super) async fn fetch_all(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        if let Some(rows) = self.read_directly(statement) {
            return Ok(rows);
        }
        in_a_box(async {
            loop {
                match self.fetch_all_once(statement).await {
                    Err(error) if self.finds_nothing(&error) => return Ok(Vec::new()),
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
                match self.fetch_optional_once(statement).await {
                    Err(error) if self.finds_nothing(&error) => return Ok(None),
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

    /// Returns whether a look-up failed because no row can hold such a text.
    ///
    /// On PostgreSQL, a failed transaction cannot continue.
    fn finds_nothing(&self, error: &StoreError) -> bool {
        (self.inner.is_for_reading() || self.dialect() == Dialect::MySql) && error.is_of_another_encoding()
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
    /// server was restarted.
    async fn replace(&mut self, error: &StoreError) -> Result<bool, StoreError> {
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
        in_a_box(async {
            on!(self, |held, builder, row| {
                let (sql, values) = statement.build_sqlx(builder);
                self.database.sent.note(&sql);
                Ok(sqlx::query_with(AssertSqlSafe(sql), values)
                    .execute(held.connection().await?)
                    .await?
                    .rows_affected())
            })
        })
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
        if self.dialect() == Dialect::Postgres {
            let lock = Expr::cust_with_values("pg_advisory_xact_lock(hashtextextended($1, 0))", [text.to_lowercase()]);
            self.fetch_optional(&Query::select().expr(lock).take()).await?;
        }
        Ok(())
    }
}
