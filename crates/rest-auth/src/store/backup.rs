//! A copy of a SQLite database while it is used.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{Connection as _, query_scalar};

use super::{Store, StoreError};

impl Store {
    /// The size of a SQLite database in bytes, as a copy of it would have at most; 0 for another kind.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sqlite_size(&self) -> Result<u64, StoreError> {
        let mut connection = self.connection().await?;
        let Some(sqlite) = connection.sqlite() else { return Ok(0) };
        let pages: i64 = query_scalar("PRAGMA page_count").fetch_one(&mut *sqlite).await?;
        let page: i64 = query_scalar("PRAGMA page_size").fetch_one(sqlite).await?;
        Ok(pages.saturating_mul(page).try_into().unwrap_or_default())
    }

    /// Copies a SQLite database, as it is at this moment, into a file that is missing or empty, and examines the
    /// copy. Who writes meanwhile does not wait, where the database keeps a write-ahead log, as ours do.
    /// Nothing happens for another kind of database.
    ///
    /// # Errors
    /// If the file holds something, cannot be written, or the copy is not sound.
    pub async fn sqlite_backup(&self, file: &Path) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        let Some(sqlite) = connection.sqlite() else { return Ok(()) };
        let journal: String = query_scalar("PRAGMA journal_mode").fetch_one(&mut *sqlite).await?;
        sqlx::query("VACUUM INTO ?").bind(file.to_string_lossy().into_owned()).execute(sqlite).await?;
        let mut options = SqliteConnectOptions::new().filename(file);
        // The one thing that a copy does not take over.
        if journal == "wal" {
            options = options.journal_mode(SqliteJournalMode::Wal);
        }
        let mut copy = SqliteConnection::connect_with(&options).await?;
        let found: String = query_scalar("PRAGMA quick_check(1)").fetch_one(&mut copy).await?;
        copy.close().await?;
        match found.as_str() {
            "ok" => Ok(()),
            _ => Err(StoreError::Unsound(found)),
        }
    }
}
