//! How the server ends: it is told to, and those who are being served are served to the end, within a limit.

use rest_auth::Settings;
use tokio_util::sync::CancellationToken;

/// The steps on the way to the end, for whoever has to know.
#[derive(Default)]
pub struct Stop {
    /// The server was told to stop.
    pub told: CancellationToken,
    /// No more requests are taken, and no more mails.
    pub accepts_no_more: CancellationToken,
}

impl Stop {
    /// Waits until the server is told to stop, and takes the steps; comes back when what was under way has had time
    /// enough, or when the server is told again.
    pub async fn when_told(&self, settings: &Settings) {
        told_to_stop().await;
        tracing::info!("stopping; what is under way is finished first");
        self.told.cancel();
        let again = told_to_stop();
        let steps = async {
            tokio::time::sleep(settings.shutdown_delay.into()).await;
            self.accepts_no_more.cancel();
            tokio::time::sleep(settings.shutdown_timeout.into()).await;
        };
        tokio::select! {
            () = steps => {}
            () = again => {}
        }
    }
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
