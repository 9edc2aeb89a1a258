//! The connections of clients: how many there may be, how long one may keep us waiting, and how they end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use metrics::gauge;
use rest_auth::Settings;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// What a client is allowed. How long a body may take, and how long it may be, is for the library to say.
#[derive(Clone, Copy)]
pub struct Limits {
    connections: usize,
    header_timeout: Duration,
    headers: usize,
    head: usize,
    send_timeout: Duration,
}

impl Limits {
    pub fn of(settings: &Settings) -> Self {
        Self {
            connections: settings.max_connections,
            header_timeout: settings.request_header_timeout.into(),
            headers: settings.max_request_headers,
            head: settings.max_request_head,
            send_timeout: settings.send_timeout.into(),
        }
    }

    /// How many there are at the address of metrics, where only a few programs ask.
    pub fn few(self) -> Self {
        Self { connections: 100, ..self }
    }
}

/// Serves until it is told to stop, and then until every request under way has its answer.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    // Most answers are small: a copy takes less than a system call for what lies in several places.
    http.writev(false);
    http.max_headers(limits.headers).max_buf_size(limits.head);
    let (places, open) = (Arc::new(Semaphore::new(limits.connections)), GracefulShutdown::new());
    loop {
        // Who finds no place waits in the operating system's queue until a connection ends, or is too slow.
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = stop.cancelled() => break,
        };
        let service = router.clone().map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        });
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(limits.send_timeout));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = open.watch(http.serve_connection(stream, TowerToHyperService::new(service)));
        tokio::spawn(async move {
            gauge!(CONNECTIONS).increment(1.0);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
            gauge!(CONNECTIONS).decrement(1.0);
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// Connections of clients.
pub const CONNECTIONS: &str = "rest_auth_connections";

/// The next connection. That there are no files left, or that a client has gone, passes.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is written at once, and nothing is gained by waiting for more of it.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Lets the process have as many files and connections as it may ask for: the usual limit is below `max_connections`.
pub fn raise_the_limit_on_files() {
    #[cfg(unix)]
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!(%error, "the limit on open files stays as it is");
    }
}
