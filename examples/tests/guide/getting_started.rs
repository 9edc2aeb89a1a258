use rest_auth::testing::TestApp;
use rest_auth_examples::getting_started as example;
use serde_json::json;

#[tokio::test]
async fn handlers_know_who_asks() {
    let app = TestApp::new().await;
    let mut client = app.client_of(example::app(app.auth()));
    assert_eq!(client.get("/").await.line(), "200 Hello, whoever you are.");
    let refused = client.get("/dashboard").await;
    assert_eq!(refused.line(), r#"401 {"detail":"Authentication credentials were not provided."}"#);
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"api\"");

    let form = json!({
        "username": "jane",
        "email": "jane@example.com",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    });
    let registered = client.post("/api/auth/registration/", form).await;
    assert_eq!(registered.status(), 201);
    assert_eq!(client.get("/").await.line(), "200 Hello, jane.");
    assert_eq!(client.get("/dashboard").await.line(), "200 Welcome, jane.");

    let key = registered.json()["key"].as_str().expect("a key").to_owned();
    let mobile = app.client_of(example::app(app.auth())).header("authorization", &format!("Token {key}"));
    assert_eq!(mobile.clone().get("/dashboard").await.line(), "200 Welcome, jane.");
    let mut stranger = app.client_of(example::app(app.auth())).header("authorization", "Token 0123");
    assert_eq!(stranger.get("/dashboard").await.line(), r#"401 {"detail":"Invalid token."}"#);
}
