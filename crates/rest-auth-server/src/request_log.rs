//! One line of the log for each request, and an id that all lines of the request share. Nothing that a client sends is
//! written but the method and a well-formed id: paths and queries hold secrets, so that the pattern of the path stands there.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use tower::{Layer, Service};
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a client, in bytes.
const LONGEST_ID: usize = 64;

/// Answers each request within a span of its own, gives the answer its id, and writes its line.
#[derive(Clone)]
pub struct RequestLog;

impl<S> Layer<S> for RequestLog {
    type Service = Logged<S>;

    fn layer(&self, inner: S) -> Logged<S> {
        Logged(inner)
    }
}

/// What [`RequestLog`] puts around a route.
#[derive(Clone)]
pub struct Logged<S>(S);

impl<S> Service<Request> for Logged<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = id_of(&request);
        let route = request.extensions().get::<MatchedPath>().cloned();
        let mut line = Line { method: request.method().clone(), route, began: Instant::now(), status: None };
        // An error's level, so that lines of any level are within it.
        let span = tracing::error_span!("request", request_id = %id.to_str().unwrap_or_default());
        #[cfg(feature = "otel")]
        crate::otel::describe(&span, &request, line.method(), line.route());
        let answer = self.0.call(request);
        let answer = async move {
            let mut response = answer.await?;
            line.status = Some(response.status());
            #[cfg(feature = "otel")]
            crate::otel::answered(&tracing::Span::current(), response.status().as_u16());
            drop(line);
            response.headers_mut().insert(REQUEST_ID, id);
            Ok(response)
        };
        Box::pin(answer.instrument(span))
    }
}

/// The id that the request brings, if it is one; else a new one.
fn id_of(request: &Request) -> HeaderValue {
    let is_id = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(is_plain)
    };
    let mut sent = request.headers().get_all(REQUEST_ID).iter();
    match (sent.next().filter(is_id), sent.next()) {
        (Some(id), None) => id.clone(),
        _ => new_id(),
    }
}

fn new_id() -> HeaderValue {
    let mut text = uuid::Uuid::encode_buffer();
    let text = uuid::Uuid::new_v4().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("-"))
}

/// The methods whose names are written; a client may make up its own, and put anything into it.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The line, which is written when the request has ended, also where the client did not wait for that.
struct Line {
    method: Method,
    route: Option<MatchedPath>,
    began: Instant,
    status: Option<StatusCode>,
}

impl Line {
    fn method(&self) -> &str {
        let name = self.method.as_str();
        if METHODS.contains(&name) { name } else { "other" }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let (method, route) = (self.method(), self.route());
        let milliseconds = (self.began.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        match self.status {
            Some(status) => {
                tracing::info!(target: "rest_auth::request", method, route, status = status.as_u16(), milliseconds, "answered");
            }
            None => tracing::info!(target: "rest_auth::request", method, route, milliseconds, "the client has gone"),
        }
    }
}
