//! Whether the accounts can be served: for the probes of whatever sends requests here.

use std::time::Duration;

use crate::auth::Auth;
use crate::settings::Settings;
use crate::store::{Store, StoreError};

/// Why the accounts cannot be served just now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The database does not answer in time.
    #[error("the database does not answer in time")]
    Slow,
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The database lacks tables.
    #[error("the database lacks {}", .0.join(", "))]
    MissingTables(Vec<String>),
}

impl Auth {
    /// Whether the database answers within this time, and holds what is needed.
    ///
    /// # Errors
    /// Why not. The reason is for a log, not for whoever asks.
    pub async fn ready(&self, within: Duration) -> Result<(), NotReady> {
        let missing = tokio::time::timeout(within, missing(self.store(), self.settings())).await;
        match missing.map_err(|_| NotReady::Slow)?? {
            missing if missing.is_empty() => Ok(()),
            missing => Err(NotReady::MissingTables(missing)),
        }
    }
}

/// The tables without which these settings cannot be served.
pub(crate) async fn missing(store: &Store, settings: &Settings) -> Result<Vec<String>, StoreError> {
    let mut missing = store.missing_tables().await?;
    if !settings.simple_jwt.tracks_rotation() {
        // A database that Django made will do, as long as nothing asks for more.
        missing.retain(|table| table != "rest_auth_refresh_token");
    }
    Ok(missing)
}
