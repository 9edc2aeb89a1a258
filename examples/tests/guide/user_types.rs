use rest_auth_examples::user_types::{accounts, app};
use serde_json::json;

use crate::{both, signup};

const TOML: &str = include_str!("../../user-types/rest-auth.toml");

#[tokio::test]
async fn each_kind_registers_at_its_own_endpoint() {
    for test in both(accounts, TOML).await {
        let mut carol = test.client_of(app(test.auth()));
        assert_eq!(carol.post("/api/auth/register/customer/", signup("carol", json!({}))).await.status(), 201);
        assert_eq!(carol.get("/shelf").await.status(), 403);

        let mut victor = test.client_of(app(test.auth()));
        assert_eq!(
            victor.post("/api/auth/register/vendor/", signup("victor", json!({}))).await.line(),
            r#"400 {"business_name":["This field is required."]}"#
        );
        let body = signup("victor", json!({ "business_name": "Victor & Sons" }));
        assert_eq!(victor.post("/api/auth/register/vendor/", body).await.status(), 201);
        assert_eq!(victor.get("/shelf").await.line(), "200 What victor sells.");
        assert_eq!(test.sql("SELECT business_name FROM app_vendorprofile").await, [[json!("Victor & Sons")]]);
    }
}
