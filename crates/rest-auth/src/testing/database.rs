//! A database for one test, of the kind that the test is run on.

use std::io::Write;
use std::sync::Once;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, Executor, Row, TypeInfo, ValueRef};

use crate::settings::{DatabaseUrl, Lifetime, Settings};
use crate::source::{LOWER_CASE_AND_DIGITS, Random};
use crate::store::{Dialect, Pool};

tokio::task_local! {
    static DIALECT: Dialect;
}

/// The servers on which a test may make databases: the variable that names one, and its kind.
const SERVERS: [(&str, Dialect); 2] =
    [("REST_AUTH_TEST_POSTGRES", Dialect::Postgres), ("REST_AUTH_TEST_MYSQL", Dialect::MySql)];

/// Runs a test once on each of these kinds of database that is reachable: SQLite always, a server where a
/// variable (`REST_AUTH_TEST_POSTGRES`, `REST_AUTH_TEST_MYSQL`) holds its URL. What is left out is said once.
///
/// # Panics
/// If the test does.
pub fn on_each_database<F: Future<Output = ()>>(dialects: &[Dialect], test: impl Fn() -> F) {
    static SAID: Once = Once::new();
    let missing: Vec<_> = SERVERS.iter().filter(|(variable, _)| std::env::var(variable).is_err()).collect();
    if !missing.is_empty() {
        SAID.call_once(|| {
            let names: Vec<_> = missing.iter().map(|(variable, dialect)| format!("{dialect:?} ({variable})")).collect();
            // Past the test runner, which keeps to itself what a test that passes prints.
            let _ = writeln!(std::io::stderr(), "left out, because it is not set where it is: {}", names.join(", "));
        });
    }
    for dialect in dialects.iter().filter(|dialect| !missing.iter().any(|(_, missing)| missing == *dialect)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        eprintln!("on {dialect:?}");
        runtime.expect("a runtime").block_on(DIALECT.scope(*dialect, test()));
    }
}

/// A database that goes when the test ends.
#[derive(Debug)]
pub(super) struct TestDatabase {
    pub(super) url: String,
    cleanup: Cleanup,
}

#[derive(Debug)]
enum Cleanup {
    Folder(#[allow(dead_code)] tempfile::TempDir),
    /// The server's URL, and what to say there.
    Statement(String, String),
}

impl TestDatabase {
    pub(super) async fn make() -> Self {
        let dialect = DIALECT.try_with(|dialect| *dialect).unwrap_or(Dialect::Sqlite);
        let name = format!("rest_auth_test_{}", Random::system().string(16, LOWER_CASE_AND_DIGITS));
        let server = |variable| std::env::var(variable).expect("the server's URL");
        match dialect {
            Dialect::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder for the database");
                let url = format!("sqlite://{}", folder.path().join("test.db").display());
                Self { url, cleanup: Cleanup::Folder(folder) }
            }
            Dialect::Postgres => {
                let server = server("REST_AUTH_TEST_POSTGRES");
                run(&server, format!("CREATE SCHEMA {name}")).await;
                let separator = if server.contains('?') { '&' } else { '?' };
                let url = format!("{server}{separator}options=-csearch_path%3D{name}");
                Self { url, cleanup: Cleanup::Statement(server, format!("DROP SCHEMA {name} CASCADE")) }
            }
            Dialect::MySql => {
                let server = server("REST_AUTH_TEST_MYSQL");
                run(&server, format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
                let url = format!("{}/{name}", server.trim_end_matches('/'));
                Self { url, cleanup: Cleanup::Statement(server, format!("DROP DATABASE {name}")) }
            }
        }
    }

    pub(super) async fn sql(&self, sql: &str) -> Vec<Vec<Value>> {
        // Whoever fills a database takes their time.
        let settings = Settings { database_statement_timeout: Lifetime::from_seconds(0), ..Settings::default() };
        let pool = Pool::connect(&DatabaseUrl::from(self.url.as_str()), false, &settings).await.expect("the database");
        let sql = AssertSqlSafe(format!("{sql} {MARK}"));
        let rows = match &pool {
            Pool::Sqlite(pool) => table(&sqlx::query(sql).fetch_all(pool).await.expect("rows")),
            Pool::Postgres(pool) => table(&sqlx::query(sql).fetch_all(pool).await.expect("rows")),
            Pool::MySql(pool) => {
                let mut connection = pool.acquire().await.expect("a connection");
                // Names between quotation marks, as on the others.
                connection.execute("SET SESSION sql_mode = 'ANSI_QUOTES'").await.expect("a mode");
                table(&sqlx::query(sql).fetch_all(&mut *connection).await.expect("rows"))
            }
        };
        pool.close().await;
        rows
    }
}

/// What marks a test's own statement, whose values stand in it, in the log.
pub(super) const MARK: &str = "-- of a test";

/// Runs one statement on a server.
async fn run(url: &str, sql: String) {
    let pool = Pool::connect(&DatabaseUrl::from(url), false, &Settings::default())
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"));
    match &pool {
        Pool::Sqlite(pool) => drop(sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("done")),
        Pool::Postgres(pool) => drop(sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("done")),
        Pool::MySql(pool) => drop(sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("done")),
    }
    pool.close().await;
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Cleanup::Statement(server, sql) = &self.cleanup {
            let (server, sql) = (server.clone(), sql.clone());
            // Dropping cannot wait, a thread of its own can.
            let thread = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(run(&server, sql));
            });
            drop(thread.join());
        }
    }
}

/// Rows as JSON.
fn table<R: Row>(rows: &[R]) -> Vec<Vec<Value>>
where
    usize: sqlx::ColumnIndex<R>,
    for<'r> String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> bool: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> uuid::Uuid: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let cell = |row: &R, index: usize| {
        let raw = row.try_get_raw(index).expect("a column");
        if raw.is_null() {
            return Value::Null;
        }
        match raw.type_info().name() {
            "BOOL" | "BOOLEAN" => i64::from(row.get_unchecked::<bool, _>(index)).into(),
            "INTEGER" | "INT" | "INT4" | "INT8" | "BIGINT" => row.get_unchecked::<i64, _>(index).into(),
            "UUID" => row.get_unchecked::<uuid::Uuid, _>(index).to_string().into(),
            "TEXT" | "VARCHAR" | "DATETIME" | "LONGTEXT" | "CHAR" | "BINARY" => {
                row.get_unchecked::<String, _>(index).into()
            }
            other => panic!("the column {} is of the type {other}", row.column(index).name()),
        }
    };
    rows.iter().map(|row| (0..row.len()).map(|index| cell(row, index)).collect()).collect()
}
