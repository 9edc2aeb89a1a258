//! A client that speaks HTTP over a socket and keeps its cookies, as Python's `requests` does.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use cookie::{Cookie, CookieJar};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

pub struct Client {
    http: HttpClient<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    pub cookies: CookieJar,
}

pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Response {
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| Cookie::parse(value.to_str().expect("a cookie").to_owned()).expect("a cookie"))
            .collect()
    }
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { http: HttpClient::builder(TokioExecutor::new()).build_http(), address, cookies: CookieJar::new() }
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(String, String)],
        media_type: Option<String>,
        body: Vec<u8>,
    ) -> Response {
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = format!("http://{}{path}", self.address).parse().expect("a URI");
        let held = request.headers_mut();
        held.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(media_type) = media_type {
            held.insert(header::CONTENT_TYPE, media_type.parse().expect("a media type"));
        }
        for (name, value) in headers {
            let latin1: Vec<u8> = value.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
            let name: HeaderName = name.parse().expect("a header");
            held.insert(name, HeaderValue::from_bytes(&latin1).expect("a header's value"));
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.path().is_none_or(|held| path.starts_with(held)))
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        if !cookies.is_empty() {
            held.insert(header::COOKIE, cookies.join("; ").parse().expect("cookies"));
        }
        let response = self.http.request(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let response = Response { status: parts.status, headers: parts.headers, body };
        for cookie in response.cookies() {
            // Cookies of another domain, and those for HTTPS alone, would not come back.
            if cookie.max_age().is_some_and(|age| age.is_zero()) {
                self.cookies.force_remove(cookie.name());
            } else if cookie.domain().is_none() && !cookie.secure().unwrap_or(false) {
                self.cookies.add_original(cookie);
            }
        }
        response
    }
}
