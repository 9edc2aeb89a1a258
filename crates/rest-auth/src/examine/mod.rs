//! The checks of `rest-auth check` on the database, Redis and the bucket.
//!
//! A check of the database is one function in a file of this folder, and one line of [`CHECKS`].

mod addresses;
mod columns;
mod hashes;
mod nulls;
mod packages;
#[cfg(test)]
mod packages_tests;
mod schemas;
mod sequences;
mod services;
mod tables;
#[cfg(test)]
mod tests;

pub use packages::left_behind;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::error::causes;
use crate::settings::{Lifetime, Settings};
use crate::store::{Connection, Pool, Present, Store, StoreError};

/// The severity of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// The administrator should know about the finding.
    Note,
    /// Some users or clients will notice the problem.
    Warning,
    /// The server does not start, or some requests fail.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A finding of [`examine`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The severity of the finding.
    pub severity: Severity,
    /// The place of the problem: a table, a column, a setting.
    pub place: String,
    /// The problem, with the value.
    pub problem: String,
    /// The remedy, in whole sentences.
    pub advice: String,
}

impl Finding {
    fn new(
        severity: Severity,
        place: impl Into<String>,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { severity, place: place.into(), problem: problem.into(), advice: advice.into() }
    }

    /// Returns a finding that the administrator should know about.
    pub(crate) fn note(place: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Note, place, problem, advice)
    }

    /// Returns a finding that some users or clients will notice.
    pub(crate) fn warning(place: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Warning, place, problem, advice)
    }

    /// Returns a finding that keeps the server from starting, or makes requests fail.
    pub(crate) fn error(place: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(Severity::Error, place, problem, advice)
    }
}

impl fmt::Display for Finding {
    /// Writes `PLACE: PROBLEM. ADVICE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}.", self.place, self.problem)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, " {}", self.advice) }
    }
}

/// The input of a check of the database.
pub(crate) struct Examined<'a> {
    /// The settings in force.
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Store,
    /// A connection for this check alone, for reading.
    pub(crate) db: Connection,
    /// The tables that exist.
    pub(crate) present: &'a Present,
}

impl Examined<'_> {
    /// Returns whether this table exists.
    pub(crate) fn has(&self, table: &str) -> bool {
        self.present.contains(table)
    }
}

/// A check of the database, which must also work if tables are missing.
type Check = for<'a> fn(&'a mut Examined<'_>) -> BoxFuture<'a, Result<Vec<Finding>, StoreError>>;

/// Every check of the database, with the name of its subject.
const CHECKS: &[(&str, Check)] = &[
    ("the tables", |examined| Box::pin(tables::check(examined))),
    ("addresses", |examined| Box::pin(addresses::check(examined))),
    ("the passwords", |examined| Box::pin(hashes::check(examined))),
    ("the sequences", |examined| Box::pin(sequences::check(examined))),
    ("other packages", |examined| Box::pin(packages::check(examined))),
    ("the search_path", |examined| Box::pin(schemas::check(examined))),
    ("the columns", |examined| Box::pin(columns::check(examined))),
    ("rows with NULL", |examined| Box::pin(nulls::check(examined))),
];

/// The longest time to wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest time that one check of the database may take.
const EACH: Duration = Duration::from_secs(10);

/// Examines the database and the services of the settings, and changes nothing.
///
/// [`Settings::load`] examines the settings themselves. If the database or a service does not answer, this function
/// returns after a few seconds.
pub async fn examine(settings: &Settings) -> Vec<Finding> {
    let (mut findings, services) = tokio::join!(database(settings), services::check(settings));
    findings.extend(services);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

async fn database(settings: &Settings) -> Vec<Finding> {
    const EMPTY: &str = "`rest-auth migrate` or the first start makes the tables.";
    if let Some(file) = Pool::missing_file(&settings.database_url) {
        return vec![Finding::note("database_url", format!("there is no file {} yet", file.display()), EMPTY)];
    }
    let mut limited = settings.clone();
    limited.database_timeout = settings.database_timeout.min(CONNECT.as_secs());
    limited.database_statement_timeout = Lifetime::from_seconds(EACH.as_secs().cast_signed());
    limited.database_min_connections = 0;
    let unreachable = |problem: String| {
        let advice = "Start the database, or correct the URL. The rest of the database was not examined.";
        vec![Finding::error("database_url", format!("the database {} {problem}", settings.database_url), advice)]
    };
    let store = match tokio::time::timeout(2 * CONNECT, Store::open(&limited)).await {
        Ok(Ok(store)) => store,
        Ok(Err(error)) => return unreachable(format!("cannot be used: {}", causes(&error))),
        Err(_) => return unreachable(format!("does not answer within {} seconds", 2 * CONNECT.as_secs())),
    };
    let findings = match store.present().await {
        Ok(present) if present.is_empty() && !has_a_home(settings, &store).await => {
            let problem = "no table can be found or made in the schemas of the search_path";
            let advice = "Correct the search_path in database_url or of the role, or create a schema that it names.";
            vec![Finding::error("search_path", problem, advice)]
        }
        Ok(present) if present.is_empty() => {
            let problem = format!("the database {} has no tables yet", settings.database_url);
            vec![Finding::note("database_url", problem, EMPTY)]
        }
        Ok(present) => checked(settings, &store, &present).await,
        Err(error) => unreachable(format!("cannot be read: {}", causes(&error))),
    };
    let _ = tokio::time::timeout(CONNECT, store.close()).await;
    findings
}

/// Whether there is a schema in which tables can be made.
async fn has_a_home(settings: &Settings, store: &Store) -> bool {
    let path = async { store.connection().await?.search_path(&[]).await };
    let Ok(Some(path)) = path.await else { return true };
    path.home(&settings.user.table).is_ok()
}

async fn checked(settings: &Settings, store: &Store, present: &Present) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (what, check) in CHECKS {
        let found = async {
            let db = store.connection().await?;
            check(&mut Examined { settings, store, db, present }).await
        };
        match tokio::time::timeout(EACH, found).await {
            Ok(Ok(found)) => findings.extend(found),
            Ok(Err(error)) => {
                let problem = format!("the check of {what} failed: {}", causes(&error));
                findings.push(Finding::error("the database", problem, "Correct what the database says."));
            }
            Err(_) => {
                let problem = format!("the check of {what} took more than {} seconds and was given up", EACH.as_secs());
                findings.push(Finding::warning(
                    "the database",
                    problem,
                    "Check again while the database is less busy.",
                ));
            }
        }
    }
    findings
}
