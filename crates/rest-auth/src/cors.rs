//! What scripts of other origins may do: the settings of django-cors-headers.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_service::Service;

use crate::settings::Settings;

/// How long a browser may remember what it was told, in seconds: `CORS_PREFLIGHT_MAX_AGE`.
const MAX_AGE: Duration = Duration::from_secs(86_400);

/// The router, open to the origins that the settings name.
pub(crate) fn guarded(router: Router, settings: &Settings) -> Router {
    let origins = match (settings.cors_allow_all_origins, settings.cors_allowed_origins.as_slice()) {
        (true, _) => AllowOrigin::mirror_request(),
        (false, []) => return router,
        (false, origins) => AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(settings.cors_allow_credentials)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::USER_AGENT,
            HeaderName::from_static("x-csrftoken"),
            HeaderName::from_static("x-requested-with"),
        ])
        .max_age(MAX_AGE);
    router.clone().layer(layer).layer(from_fn_with_state(router, pass_by))
}

/// Leads an `OPTIONS` that is no browser's preflight past the layer, which would take it for one.
async fn pass_by(State(mut router): State<Router>, request: Request, next: Next) -> Response {
    let preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || preflight {
        return next.run(request).await;
    }
    let Ok(response) = router.call(request).await;
    response
}
