//! What can be measured. Every number goes to the `metrics` crate, and from there to whatever exporter the application has
//! installed; without one nothing is kept.
//!
//! No label comes from a client: endpoints by their pattern, scopes and outcomes out of lists of our own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use metrics::{SharedString, Unit, counter, gauge, histogram};

use crate::auth::Auth;
use crate::error::Error;
use crate::store::StoreError;

const REQUESTS: &str = "rest_auth_requests_total";
const REQUEST_TIME: &str = "rest_auth_request_duration_seconds";
const LOGINS: &str = "rest_auth_logins_total";
const THROTTLED: &str = "rest_auth_throttled_total";
const HASHES_WAITING: &str = "rest_auth_password_hash_queue";
const HASH_WAIT: &str = "rest_auth_password_hash_wait_seconds";
const HASH_TIME: &str = "rest_auth_password_hash_duration_seconds";
const HASHES_REFUSED: &str = "rest_auth_password_hash_refused_total";
const CONNECTIONS: &str = "rest_auth_database_connections";
const MOST_CONNECTIONS: &str = "rest_auth_database_connections_max";
const MAILS: &str = "rest_auth_mails_total";
const MAILS_WAITING: &str = "rest_auth_outbox_mails";
const OLDEST_MAIL: &str = "rest_auth_outbox_oldest_seconds";

impl Auth {
    /// Tells the exporter what each metric means and its unit. To be called once, after it is installed.
    pub fn describe_metrics() {
        use metrics::{describe_counter as count, describe_gauge as level, describe_histogram as times};
        count!(REQUESTS, "Requests, by endpoint, method and status.");
        times!(REQUEST_TIME, Unit::Seconds, "How long an answer takes, its body read, by endpoint and method.");
        count!(LOGINS, "Logins, by what came of them.");
        count!(THROTTLED, "Requests that a limit refused, by its scope.");
        level!(HASHES_WAITING, "Passwords that wait for their turn to be hashed.");
        times!(HASH_WAIT, Unit::Seconds, "How long a password waits for its turn.");
        times!(HASH_TIME, Unit::Seconds, "How long a password is hashed.");
        count!(HASHES_REFUSED, "Passwords that were not hashed, because the queue was full.");
        level!(CONNECTIONS, "Connections to the database, in use and idle.");
        level!(MOST_CONNECTIONS, "How many connections to the database there may be.");
        count!(MAILS, "Mails, by what came of trying to send them.");
        level!(MAILS_WAITING, "Mails that wait to be sent.");
        level!(OLDEST_MAIL, Unit::Seconds, "How long the mail has waited that has waited the longest.");
    }

    /// Measures what is only known by looking: the connections to the database, and the mails that wait. To be called
    /// before the metrics are shown.
    ///
    /// # Errors
    /// If the database does not answer; the connections are measured all the same.
    pub async fn measure(&self) -> Result<(), StoreError> {
        let (connections, idle) = self.store().pool().connections();
        gauge!(CONNECTIONS, "state" => "in_use").set(f64::from(connections.saturating_sub(idle)));
        gauge!(CONNECTIONS, "state" => "idle").set(f64::from(idle));
        gauge!(MOST_CONNECTIONS).set(f64::from(self.store().pool().most_connections()));
        let (waiting, oldest) = self.store().connection().await?.waiting_mails().await?;
        gauge!(MAILS_WAITING).set(waiting as f64);
        let age = oldest.map_or(time::Duration::ZERO, |oldest| self.now() - oldest);
        gauge!(OLDEST_MAIL).set(age.as_seconds_f64().max(0.0));
        Ok(())
    }
}

/// An endpoint has answered.
pub(crate) fn answered(endpoint: &Arc<str>, method: &Method, status: StatusCode, began: Instant) {
    let (endpoint, method) = (SharedString::from_shared(Arc::clone(endpoint)), known(method));
    histogram!(REQUEST_TIME, "endpoint" => endpoint.clone(), "method" => method).record(began.elapsed());
    counter!(REQUESTS, "endpoint" => endpoint, "method" => method, "status" => status.as_u16().to_string())
        .increment(1);
}

/// A method's name; a client may make up its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What came of a login: `refusal` where the request was refused for the reason that is being looked at, and not for one
/// that may come anywhere.
pub(crate) fn login_refused(error: &Error, refusal: &'static str) {
    login(match error {
        Error::Throttled { .. } => "throttled",
        Error::Unavailable { .. } => "busy",
        Error::Internal(_) => "error",
        _ => refusal,
    });
}

/// What came of a login.
pub(crate) fn login(outcome: &'static str) {
    counter!(LOGINS, "outcome" => outcome).increment(1);
}

/// A limit has refused a request.
pub(crate) fn throttled(scope: &str) {
    counter!(THROTTLED, "scope" => scope.to_owned()).increment(1);
}

/// A password in the queue, until it is dropped.
pub(crate) struct WaitingHash(Instant);

impl WaitingHash {
    pub(crate) fn begin() -> Self {
        gauge!(HASHES_WAITING).increment(1.0);
        Self(Instant::now())
    }

    /// Its turn has come.
    pub(crate) fn ends(self) {
        histogram!(HASH_WAIT).record(self.0.elapsed());
    }
}

impl Drop for WaitingHash {
    fn drop(&mut self) {
        gauge!(HASHES_WAITING).decrement(1.0);
    }
}

/// A password was hashed, or compared.
pub(crate) fn hashed(took: Duration) {
    histogram!(HASH_TIME).record(took);
}

/// The queue was full.
pub(crate) fn hash_refused() {
    counter!(HASHES_REFUSED).increment(1);
}

/// What came of trying to send a mail.
pub(crate) fn mail(outcome: &'static str) {
    counter!(MAILS, "outcome" => outcome).increment(1);
}
