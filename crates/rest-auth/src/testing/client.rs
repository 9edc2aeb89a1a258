//! A client of a [`TestApp`](super::TestApp), and what it gets.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::{Body, Bytes};
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

    /// `PATCH` with a multipart form: a file has a name, a text has none.
    pub async fn patch_multipart(&mut self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let (media_type, body) = multipart(parts);
        self.send(Method::PATCH, path, Some(media_type), Body::from(body)).await
    }

    /// `POST` with a multipart form: a file has a name, a text has none.
    pub async fn post_multipart(&mut self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let (media_type, body) = multipart(parts);
        self.send(Method::POST, path, Some(media_type), Body::from(body)).await
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
        let answer = Answer { parts, body };
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

fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend_from_slice(
            format!("--between\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--between--\r\n");
    ("multipart/form-data; boundary=between", body)
}

/// What a client gets.
#[derive(Debug)]
pub struct Answer {
    parts: axum::http::response::Parts,
    body: Bytes,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.parts.status.as_u16()
    }

    /// The body, byte for byte.
    ///
    /// # Panics
    /// If it is no text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The body, which may be no text.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The status and the body: `200 {"key":"…"}`.
    pub fn line(&self) -> String {
        format!("{} {}", self.status(), self.text())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header, empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Every value of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
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
