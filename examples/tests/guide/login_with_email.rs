use rest_auth_examples::login_with_email::accounts;
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../login-with-email/rest-auth.toml");

#[tokio::test]
async fn an_address_is_enough() {
    for app in both(accounts, TOML).await {
        let body = json!({ "email": "jane@example.com", "password1": PASSWORD, "password2": PASSWORD });
        assert_eq!(app.client().post("/registration/", body).await.status(), 201);
        assert_eq!(
            login(&mut app.client(), "/login/", "jane", json!({})).await.line(),
            r#"400 {"non_field_errors":["Must include \"email\" and \"password\"."]}"#
        );
        let mut jane = app.client();
        let by_address = json!({ "email": "Jane@Example.com", "password": PASSWORD });
        assert_eq!(jane.post("/login/", by_address).await.status(), 200);
        assert_eq!(jane.get("/user/").await.json()["email"], "jane@example.com");
    }
}
