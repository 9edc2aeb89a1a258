//! Where the log goes, and what it looks like.

use std::io::IsTerminal;

use rest_auth::settings::{LogFormat, Settings};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What ends with the log.
#[must_use]
pub struct Log {
    #[cfg(feature = "otel")]
    _spans: Option<crate::otel::Exporter>,
}

/// Begins to write to standard error what `RUST_LOG` asks for, or else what is of interest to whoever runs the server.
pub fn start(settings: &Settings) -> anyhow::Result<Log> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otel")]
    {
        let (spans, exporter) = crate::otel::start()?.unzip();
        registry.with(spans).init();
        Ok(Log { _spans: exporter })
    }
    #[cfg(not(feature = "otel"))]
    {
        registry.init();
        Ok(Log {})
    }
}
