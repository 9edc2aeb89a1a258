//! A client of a [`TestApp`](super::TestApp), and what it gets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use cookie::Cookie;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A client that keeps its cookies.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) router: Router,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
    /// The headers that it sends with every request.
    pub headers: HeaderMap,
    /// Where it connects from, if the server is to know: then limits count it.
    pub address: Option<IpAddr>,
}

impl Client {
    /// Sends a header with every request from now on.
    ///
    /// # Panics
    /// If it cannot be a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a header's value"));
        self
    }

    /// Connects from this address from now on.
    ///
    /// # Panics
    /// If it is none.
    pub fn from_address(mut self, address: &str) -> Self {
        self.address = Some(address.parse().expect("an address"));
        self
    }

    /// Repeats the cookie against cross-site requests in its header.
    pub fn with_csrf(self) -> Self {
        let token = self.cookies.get("csrftoken").cloned().unwrap_or_default();
        self.header("x-csrftoken", &token)
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    /// `POST` with JSON.
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, &body).await
    }

    /// `POST` with a form, as a page sends it.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), Body::from(body)).await
    }

    /// `PUT` with JSON.
    pub async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, &body).await
    }

    /// `PATCH` with JSON.
    pub async fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::PATCH, path, &body).await
    }

    async fn json(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, Some("application/json"), Body::from(body.to_string())).await
    }

    /// Any request, with a body of this media type.
    ///
    /// # Panics
    /// If it cannot be a request.
    pub async fn send(&mut self, method: Method, path: &str, media_type: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "testserver");
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body).expect("a request");
        request.headers_mut().extend(self.headers.clone());
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 50_000)));
        }
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let answer = Answer { parts, body: String::from_utf8(body.to_vec()).expect("text") };
        for cookie in answer.cookies() {
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        answer
    }
}

/// What a client gets.
#[derive(Debug)]
pub struct Answer {
    parts: axum::http::response::Parts,
    body: String,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.parts.status.as_u16()
    }

    /// The body, byte for byte.
    pub fn text(&self) -> &str {
        &self.body
    }

    /// The status and the body: `200 {"key":"…"}`.
    pub fn line(&self) -> String {
        format!("{} {}", self.status(), self.body)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// A header, empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookies that the answer sets.
    pub fn cookies(&self) -> Vec<Cookie<'_>> {
        self.parts
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| Cookie::parse(value.to_str().ok()?).ok())
            .collect()
    }

    /// One cookie as it is set, with its attributes; empty if it is not.
    pub fn set_cookie(&self, name: &str) -> String {
        self.cookies().iter().find(|cookie| cookie.name() == name).map(ToString::to_string).unwrap_or_default()
    }
}
