use rest_auth::Settings;
use rest_auth::testing::TestApp;
use rest_auth_examples::user_details::{accounts, full_name};
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../user-details/rest-auth.toml");

#[tokio::test]
async fn clients_see_and_write_what_is_named() {
    for app in both(accounts, TOML).await {
        app.user("jane", PASSWORD).await;
        let mut jane = app.client();
        login(&mut jane, "/login/", "jane", json!({})).await;
        let mut jane = jane.with_csrf();
        let changes = json!({ "username": "joan", "first_name": "Jane", "groups": ["Editors"], "is_staff": true });
        assert_eq!(
            jane.patch("/user/", changes).await.line(),
            r#"200 {"pk":1,"username":"jane","email":"jane@example.com","first_name":"Jane","last_name":"","groups":[],"date_joined":"2026-01-02T03:04:05Z"}"#
        );
    }
}

#[tokio::test]
async fn a_function_computes_more() {
    let app = TestApp::built(Settings::default(), |builder| accounts(builder).computed_fields(full_name)).await;
    app.user("jane", PASSWORD).await;
    let mut jane = app.client();
    login(&mut jane, "/login/", "jane", json!({})).await;
    assert_eq!(jane.get("/user/").await.json()["full_name"], "jane");
    let mut jane = jane.with_csrf();
    let named = jane.patch("/user/", json!({ "first_name": "Jane", "last_name": "Doe", "full_name": "x" })).await;
    assert_eq!(named.json()["full_name"], "Jane Doe");
}
