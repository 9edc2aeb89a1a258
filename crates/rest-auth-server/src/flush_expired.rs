//! `rest-auth flush-expired`, and the same from time to time while serving.

use std::time::Duration;

use rest_auth::{Auth, Flushed, Settings};

use crate::say::say;
use crate::{progress, setup};

pub async fn flush_expired(settings: Settings) -> anyhow::Result<()> {
    let auth = setup::existing_auth(settings).await?;
    let spinner = progress::spinner("removed {pos} rows so far");
    let Flushed { sessions, tokens, .. } =
        auth.flush_expired(|flushed| spinner.set_position(flushed.sessions + flushed.tokens)).await?;
    spinner.finish_and_clear();
    auth.store().close().await;
    say!("Removed {sessions} sessions and {tokens} refresh tokens that had run out.");
    Ok(())
}

/// Removes what has run out, again and again; never comes back.
pub async fn from_time_to_time(auth: Auth) {
    let interval = Duration::from_secs(auth.settings().flush_expired_interval);
    if interval.is_zero() {
        return std::future::pending().await;
    }
    loop {
        tokio::time::sleep(interval).await;
        match auth.flush_expired(|_| {}).await {
            Ok(Flushed { sessions, tokens, .. }) => tracing::debug!(sessions, tokens, "removed what had run out"),
            Err(error) => tracing::warn!(%error, "what has run out could not be removed"),
        }
    }
}
