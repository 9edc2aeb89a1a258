//! Spans for OpenTelemetry: one for each request, with what the log says of it within, by OTLP over HTTP. Only with the
//! feature `otel`, and where the environment names a collector.

use anyhow::Context as _;
use axum::extract::Request;
use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

/// The variables that name a collector. The others that OpenTelemetry knows are in force, too.
const COLLECTOR: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// What sends the spans; the last ones when it is dropped.
pub struct Exporter(SdkTracerProvider);

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            eprintln!("rest-auth: the last spans could not be sent: {error}");
        }
    }
}

/// Begins to send spans, if a collector is named.
pub fn start<S>() -> anyhow::Result<Option<(impl Layer<S>, Exporter)>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if COLLECTOR.iter().all(|name| std::env::var_os(name).is_none()) {
        return Ok(None);
    }
    // Its HTTP client wants to know whose cryptography TLS is to be made with; another's choice is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).build();
    let exporter = exporter.context("spans cannot be sent")?;
    let resource = Resource::builder();
    let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => resource,
        None => resource.with_service_name("rest-auth"),
    };
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    // Our own lines alone: others' may say more than a collector should know.
    let own = Targets::new().with_target("rest_auth", LevelFilter::INFO);
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("rest-auth"))
        .with_location(false)
        .with_threads(false)
        .with_filter(own);
    Ok(Some((layer, Exporter(provider))))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Puts a request's span below that of whoever sent it, and says what OpenTelemetry calls what is known of it.
pub fn describe(span: &tracing::Span, request: &Request, method: &str, route: &str) {
    let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
    // Without a collector there is nothing to be below of.
    let _ = span.set_parent(parent);
    span.set_attribute("http.request.method", method.to_owned());
    span.set_attribute("http.route", route.to_owned());
}

/// Says how a request was answered.
pub fn answered(span: &tracing::Span, status: u16) {
    span.set_attribute("http.response.status_code", i64::from(status));
}
