//! The connections to a database of one of the kinds: our own, or those that an application has already.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Database, Executor, MySqlConnection, pool::Pool as SqlxPool};

use super::dialect::{Dialect, NO_CASE, compare_without_case};
use super::patience::in_time;
use super::{StoreError, postgres};
use crate::settings::{DatabaseUrl, Lifetime, Settings};

/// A pool of connections. An application that has one of its own hands it over with
/// [`Builder::pool`](crate::Builder::pool).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pool {
    /// SQLite; made with [`Pool::sqlite_options`], or names are compared without case in vain.
    Sqlite(SqlitePool),
    /// PostgreSQL.
    Postgres(PgPool),
    /// MySQL and MariaDB.
    MySql(MySqlPool),
}

impl From<SqlitePool> for Pool {
    fn from(pool: SqlitePool) -> Self {
        Self::Sqlite(pool)
    }
}

impl From<PgPool> for Pool {
    fn from(pool: PgPool) -> Self {
        Self::Postgres(pool)
    }
}

impl From<MySqlPool> for Pool {
    fn from(pool: MySqlPool) -> Self {
        Self::MySql(pool)
    }
}

impl Pool {
    pub(crate) async fn connect(url: &DatabaseUrl, create: bool, settings: &Settings) -> Result<Self, StoreError> {
        let scheme = url.expose().split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" => {
                let options =
                    Self::sqlite_options(url.expose())?.create_if_missing(create).busy_timeout(timeout(settings));
                let new = options.get_filename().metadata().map_or(true, |file| file.len() == 0);
                // One in memory is called like that.
                if create && !options.get_filename().to_string_lossy().starts_with("file:") {
                    make_for_its_owner(options.get_filename());
                }
                // How a file keeps its journal is written into it; one that others made stays as it is.
                let options = if new { options.journal_mode(SqliteJournalMode::Wal) } else { options };
                Ok(Self::Sqlite(limited(SqlitePoolOptions::new(), settings).connect_with(options).await?))
            }
            "postgres" | "postgresql" => {
                let options = in_time(Some(timeout(settings)), postgres::reachable(url.expose())).await?;
                // Not at the start of the connection, where PgBouncer would refuse it.
                let limit = format!("SET statement_timeout = {}", statement_timeout(settings).as_millis());
                let pool = limited(PgPoolOptions::new(), settings).after_connect(move |connection, _| {
                    let limit = AssertSqlSafe(limit.clone());
                    Box::pin(async move { connection.execute(limit).await.map(drop) })
                });
                Ok(Self::Postgres(pool.connect_with(options).await?))
            }
            "mysql" | "mariadb" => {
                // Only the name of the scheme is different.
                let url = url.expose().replacen("mariadb:", "mysql:", 1);
                let options = MySqlConnectOptions::from_str(&url)?;
                // A pool that gets no connection says only that it waited; one connection says why.
                let attempt = async { Ok(MySqlConnection::connect_with(&options).await?.close().await?) };
                in_time(Some(timeout(settings)), attempt).await?;
                let pool = limited(MySqlPoolOptions::new(), settings);
                let longest = statement_timeout(settings);
                let pool = pool.after_connect(move |connection, _| Box::pin(limit_statements(connection, longest)));
                Ok(Self::MySql(pool.connect_with(options).await?))
            }
            _ => Err(StoreError::UnknownDatabase(url.to_string())),
        }
    }

    /// How a SQLite file is to be opened: patient with other writers, and with the collation that compares
    /// names without case.
    ///
    /// # Errors
    /// If it is no SQLite URL.
    pub fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
        Ok(SqliteConnectOptions::from_str(url)?
            // A commit survives the machine's end, too; many share the wait for it.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(timeout(&Settings::default()))
            .foreign_keys(true)
            .collation(NO_CASE, compare_without_case))
    }

    /// Returns the file of a SQLite URL if it does not exist.
    pub(crate) fn missing_file(url: &DatabaseUrl) -> Option<PathBuf> {
        let url = url.expose();
        let options = url.starts_with("sqlite:").then(|| Self::sqlite_options(url).ok())??;
        let file = options.get_filename();
        (!file.to_string_lossy().starts_with("file:") && !file.exists()).then(|| file.to_owned())
    }

    /// The file of SQLite, if it is one that whoever knows its path opens as this pool does.
    pub(super) fn file(&self) -> Option<PathBuf> {
        let Self::Sqlite(pool) = self else { return None };
        let options = pool.connect_options();
        let url = options.to_url_lossy();
        let is_special =
            url.query_pairs().any(|(name, value)| name == "vfs" || (name == "immutable" && value == "true"));
        let file = options.get_filename();
        (!is_special && file.is_file()).then(|| file.to_owned())
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
        }
    }

    /// How many connections there are, and how many of them nobody uses.
    pub(crate) fn connections(&self) -> (u32, u32) {
        let (all, idle) = match self {
            Self::Sqlite(pool) => (pool.size(), pool.num_idle()),
            Self::Postgres(pool) => (pool.size(), pool.num_idle()),
            Self::MySql(pool) => (pool.size(), pool.num_idle()),
        };
        (all, u32::try_from(idle).unwrap_or(u32::MAX))
    }

    /// How many connections there may be.
    pub(crate) fn most_connections(&self) -> u32 {
        match self {
            Self::Sqlite(pool) => pool.options().get_max_connections(),
            Self::Postgres(pool) => pool.options().get_max_connections(),
            Self::MySql(pool) => pool.options().get_max_connections(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
            Self::MySql(pool) => pool.close().await,
        }
    }
}

/// Makes the file of a database that nobody else may read, because it holds what passwords are guessed from. SQLite gives the
/// files beside it the same rights. What is there stays as it is, and where none can be made, SQLite says why.
fn make_for_its_owner(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(file);
}

/// How long a request waits for a connection, or for SQLite's other writer.
pub(super) fn timeout(settings: &Settings) -> Duration {
    Duration::from_secs(settings.database_timeout)
}

fn limited<DB: Database>(options: PoolOptions<DB>, settings: &Settings) -> PoolOptions<DB>
where
    SqlxPool<DB>: Clone,
{
    options
        .max_connections(settings.database_max_connections)
        .min_connections(settings.database_min_connections)
        .acquire_timeout(timeout(settings))
        .idle_timeout(length(settings.database_idle_timeout))
        .max_lifetime(length(settings.database_max_lifetime))
        // Whoever takes a connection that was in use just now is told soon enough if it is gone: what is lost before
        // anything was written is asked again.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > UNTESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// How long a connection may lie idle without being tested before it is used again.
const UNTESTED: Duration = Duration::from_secs(1);

fn length(lifetime: Lifetime) -> Duration {
    Duration::from_secs(lifetime.seconds().unsigned_abs())
}

/// How long one statement may take; zero for as long as it takes.
pub(super) fn statement_timeout(settings: &Settings) -> Duration {
    length(settings.database_statement_timeout)
}

/// Limits the time of each statement, and turns on strict mode.
///
/// MariaDB has another name for the limit. Without strict mode, some servers cut off a value that does not fit.
async fn limit_statements(connection: &mut MySqlConnection, longest: Duration) -> Result<(), sqlx::Error> {
    let (seconds, milliseconds) = (longest.as_secs(), longest.as_millis());
    const STRICT: &str = "sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')";
    let mariadb = AssertSqlSafe(format!("SET SESSION max_statement_time = {seconds}, {STRICT}"));
    if connection.execute(mariadb).await.is_err() {
        connection.execute(AssertSqlSafe(format!("SET SESSION max_execution_time = {milliseconds}, {STRICT}"))).await?;
    }
    Ok(())
}
