//! `rest-auth serve`.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use rest_auth::{Auth, Settings};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower_http::trace::TraceLayer;
use tracing_subscriber::EnvFilter;

use crate::connections::{self, Limits};
use crate::{flush_expired, setup};

pub async fn serve(mut settings: Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let key = setup::development_key(&mut settings)?;
    let bind = settings.bind.clone();
    let auth = setup::auth(settings).await?;
    connections::raise_the_limit_on_files();
    let listener = TcpListener::bind(&bind).await.with_context(|| format!("cannot listen at {bind}"))?;
    let mails = mails_page(&auth, key.as_deref());
    println!("{}", greeting(&auth, listener.local_addr()?.to_string(), key.as_deref(), mails));
    let (stopping, stopped) = oneshot::channel();
    let signal = async {
        told_to_stop().await;
        tracing::info!("stopping; requests under way are finished first");
        let _ = stopping.send(());
    };
    let limits = Limits::of(auth.settings());
    tokio::select! {
        () = connections::serve(listener, router(&auth, mails), limits, signal) => {}
        () = flush_expired::from_time_to_time(auth.clone()) => {}
        () = patience_ends(stopped) => tracing::warn!("stopped before every request was finished"),
    }
    // SQLite brings its file up to date with the last connection that closes. Who did not finish may hold one.
    let _ = tokio::time::timeout(LAST_WORDS, auth.store().close()).await;
    println!("Stopped.");
    Ok(())
}

/// How long the database may take to close.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long requests may take to finish once the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Comes when the server, told to stop, has waited long enough, or is told so again.
async fn patience_ends(stopping: oneshot::Receiver<()>) {
    match stopping.await {
        Ok(()) => tokio::select! {
            () = tokio::time::sleep(PATIENCE) => {}
            () = told_to_stop() => {}
        },
        Err(_) => std::future::pending().await,
    }
}

/// Where the last mails are to be seen, if they are sent nowhere and the server runs for development: with a secret
/// key of its own making, and for this machine alone.
fn mails_page(auth: &Auth, key: Option<&std::path::Path>) -> Option<&'static str> {
    let settings = auth.settings();
    let is_local = settings.bind.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    (key.is_some() && is_local && settings.email.smtp_url.is_none() && settings.email.folder.is_none())
        .then_some("/mails/")
}

fn router(auth: &Auth, mails: Option<&str>) -> Router {
    let base_path = auth.settings().base_path.trim_end_matches('/');
    let router = match base_path {
        "" => auth.router(),
        base_path => Router::new().nest(base_path, auth.router()).fallback(Auth::not_found),
    };
    let router = match auth.media().path() {
        Some(path) => Router::new().nest(path.trim_end_matches('/'), auth.media_router()).fallback_service(router),
        None => router,
    };
    let router = match mails {
        Some(path) => Router::new().nest_service(path, auth.development_mails()).fallback_service(router),
        None => router,
    };
    // The path alone: a client may have put a secret into the query.
    let span = |request: &axum::extract::Request| tracing::debug_span!("request", method = %request.method(), path = request.uri().path());
    router.layer(TraceLayer::new_for_http().make_span_with(span))
}

/// What the terminal says when the server is ready.
fn greeting(auth: &Auth, address: String, key: Option<&std::path::Path>, mails: Option<&str>) -> String {
    let settings = auth.settings();
    let base = format!("http://{address}{}", settings.base_path.trim_end_matches('/'));
    let mut text = format!("rest-auth {} listens at {base}/\n\n", env!("CARGO_PKG_VERSION"));
    let endpoints = auth.endpoints();
    let width = endpoints.iter().map(|(path, _)| path.len()).max().unwrap_or_default();
    for (path, methods) in endpoints {
        // Writing into a String does not fail.
        let _ = writeln!(text, "    {path:<width$} {methods}");
    }
    let _ = writeln!(text, "\nThe accounts are in {}.", settings.database_url);
    if let Some(key) = key {
        let _ = writeln!(
            text,
            "The secret key, made for development, is in {}; for more than that, set secret_key.",
            key.display()
        );
    }
    if let Some(path) = mails {
        let _ = writeln!(text, "Mails are printed here, and shown at http://{address}{path}");
    }
    let json = "-H 'Content-Type: application/json'";
    let _ = write!(
        text,
        "\nRegister a user, and log in:\n\n    \
         curl {base}/registration/ {json} -d '{{\"username\": \"jane\", \"email\": \"jane@example.com\", \
         \"password1\": \"correct horse battery\", \"password2\": \"correct horse battery\"}}'\n    \
         curl {base}/login/ {json} -d '{{\"{}\": \"{}\", \"password\": \"correct horse battery\"}}'\n\n\
         Ctrl-C stops.",
        if settings.account.logs_in_by(rest_auth::settings::LoginMethod::Username) { "username" } else { "email" },
        if settings.account.logs_in_by(rest_auth::settings::LoginMethod::Username) {
            "jane"
        } else {
            "jane@example.com"
        },
    );
    text
}

/// Ctrl-C, or SIGTERM.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}
