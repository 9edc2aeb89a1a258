use rest_auth_examples::registration_fields::accounts;
use serde_json::json;

use crate::{both, signup};

const TOML: &str = include_str!("../../registration-fields/rest-auth.toml");

#[tokio::test]
async fn what_is_asked_for_is_kept() {
    for app in both(accounts, TOML).await {
        assert_eq!(
            app.client().post("/registration/", signup("jane", json!({}))).await.line(),
            r#"400 {"first_name":["This field is required."],"last_name":["This field is required."]}"#
        );
        let body = signup("jane", json!({ "first_name": "Jane", "last_name": "Doe", "company": "Acme" }));
        let mut jane = app.client();
        assert_eq!(jane.post("/registration/", body).await.status(), 201);
        let mine = jane.get("/user/").await.json();
        assert_eq!(
            [&mine["first_name"], &mine["last_name"], &mine["profile"]["company_name"]],
            [&json!("Jane"), &json!("Doe"), &json!("Acme")]
        );
    }
}
