//! Redis and the bucket that the settings name.

use std::time::Duration;

use super::Finding;
use crate::media;
use crate::settings::Settings;

/// The time limit for a service's answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Checks each service that the settings name.
pub(super) async fn check(settings: &Settings) -> Vec<Finding> {
    let (redis, bucket) = tokio::join!(redis(settings), bucket(settings));
    redis.into_iter().chain(bucket).collect()
}

/// Returns the problem of a service; no answer in time is a problem, too.
async fn in_time(answer: impl Future<Output = Option<String>>) -> Option<String> {
    let silence = format!("there is no answer within {} seconds", PATIENCE.as_secs());
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Some(silence))
}

#[cfg(feature = "redis")]
async fn redis(settings: &Settings) -> Option<Finding> {
    let url = settings.throttle.redis_url.as_ref()?;
    let problem = in_time(crate::throttling::redis_says(url)).await?;
    let advice = "Correct the URL, or the server's rights; until then the limits are not shared.";
    Some(Finding::error("throttle.redis_url", format!("Redis does not count: {}", sentence(&problem)), advice))
}

#[cfg(not(feature = "redis"))]
async fn redis(_: &Settings) -> Option<Finding> {
    None
}

async fn bucket(settings: &Settings) -> Option<Finding> {
    let bucket = settings.media.s3_bucket.as_ref().filter(|_| settings.file_fields().next().is_some())?;
    let problem = in_time(media::bucket_says(&settings.media)).await?;
    let advice = "Correct media.s3_bucket, its endpoint, region and keys.";
    Some(Finding::error(
        "media.s3_bucket",
        format!("the bucket {bucket} cannot be read: {}", sentence(&problem)),
        advice,
    ))
}

/// Returns a message without the full stop, which a finding adds.
fn sentence(message: &str) -> &str {
    message.trim().trim_end_matches('.')
}
