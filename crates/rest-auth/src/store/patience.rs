//! How long a server is waited for that says nothing, which TCP would do for a quarter of an hour.

use std::time::Duration;

use super::StoreError;
use super::pool::{statement_timeout, timeout};
use crate::settings::Settings;

/// How long a server may say nothing about a statement: longer than the statement may take, which the server itself sees
/// to as long as it is there. `None` where statements have no limit.
pub(super) fn patience(settings: &Settings) -> Option<Duration> {
    Some(statement_timeout(settings)).filter(|longest| !longest.is_zero()).map(|longest| longest + timeout(settings))
}

/// What the server answers, unless it says nothing for so long.
pub(super) async fn in_time<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let Some(patience) = patience else { return answer.await };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(StoreError::Silent(patience.as_secs())))
}
