//! Who is asked by the webhook of an example, in the application's place.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

/// Listens where the example's file says somebody does, at a port of its own; gives the file that says so.
pub async fn asked(toml: &str, rule: fn(&Value) -> Option<Value>) -> String {
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
