//! Databases for the tests, one of each kind that is reachable.

use std::io::Write;
use std::path::Path;

use url::Url;

/// Where the servers are on which databases can be made; SQLite needs none.
const SERVERS: [Option<&str>; 3] = [None, Some("REST_AUTH_TEST_POSTGRES"), Some("REST_AUTH_TEST_MYSQL")];

/// An empty database, which goes when it is dropped.
pub struct Database {
    pub url: String,
    /// The server's URL, and the name of the database there.
    server: Option<(String, String)>,
    folder: tempfile::TempDir,
}

impl Database {
    /// One of each kind. What is left out is said, past the test runner, which keeps what a test prints to itself;
    /// `name` is the test's.
    pub fn each(name: &str) -> Vec<Self> {
        SERVERS.into_iter().filter_map(|server| Self::new(server, name)).collect()
    }

    fn new(server: Option<&str>, name: &str) -> Option<Self> {
        let Some(variable) = server else { return Some(Self::sqlite()) };
        let Ok(server) = std::env::var(variable) else {
            let _ = writeln!(std::io::stderr(), "left out, because {variable} is not set: {name}");
            return None;
        };
        // PostgreSQL would make upper case lower.
        let name = name.to_ascii_lowercase().replace(|held: char| !held.is_ascii_alphanumeric(), "_");
        let name = format!("rest_auth_{name}_{}", std::process::id());
        query(&server, &format!("DROP DATABASE IF EXISTS {name}"));
        query(&server, &format!("CREATE DATABASE {name}"));
        let mut url = Url::parse(&server).expect("a URL");
        url.set_path(&name);
        Some(Self { url: url.into(), server: Some((server, name)), folder: super::folder() })
    }

    /// One of the kind that is always there.
    pub fn sqlite() -> Self {
        let folder = super::folder();
        let url = format!("sqlite://{}", folder.path().join("db.sqlite3").display());
        Self { url, server: None, folder }
    }

    /// The one at this URL, which is another's to look after.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), server: None, folder: super::folder() }
    }

    /// A folder of the test's own, which goes with the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The first column of what a statement gives.
    pub fn query(&self, sql: &str) -> Vec<String> {
        query(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let force = if server.starts_with("postgres") { " WITH (FORCE)" } else { "" };
            query(server, &format!("DROP DATABASE IF EXISTS {name}{force}"));
        }
    }
}

fn query(url: &str, sql: &str) -> Vec<String> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match url.split(':').next() {
            Some("sqlite") => {
                let pool = sqlx::SqlitePool::connect(url).await.expect("SQLite");
                sqlx::query_scalar(sql).fetch_all(&pool).await.expect("rows")
            }
            Some("mysql") => {
                let pool = sqlx::MySqlPool::connect(url).await.expect("MySQL");
                sqlx::query_scalar(sql).fetch_all(&pool).await.expect("rows")
            }
            _ => {
                let pool = sqlx::PgPool::connect(url).await.expect("PostgreSQL");
                sqlx::query_scalar(sql).fetch_all(&pool).await.expect("rows")
            }
        }
    })
}
