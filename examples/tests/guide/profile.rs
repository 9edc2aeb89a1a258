//! What a client sees of a profile, said in Rust and in TOML.

#[path = "../profile/main.rs"]
#[allow(dead_code)]
mod example;

use rest_auth::Settings;
use rest_auth::testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn both_say_the_same() {
    let rust = TestApp::built(Settings::default(), example::accounts).await;
    let toml = TestApp::with(include_str!("../profile/rest-auth.toml")).await;
    let (mut said, wanted) = (rust.auth().settings().clone(), toml.auth().settings());
    said.database_url = wanted.database_url.clone();
    assert_eq!(said, *wanted);
    for app in [rust, toml] {
        a_profile_is_shown_and_changed_with_the_user(&app).await;
    }
}

async fn a_profile_is_shown_and_changed_with_the_user(app: &TestApp) {
    app.user("jane", "correct horse").await;
    let mut jane = app.client_of(example::app(app.auth()));
    jane.post("/api/auth/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let mut jane = jane.with_csrf();
    assert_eq!(
        jane.get("/api/auth/user/").await.json()["profile"],
        json!({ "company_name": "", "phone_number": "", "theme": "light", "birthday": null, "bio": "" })
    );
    let changes = json!({ "profile": { "company_name": "Acme", "birthday": "1990-02-03" } });
    let patched = jane.patch("/api/auth/user/", changes).await.json();
    assert_eq!((&patched["profile"]["company_name"], &patched["profile"]["theme"]), (&json!("Acme"), &json!("light")));
    assert_eq!(
        jane.patch("/api/auth/user/", json!({ "profile": { "theme": "blue" } })).await.line(),
        r#"400 {"profile":{"theme":["\"blue\" is not a valid choice."]}}"#
    );
    assert_eq!(jane.get("/dashboard").await.line(), "200 jane of Acme");
}
