//! What an endpoint does for each method, and how it describes itself to `OPTIONS`.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::{self, Field};
use crate::reply;
use crate::request::Request;

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
    pub(crate) ignores_accept: bool,
    /// Whether `GET` answers `HEAD`, too.
    head: bool,
    /// Whether it is a page for people, errors and all.
    pub(crate) is_page: bool,
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
    pub(crate) fn files(&self, auth: &Auth) -> usize {
        let files = |(_, fields_of): &(Method, FieldsOf)| Field::files_among(&fields_of(auth));
        if auth.media().takes_files() { self.forms.iter().map(files).max().unwrap_or_default() } else { 0 }
    }

    pub(crate) fn find(&self, method: &Method) -> Option<Handler> {
        let find = |method: &Method| self.handlers.iter().find(|(held, _)| held == method).map(|(_, handler)| *handler);
        find(method).or_else(|| if method == Method::HEAD && self.head { find(&Method::GET) } else { None })
    }

    /// `Allow`, in DRF's order.
    pub(crate) fn allowed(&self) -> String {
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS]
            .iter()
            .filter(|method| **method == Method::OPTIONS || self.find(method).is_some())
            .map(Method::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The answer to `OPTIONS`: DRF's `SimpleMetadata`.
    pub(crate) fn describe(&self, auth: &Auth) -> Response {
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
