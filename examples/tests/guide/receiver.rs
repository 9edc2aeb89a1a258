//! Who is asked by the webhook of an example, in the application's place.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rest_auth::testing::TestApp;
use rest_auth::{Builder, Settings};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::settings;

/// The accounts as Rust says them and as the file does, where a rule that is a function there is this one, asked by the
/// webhook. The settings are the same but for that.
pub async fn both(accounts: fn(Builder) -> Builder, toml: &str, rule: Rule) -> [TestApp; 2] {
    let rust = TestApp::built(Settings::default(), accounts).await;
    let file = TestApp::with(&asked(toml, rule).await).await;
    let mut said = settings(&rust);
    said.login.webhook = settings(&file).login.webhook;
    assert_eq!(said, settings(&file));
    [rust, file]
}

/// The errors, if there are any, for what is known of a login.
type Rule = fn(&Value) -> Option<Value>;

/// Listens where the example's file says somebody does, at a port of its own; gives the file that says so.
async fn asked(toml: &str, rule: Rule) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let answer = async move |body: Bytes| -> Response {
        let attempt: Value = serde_json::from_slice(&body).expect("JSON");
        match rule(&attempt["data"]) {
            Some(errors) => (StatusCode::BAD_REQUEST, errors.to_string()).into_response(),
            None => StatusCode::NO_CONTENT.into_response(),
        }
    };
    let router: Router = Router::new().route("/login", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    assert!(toml.contains("127.0.0.1:9000"), "{toml}");
    toml.replace("127.0.0.1:9000", &address)
}
