//! What a client sees of limits, said in Rust and in TOML.

#[path = "../limits/main.rs"]
#[allow(dead_code)]
mod example;

use std::time::Duration;

use rest_auth::Settings;
use rest_auth::testing::TestApp;
use serde_json::json;

const TOML: &str = include_str!("../limits/rest-auth.toml");

#[tokio::test]
async fn both_say_the_same() {
    let rust = TestApp::built(Settings::default(), example::accounts).await;
    let toml = TestApp::with(TOML).await;
    let mut said = rust.auth().settings().clone();
    said.database_url = toml.auth().settings().database_url.clone();
    assert_eq!(said, *toml.auth().settings());
    for app in [rust, toml] {
        a_sixth_login_within_a_minute_is_refused(&app).await;
    }
}

async fn a_sixth_login_within_a_minute_is_refused(app: &TestApp) {
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    let client = || app.client_of(example::app(app.auth())).from_address("198.51.100.7");
    for _ in 0..5 {
        assert_eq!(client().post("/api/auth/login/", login.clone()).await.status(), 200);
    }
    let refused = client().post("/api/auth/login/", login.clone()).await;
    assert_eq!((refused.status(), refused.header("retry-after")), (429, "60"));
    // The other endpoints share a rate of their own.
    let mail = json!({ "email": "nobody@example.com" });
    assert_eq!(client().post("/api/auth/password/reset/", mail).await.status(), 200);
    app.advance(Duration::from_secs(60));
    assert_eq!(client().post("/api/auth/login/", login).await.status(), 200);
}
