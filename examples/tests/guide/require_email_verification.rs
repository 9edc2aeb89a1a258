use rest_auth_examples::require_email_verification::accounts;
use serde_json::json;

use crate::{both, link, login, signup};

const TOML: &str = include_str!("../../require-email-verification/rest-auth.toml");

#[tokio::test]
async fn nobody_logs_in_before() {
    for app in both(accounts, TOML).await {
        let mut jane = app.client();
        assert_eq!(
            jane.post("/registration/", signup("jane", json!({}))).await.line(),
            r#"201 {"detail":"Verification e-mail sent."}"#
        );
        assert_eq!(
            login(&mut jane, "/login/", "jane", json!({})).await.line(),
            r#"400 {"non_field_errors":["E-mail is not verified."]}"#
        );
        let link = link(&app).await;
        let key = link.strip_prefix("https://yourapp.com/verify-email/").expect("the page");
        assert_eq!(jane.post("/registration/verify-email/", json!({ "key": key })).await.status(), 200);
        assert_eq!(login(&mut jane, "/login/", "jane", json!({})).await.status(), 200);
    }
}
