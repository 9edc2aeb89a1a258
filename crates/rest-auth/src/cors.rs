//! CORS for scripts of other origins, like django-cors-headers.
//!
//! tower-http's layer does not fit, because it treats every `OPTIONS` as a preflight. Here a plain `OPTIONS` describes
//! an endpoint, and its response needs these headers as well.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::python_pattern::Pattern;
use crate::settings::Settings;

const REQUEST_PRIVATE_NETWORK: &str = "access-control-request-private-network";
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The CORS settings, prepared for use at each request.
struct Cors {
    all_origins: bool,
    origins: Vec<String>,
    patterns: Vec<Pattern>,
    paths: Option<Pattern>,
    credentials: bool,
    /// For `OPTIONS`: `Access-Control-Allow-Headers`, `-Allow-Methods`, `-Max-Age`.
    options: HeaderMap,
    expose: Option<HeaderValue>,
    private_network: bool,
}

/// The router, open to the origins that the settings name.
pub(crate) fn guarded(router: Router, settings: &Settings) -> Router {
    match Cors::new(settings) {
        Some(cors) => router.layer(from_fn_with_state(Arc::new(cors), answer)),
        None => router,
    }
}

async fn answer(State(cors): State<Arc<Cors>>, request: Request, next: Next) -> Response {
    let original = request.extensions().get::<OriginalUri>().map(|original| original.path());
    let path = original.unwrap_or(request.uri().path());
    if cors.paths.as_ref().is_some_and(|paths| !paths.matches(path.as_bytes())) {
        return next.run(request).await;
    }
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).filter(|origin| cors.allows(origin)).cloned();
    let is_options = request.method() == Method::OPTIONS;
    let private_network = headers.get(REQUEST_PRIVATE_NETWORK).is_some_and(|value| value == "true");
    let mut response = match is_options && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        true => Response::new(Body::empty()),
        false => next.run(request).await,
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        cors.open(response.headers_mut(), origin, is_options, private_network);
    }
    response
}

impl Cors {
    /// Returns `None` if the settings name no origin.
    fn new(settings: &Settings) -> Option<Self> {
        // The checks of the settings have refused invalid patterns.
        let patterns: Vec<Pattern> =
            settings.cors_allowed_origin_regexes.iter().filter_map(|pattern| Pattern::new(pattern).ok()).collect();
        if !settings.cors_allow_all_origins && settings.cors_allowed_origins.is_empty() && patterns.is_empty() {
            return None;
        }
        let mut options = HeaderMap::new();
        let max_age = (settings.cors_preflight_max_age > 0).then(|| settings.cors_preflight_max_age.into());
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_HEADERS, list(&allowed_headers(settings))),
            (header::ACCESS_CONTROL_ALLOW_METHODS, list(&settings.cors_allow_methods)),
            (header::ACCESS_CONTROL_MAX_AGE, max_age),
        ] {
            options.extend(value.map(|value| (name, value)));
        }
        Some(Self {
            all_origins: settings.cors_allow_all_origins,
            origins: settings.cors_allowed_origins.clone(),
            patterns,
            paths: Some(&settings.cors_urls_regex)
                .filter(|pattern| *pattern != EVERY_PATH)
                .and_then(|pattern| Pattern::new(pattern).ok()),
            credentials: settings.cors_allow_credentials,
            options,
            expose: list(&settings.cors_expose_headers),
            private_network: settings.cors_allow_private_network,
        })
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        let origin = origin.as_bytes();
        (self.all_origins && !origin.is_empty())
            || self.origins.iter().any(|allowed| allowed.as_bytes() == origin)
            || self.patterns.iter().any(|pattern| pattern.matches(origin))
    }

    /// Lets the scripts of this origin read the response.
    fn open(&self, headers: &mut HeaderMap, origin: HeaderValue, is_options: bool, private_network: bool) {
        let origin = match self.all_origins && !self.credentials {
            true => HeaderValue::from_static("*"),
            false => origin,
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        headers.extend(self.expose.clone().map(|names| (header::ACCESS_CONTROL_EXPOSE_HEADERS, names)));
        if is_options {
            headers.extend(self.options.clone());
        }
        if self.private_network && private_network {
            headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
    }
}

/// The default of `cors_urls_regex`.
pub(crate) const EVERY_PATH: &str = "^.*$";

/// Returns the headers that scripts may send.
///
/// They are those of `cors_allow_headers`, and the headers that other settings name.
fn allowed_headers(settings: &Settings) -> Vec<String> {
    let mut allowed = settings.cors_allow_headers.clone();
    let named = [
        Some(settings.csrf_header()),
        Some(settings.simple_jwt.header_name()),
        settings.rest_auth.jwt_transport_header.clone(),
        Some("x-request-id".to_owned()),
    ];
    for name in named.into_iter().flatten() {
        if !allowed.iter().any(|held| held.eq_ignore_ascii_case(&name)) {
            allowed.push(name.to_ascii_lowercase());
        }
    }
    allowed
}

fn list(names: &[String]) -> Option<HeaderValue> {
    HeaderValue::from_str(&names.join(", ")).ok().filter(|list| !list.is_empty())
}
