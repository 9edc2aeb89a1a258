//! One endpoint: its path, who may use it, and what each method does. The way through it is that of DRF's
//! `APIView.dispatch`: negotiate, authenticate, guard, throttle, find the method, do it.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::current_user;
use crate::error::Error;
use crate::fields::{self, Field};
use crate::metrics;
use crate::reply;
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

type Handler = for<'a> fn(&'a mut Request) -> BoxFuture<'a, Result<Response, Error>>;

/// The fields of a body, as the settings want them.
type FieldsOf = Box<dyn Fn(&Auth) -> Vec<Field> + Send + Sync>;

/// What an endpoint does, and how `OPTIONS` describes it.
pub(crate) struct Methods {
    name: &'static str,
    about: &'static str,
    handlers: Vec<(Method, Handler)>,
    /// The methods that take a body, with its fields.
    forms: Vec<(Method, FieldsOf)>,
    /// Whether it is the same to it what the client accepts.
    ignores_accept: bool,
    /// Whether `GET` answers `HEAD`, too.
    head: bool,
    /// Whether it is a page for people, errors and all.
    is_page: bool,
}

impl Methods {
    /// Nothing but `OPTIONS` yet, which gives the name and the description.
    pub(crate) fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, handlers: Vec::new(), forms: Vec::new(), ignores_accept: false, head: true, is_page: false }
    }

    /// The same for a page, which people look at.
    pub(crate) fn page(name: &'static str, about: &'static str) -> Self {
        Self { is_page: true, ..Self::new(name, about).whatever_is_accepted() }
    }

    /// Answers a method; `GET` answers `HEAD`, too.
    pub(crate) fn on(mut self, method: Method, handler: Handler) -> Self {
        self.handlers.push((method, handler));
        self
    }

    /// Tells `OPTIONS` which fields the method takes.
    pub(crate) fn taking(
        mut self,
        method: Method,
        fields: impl Fn(&Auth) -> Vec<Field> + Send + Sync + 'static,
    ) -> Self {
        self.forms.push((method, Box::new(fields)));
        self
    }

    /// Answers also who accepts no JSON: a proxy, which passes on what a browser wants, or a program that wants one kind.
    pub(crate) fn whatever_is_accepted(mut self) -> Self {
        self.ignores_accept = true;
        self
    }

    /// Leaves `HEAD` out, as a view that is a function does.
    pub(crate) fn without_head(mut self) -> Self {
        self.head = false;
        self
    }

    /// How many files a body may hold at most.
    fn files(&self, auth: &Auth) -> usize {
        let files = |(_, fields_of): &(Method, FieldsOf)| Field::files_among(&fields_of(auth));
        if auth.media().takes_files() { self.forms.iter().map(files).max().unwrap_or_default() } else { 0 }
    }

    fn find(&self, method: &Method) -> Option<Handler> {
        let find = |method: &Method| self.handlers.iter().find(|(held, _)| held == method).map(|(_, handler)| *handler);
        find(method).or_else(|| if method == Method::HEAD && self.head { find(&Method::GET) } else { None })
    }

    /// `Allow`, in DRF's order.
    fn allowed(&self) -> String {
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS]
            .iter()
            .filter(|method| **method == Method::OPTIONS || self.find(method).is_some())
            .map(Method::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The answer to `OPTIONS`: DRF's `SimpleMetadata`.
    fn describe(&self, auth: &Auth) -> Response {
        let mut about = json!({
            "name": self.name,
            "description": self.about,
            "renders": ["application/json"],
            "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        });
        let actions: Map<String, Value> = self
            .forms
            .iter()
            .map(|(method, fields_of)| (method.to_string(), fields::describe(&fields_of(auth))))
            .collect();
        if !actions.is_empty() {
            about["actions"] = Value::Object(actions);
        }
        reply::json(StatusCode::OK, &about)
    }
}

/// A line of the table in [`crate::auth`].
pub(crate) struct Endpoint {
    path: String,
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
        Self { path: path.to_owned(), slash, guard, allow, methods, scope: Scope::Unnamed }
    }

    /// What limits the requests to it: the `throttle_scope` of a view.
    pub(crate) fn limit(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The path below the router's, and the methods.
    pub(crate) fn summary(&self) -> (String, String) {
        (self.path.clone(), self.methods.allowed())
    }

    /// Adds the endpoint to a router.
    pub(crate) fn add_to(self, router: Router, auth: &Auth) -> Router {
        let with_slash = format!("/{}", self.path);
        let without = with_slash.trim_end_matches('/').to_owned();
        let slash = self.slash;
        let endpoint = Arc::new(self);
        let auth = auth.clone();
        // In a box, because axum moves it several times, and it is large.
        let answer = move |request: axum::extract::Request| -> BoxFuture<'static, Response> {
            let (endpoint, auth) = (Arc::clone(&endpoint), auth.clone());
            Box::pin(async move { endpoint.answer(auth, request).await })
        };
        let router = router.route(&with_slash, any(answer.clone()));
        match slash {
            Slash::Optional => router.route(&without, any(answer)),
            Slash::Never => router,
            Slash::Required => router.route(&without, any(redirect_to_slash)),
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
                request.endpoint.clone_from(&self.path);
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

/// 301 to the same path with its slash, as Django's `CommonMiddleware` does.
async fn redirect_to_slash(uri: axum::extract::OriginalUri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{query}", uri.path())) {
        headers.insert(header::LOCATION, location);
    }
    response
}
