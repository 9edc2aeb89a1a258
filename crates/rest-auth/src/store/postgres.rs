//! How a PostgreSQL server is reached.

use std::net::IpAddr;
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection, PgConnection};
use url::Url;

use super::StoreError;

/// The options of a URL with which the server answers.
///
/// A server on this machine is asked without TLS, if it lets us and nobody named an `sslmode`: nobody listens in between,
/// and TLS costs a look-up an eighth of its time, and a connection a tenth of a second, because sqlx 0.9 leaves Nagle's
/// algorithm on. libpq's `prefer` would take TLS.
///
/// # Errors
/// If the server does not answer, or refuses. A pool that gets no connection says only that it waited; the one
/// connection that is made here says why.
pub(super) async fn reachable(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)?;
    if is_on_this_machine(&options) && !names_a_mode(url) {
        let plain = options.clone().ssl_mode(PgSslMode::Disable);
        if let Ok(connection) = PgConnection::connect_with(&plain).await {
            connection.close().await?;
            return Ok(plain);
        }
    }
    PgConnection::connect_with(&options).await?.close().await?;
    Ok(options)
}

fn is_on_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn names_a_mode(url: &str) -> bool {
    let in_url = |url: Url| url.query_pairs().any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode"));
    std::env::var_os("PGSSLMODE").is_some() || Url::parse(url).is_ok_and(in_url)
}
