//! Where the log goes, and what it looks like.

use std::io::IsTerminal;

use rest_auth::settings::{LogFormat, Settings};
use tracing::Subscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What ends with the log.
#[must_use]
#[derive(Default)]
pub struct Log {
    #[cfg(feature = "otel")]
    _spans: Option<crate::otel::Exporter>,
}

/// Begins to write to standard error what `RUST_LOG` asks for, or else what is of interest to whoever runs the server.
pub fn start(settings: &Settings) -> anyhow::Result<Log> {
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|wanted| !wanted.trim().is_empty());
    let filter = EnvFilter::try_new(wanted.as_deref().unwrap_or(USUAL)).unwrap_or_else(|error| {
        eprintln!("rest-auth: note: RUST_LOG is no filter, {USUAL} takes its place: {error}");
        EnvFilter::new(USUAL)
    });
    let registry = tracing_subscriber::registry();
    #[cfg(feature = "otel")]
    if let Some((spans, exporter)) = crate::otel::start()? {
        // The collector gets what it wants, whatever the log leaves out.
        registry.with(lines(settings).with_filter(filter)).with(spans).init();
        return Ok(Log { _spans: Some(exporter) });
    }
    // Before the lines, where what nobody wants costs least; and one that names no span need not watch each of them.
    let directives = filter.to_string();
    match directives.parse::<Targets>() {
        Ok(targets) if !directives.contains('[') => registry.with(targets).with(lines(settings)).init(),
        _ => registry.with(filter).with(lines(settings)).init(),
    }
    Ok(Log::default())
}

/// What is written where nobody says otherwise.
const USUAL: &str = "info";

/// What writes the lines.
fn lines<S>(settings: &Settings) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    }
}
