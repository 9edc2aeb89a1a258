//! What a client sees of tokens in cookies, said in Rust and in TOML.

#[path = "../tokens/main.rs"]
#[allow(dead_code)]
mod example;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rest_auth::Settings;
use rest_auth::testing::{Client, TestApp};
use serde_json::{Value, json};

const TOML: &str = include_str!("../tokens/rest-auth.toml");

fn claims(client: &Client) -> Value {
    let claims = client.cookies["access"].split('.').nth(1).expect("a token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("claims")
}

#[tokio::test]
async fn both_say_the_same() {
    let rust = TestApp::built(Settings::default(), example::accounts).await;
    let toml = TestApp::with(TOML).await;
    let (mut said, wanted) = (rust.auth().settings().clone(), toml.auth().settings());
    // In Rust they are a function.
    said.claims = wanted.claims.clone();
    said.database_url = wanted.database_url.clone();
    assert_eq!(said, *wanted);
    for app in [rust, toml] {
        a_login_lasts_while_it_is_used(&app).await;
    }
}

async fn a_login_lasts_while_it_is_used(app: &TestApp) {
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    let mut client = app.client_of(example::app(app.auth()));
    assert_eq!(client.post("/api/auth/login/", login.clone()).await.json()["refresh"], "");
    client.cookies.retain(|name, _| ["access", "refresh"].contains(&name.as_str()));
    assert_eq!((&claims(&client)["username"], &claims(&client)["groups"]), (&json!("jane"), &json!([])));
    assert_eq!(client.get("/edit").await.status(), 403);

    // With less than two of its five minutes left, the access token is renewed.
    let first = client.cookies["access"].clone();
    assert_eq!(client.get("/read").await.set_cookie("access"), "", "there is time");
    app.advance(Duration::from_secs(240));
    assert_eq!(client.get("/read").await.line(), "200 jane may read.");
    assert_ne!(client.cookies["access"], first);
    app.advance(Duration::from_secs(240));
    assert_eq!(client.get("/read").await.line(), "200 jane may read.");

    // An old refresh token that turns up after the grace ends the line.
    let stolen = client.clone();
    assert_eq!(client.post("/api/auth/token/refresh/", json!({})).await.status(), 200);
    app.advance(Duration::from_secs(11));
    assert_eq!(stolen.clone().post("/api/auth/token/refresh/", json!({})).await.status(), 401);
    assert_eq!(client.post("/api/auth/token/refresh/", json!({})).await.status(), 401);

    for sql in [
        "INSERT INTO auth_group (id, name) VALUES (1, 'Editors')",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)",
    ] {
        app.sql(sql).await;
    }
    client.post("/api/auth/login/", login).await;
    assert_eq!(claims(&client)["groups"], json!(["Editors"]));
    assert_eq!(client.get("/edit").await.line(), "200 jane may edit.");
}
