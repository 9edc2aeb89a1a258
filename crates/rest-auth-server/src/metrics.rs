//! `/metrics`: what the library and the server have measured, as Prometheus reads it.

use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use rest_auth::Auth;

use crate::connections::CONNECTIONS;

/// Where the buckets of times end, in seconds: from a look into a table to a hash that waits for many others.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How long the database may take to say what waits in it; then that is left out.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the times that were measured are added up, though nobody asks: else they would pile up.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Metrics {
    auth: Auth,
    shown: PrometheusHandle,
}

impl Metrics {
    /// Keeps what is measured from now on.
    pub fn start(auth: Auth) -> anyhow::Result<Self> {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder);
        let shown = builder.context("metrics cannot be kept")?;
        Auth::describe_metrics();
        describe_gauge!(CONNECTIONS, "Connections of clients.");
        describe_gauge!("rest_auth_build_info", "1, with the version of the server.");
        gauge!("rest_auth_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        let kept = shown.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                kept.run_upkeep();
            }
        });
        Ok(Self { auth, shown })
    }

    pub fn router(&self) -> Router {
        Router::new().route("/metrics", get(show)).with_state(self.clone())
    }
}

async fn show(State(Metrics { auth, shown }): State<Metrics>) -> Response {
    match tokio::time::timeout(PATIENCE, auth.measure()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the outbox cannot be measured"),
        Err(_) => tracing::warn!("the outbox cannot be measured: the database does not answer in time"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], shown.render()).into_response()
}
