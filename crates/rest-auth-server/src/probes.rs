//! `/healthz` and `/readyz`: what a supervisor and a load balancer ask.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rest_auth::Auth;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer is good for whoever else asks: anybody may, and each look costs the database a few queries.
const FRESH: Duration = Duration::from_secs(1);

/// What the probes know of the server.
#[derive(Clone)]
pub struct Probes(Arc<Inner>);

struct Inner {
    auth: Auth,
    /// Comes when the server has been told to stop.
    stopping: CancellationToken,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Probes {
    pub fn new(auth: Auth, stopping: CancellationToken) -> Self {
        Self(Arc::new(Inner { auth, stopping, last: Mutex::default() }))
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/healthz", get(async || answer(StatusCode::OK, "ok\n")))
            .route("/readyz", get(ready))
            .with_state(self.clone())
    }

    /// Whether the database answers, and holds what is needed. Why not, is for the log.
    async fn is_ready(&self) -> bool {
        let mut last = self.0.last.lock().await;
        if let Some((when, was_ready)) = *last
            && when.elapsed() < FRESH
        {
            return was_ready;
        }
        let ready = self.0.auth.ready(PATIENCE).await;
        match &ready {
            Err(error) => tracing::warn!(%error, "not ready"),
            Ok(()) if last.is_some_and(|(_, was_ready)| !was_ready) => tracing::info!("ready again"),
            Ok(()) => {}
        }
        *last = Some((Instant::now(), ready.is_ok()));
        ready.is_ok()
    }
}

async fn ready(State(probes): State<Probes>) -> Response {
    if probes.0.stopping.is_cancelled() {
        answer(StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else if probes.is_ready().await {
        answer(StatusCode::OK, "ready\n")
    } else {
        answer(StatusCode::SERVICE_UNAVAILABLE, "the database is not ready\n")
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}
