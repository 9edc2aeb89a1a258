//! One endpoint: its path, who may use it, and what each method does. The way through it is that of DRF's
//! `APIView.dispatch`: negotiate, authenticate, guard, throttle, find the method, do it.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::any;
use futures_util::future::BoxFuture;
use tower_service::Service;

use crate::auth::Auth;
use crate::current_user;
use crate::error::Error;
use crate::methods::Methods;
use crate::metrics;
use crate::request::{Head, Request};
use crate::sessions;
use crate::throttling::Scope;
use crate::tokens;

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Guard {
    /// Anyone. Credentials that are no longer good are no credentials, and stand in nobody's way.
    Anyone,
    /// Anyone, but whoever presents credentials must present good ones; not so where there are JSON Web Tokens,
    /// whose cookies must go all the same.
    AnyoneTruthful,
    /// Anyone; credentials are not so much as looked at, because the body says it all.
    Unasked,
    /// Who is logged in.
    LoggedIn,
}

/// The path at the end of which the slash may be missing, or must not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slash {
    Optional,
    /// Without it, a redirect leads to it: Django's `APPEND_SLASH`.
    Required,
    /// A file's name has none.
    Never,
}

/// A line of the table in [`crate::auth`].
pub(crate) struct Endpoint {
    path: Arc<str>,
    slash: Slash,
    guard: Guard,
    /// `Allow`.
    allow: Option<HeaderValue>,
    methods: Methods,
    scope: Scope,
}

impl Endpoint {
    pub(crate) fn new(path: &str, slash: Slash, guard: Guard, methods: Methods) -> Self {
        let allow = HeaderValue::from_str(&methods.allowed()).ok();
        Self { path: path.into(), slash, guard, allow, methods, scope: Scope::Unnamed }
    }

    /// What limits the requests to it: the `throttle_scope` of a view.
    pub(crate) fn limit(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The path below the router's, and the methods.
    pub(crate) fn summary(&self) -> (String, String) {
        (self.path.to_string(), self.methods.allowed())
    }

    /// Adds the endpoint to a router, below a path, which ends without a slash.
    pub(crate) fn add_to(self, router: Router, base: &str, auth: &Auth) -> Router {
        let with_slash = format!("{base}/{}", self.path);
        let without = with_slash.trim_end_matches('/').to_owned();
        let slash = self.slash;
        let served = Served { endpoint: Arc::new(self), auth: auth.clone() };
        let router = router.route_service(&with_slash, served.clone());
        match slash {
            Slash::Optional => router.route_service(&without, served),
            Slash::Never => router,
            Slash::Required => {
                let script_name = auth.settings().script_name().to_owned();
                router.route(&without, any(async move |OriginalUri(uri)| redirect_to_slash(&script_name, &uri)))
            }
        }
    }

    async fn answer(&self, auth: Auth, request: axum::extract::Request) -> Response {
        let challenge = || match self.guard {
            Guard::Unasked => tokens::jwt::challenge(&auth.settings().simple_jwt),
            _ => auth.challenge(),
        };
        let began = Instant::now();
        let (parts, body) = request.into_parts();
        let method = parts.method.clone();
        let mut response = match Request::read(auth.clone(), Head::from(parts), body, self.methods.files(&auth)).await {
            Ok(mut request) => {
                request.endpoint = Arc::clone(&self.path);
                let mut response = match self.dispatch(&mut request).await {
                    Ok(response) => response,
                    Err(error) if self.methods.is_page => request.error_page(error),
                    Err(error) => error.into_response(challenge()),
                };
                sessions::finish(&request, &mut response);
                response
            }
            Err(error) => error.into_response(challenge()),
        };
        response.headers_mut().extend(self.allow.clone().map(|allow| (header::ALLOW, allow)));
        for (name, value) in PROTECTION {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        metrics::answered(&self.path, &method, response.status(), began);
        response
    }

    async fn dispatch(&self, request: &mut Request) -> Result<Response, Error> {
        if !self.methods.ignores_accept {
            negotiate(&request.head)?;
        }
        let forgiving = match self.guard {
            Guard::AnyoneTruthful => request.auth.settings().rest_auth.use_jwt,
            guard => guard == Guard::Anyone,
        };
        if self.guard != Guard::Unasked {
            request.user = current_user::authenticate(request, forgiving).await?;
        }
        if self.guard == Guard::LoggedIn && request.user.is_none() {
            return Err(Error::NotAuthenticated);
        }
        let user = request.user.as_ref().map(|user| user.id);
        request.auth.throttling().check(&request.auth, &request.head, user, self.scope).await?;
        match self.methods.find(&request.head.method) {
            Some(handler) => handler(request).await,
            None if request.head.method == Method::OPTIONS => Ok(self.methods.describe(&request.auth)),
            None => Err(Error::MethodNotAllowed(request.head.method.clone())),
        }
    }
}

/// An endpoint as axum calls it: for every method, because `Allow` and 405 are ours to give.
#[derive(Clone)]
struct Served {
    endpoint: Arc<Endpoint>,
    auth: Auth,
}

impl Service<axum::extract::Request> for Served {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::extract::Request) -> Self::Future {
        let Self { endpoint, auth } = self.clone();
        Box::pin(async move { Ok(endpoint.answer(auth, request).await) })
    }
}

/// What Django's `SecurityMiddleware` says with every answer.
const PROTECTION: [(header::HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Whether the client takes JSON, by `Accept` and by `?format=`: DRF's `DefaultContentNegotiation`.
fn negotiate(head: &Head) -> Result<(), Error> {
    let query = head.uri.query().unwrap_or_default();
    let format = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format").last();
    if format.is_some_and(|(_, format)| !format.is_empty() && format != "json") {
        return Err(Error::NotFound);
    }
    let takes_json = |range: &str| {
        let (kind, subtype) = range.split(';').next().unwrap_or_default().trim().split_once('/')?;
        let one_of = |text: &str, name: &str| text == "*" || text.eq_ignore_ascii_case(name);
        Some(one_of(kind, "application") && one_of(subtype, "json"))
    };
    let mut lines = head.headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).peekable();
    if lines.peek().is_none() || lines.flat_map(|line| line.split(',')).any(|range| takes_json(range) == Some(true)) {
        Ok(())
    } else {
        Err(Error::NotAcceptable)
    }
}

/// Returns a 301 to the same path with a slash at the end.
///
/// Django's `CommonMiddleware` does the same. The location begins with the path that a proxy removes.
fn redirect_to_slash(script_name: &str, uri: &Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(location) = HeaderValue::from_str(&format!("{script_name}{}/{query}", uri.path())) {
        headers.insert(header::LOCATION, location);
    }
    response
}
