//! `rest-auth serve`.

use std::time::Duration;

use anyhow::Context;
use axum::Router;
use rest_auth::{Auth, Settings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::connections::{self, Limits};
use crate::greeting::greeting;
use crate::metrics::Metrics;
use crate::probes::Probes;
use crate::request_log::RequestLog;
use crate::say::say;
use crate::stop::Stop;
use crate::{flush_expired, log, setup};

pub async fn serve(mut settings: Settings) -> anyhow::Result<()> {
    let _log = log::start(&settings)?;
    for warning in settings.browser_warnings() {
        tracing::warn!("{warning}.");
    }
    let key = setup::development_key(&mut settings)?;
    let bind = settings.bind.clone();
    let auth = setup::auth(settings).await?;
    let (settings, stop) = (auth.settings(), Stop::default());
    connections::raise_the_limit_on_files();
    let limits = Limits::of(settings);
    let listener = listen(&bind).await?;
    let metrics = settings.metrics.are_wanted().then(|| Metrics::start(auth.clone())).transpose()?;
    let probes = Probes::new(auth.clone(), stop.told.clone()).router();
    let beside = match &metrics {
        Some(metrics) if settings.metrics.public => probes.clone().merge(metrics.router()),
        _ => probes.clone(),
    };
    if let (Some(metrics), Some(bind)) = (&metrics, &settings.metrics.bind) {
        let (listener, router) = (listen(bind).await?, probes.merge(metrics.router()));
        tracing::info!(address = %listener.local_addr()?, "metrics are shown");
        // It answers until the process ends.
        tokio::spawn(connections::serve(listener, router, limits.few(), CancellationToken::new()));
    }
    let mails = mails_page(&auth, key.as_deref());
    say!("{}", greeting(&auth, listener.local_addr()?.to_string(), key.as_deref(), mails));
    let router = router(&auth, beside, mails_router(&auth, mails));
    let serving = connections::serve(listener, router, limits, stop.accepts_no_more.clone());
    let mailing = async {
        stop.accepts_no_more.cancelled().await;
        auth.finish_mails().await;
    };
    tokio::select! {
        _ = async { tokio::join!(serving, mailing) } => {}
        () = flush_expired::from_time_to_time(auth.clone()) => {}
        () = stop.when_told(settings) => tracing::warn!("stopped before everything under way was finished"),
    }
    // SQLite brings its file up to date with the last connection that closes. Who did not finish may hold one.
    let _ = tokio::time::timeout(LAST_WORDS, auth.store().close()).await;
    say!("Stopped.");
    Ok(())
}

/// How long the database may take to close.
const LAST_WORDS: Duration = Duration::from_secs(2);

async fn listen(bind: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(bind).await.with_context(|| format!("cannot listen at {bind}"))
}

/// Where the last mails are to be seen, if they are sent nowhere and the server runs for development: with a secret
/// key of its own making, and for this machine alone.
fn mails_page(auth: &Auth, key: Option<&std::path::Path>) -> Option<&'static str> {
    let settings = auth.settings();
    let is_local = settings.bind.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    (key.is_some() && is_local && settings.email.smtp_url.is_none() && settings.email.folder.is_none())
        .then_some("/mails/")
}

fn mails_router(auth: &Auth, path: Option<&str>) -> Router {
    path.map_or_else(Router::new, |path| Router::new().nest(path, auth.development_mails()))
}

/// The endpoints below their path, and what stands beside them.
fn router(auth: &Auth, beside: Router, mails: Router) -> Router {
    let endpoints = auth.router_at(&auth.settings().base_path);
    let media = match auth.media().path() {
        Some(path) => Router::new().nest(path.trim_end_matches('/'), auth.media_router()),
        None => Router::new(),
    };
    endpoints.merge(beside).merge(mails).merge(media).layer(RequestLog)
}
