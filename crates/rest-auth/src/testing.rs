//! An application's accounts in a test: a database of their own, cheap hashes, a clock that stands still,
//! and clients that keep their cookies. Behind the feature `testing`.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use rest_auth::testing::TestApp;
//! use serde_json::json;
//!
//! let app = TestApp::new().await;
//! app.user("jane", "correct horse").await;
//! let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
//! assert_eq!(login.status(), 200);
//! # });
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use cookie::Cookie;
use http_body_util::BodyExt;
use serde_json::Value;
use time::macros::datetime;
use tower::ServiceExt;

use crate::auth::Auth;
use crate::passwords::HasherSetting;
use crate::settings::Settings;
use crate::source::{Clock, Random};
use crate::store::User;
use crate::users::NewAccount;

/// Accounts of their own, as an application would have them.
#[derive(Debug)]
pub struct TestApp {
    auth: Auth,
    /// Goes with its database when the test ends.
    _folder: tempfile::TempDir,
}

impl TestApp {
    /// With the default settings.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With settings as they would stand in `rest-auth.toml`.
    ///
    /// # Panics
    /// If they cannot be used.
    pub async fn with(toml: &str) -> Self {
        let loaded = Settings::from_toml(toml).unwrap_or_else(|error| panic!("{error}"));
        Self::with_settings(loaded.settings).await
    }

    /// With these settings; the database is always the test's own, the default hash a cheap one.
    ///
    /// # Panics
    /// If they cannot be used.
    pub async fn with_settings(mut settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        if settings.password_hashers == HasherSetting::defaults() {
            settings.password_hashers = vec![HasherSetting::pbkdf2_sha256(1000)];
        }
        settings.secret_key.get_or_insert_with(|| "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw".into());
        let auth = Auth::builder()
            .settings(settings)
            .database_url(&format!("sqlite://{}", folder.path().join("test.db").display()))
            .sources(Clock::Fixed(datetime!(2026-01-02 03:04:05 UTC).into()), Random::seeded(7))
            .migrate()
            .build()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self { auth, _folder: folder }
    }

    /// The accounts.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Makes a user NAME with the address NAME@example.com, by no password rules.
    ///
    /// # Panics
    /// If there is such a user.
    pub async fn user(&self, username: &str, password: &str) -> User {
        let account = NewAccount {
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            ..NewAccount::default()
        };
        let user = self.auth.users().create(account).await.expect("a user");
        let hash = self.auth.passwords().make(password).await.expect("a hash");
        let mut db = self.auth.store().connection().await.expect("a connection");
        db.set_password(user.id, &hash).await.expect("the password is kept");
        db.user_by_id(user.id).await.expect("an answer").expect("the user")
    }

    /// Lets time go by.
    pub fn advance(&self, by: Duration) {
        self.auth.clock().advance(by);
    }

    /// A client without cookies, at the endpoints.
    pub fn client(&self) -> Client {
        self.client_of(self.auth.router())
    }

    /// A client at an application's own router.
    pub fn client_of(&self, router: Router) -> Client {
        Client { router, cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }
}

/// A client that keeps its cookies.
#[derive(Clone, Debug)]
pub struct Client {
    router: Router,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
    /// The headers that it sends with every request.
    pub headers: HeaderMap,
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
