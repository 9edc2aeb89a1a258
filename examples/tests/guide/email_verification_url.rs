use rest_auth_examples::email_verification_url::accounts;
use serde_json::json;

use crate::{both, link, signup};

const TOML: &str = include_str!("../../email-verification-url/rest-auth.toml");

#[tokio::test]
async fn the_link_leads_to_the_application() {
    for app in both(accounts, TOML).await {
        assert_eq!(app.client().post("/registration/", signup("jane", json!({}))).await.status(), 201);
        let link = link(&app).await;
        let key = link.strip_prefix("https://yourapp.com/verify-email/").expect("the page");
        let verified = app.client().post("/registration/verify-email/", json!({ "key": key })).await;
        assert_eq!(verified.line(), r#"200 {"detail":"ok"}"#);
        assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(1)]]);
    }
}
