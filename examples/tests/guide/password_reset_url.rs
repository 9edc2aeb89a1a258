use rest_auth_examples::password_reset_url::accounts;
use serde_json::json;

use crate::{PASSWORD, both, link, login};

const TOML: &str = include_str!("../../password-reset-url/rest-auth.toml");

#[tokio::test]
async fn the_link_leads_to_the_application() {
    for app in both(accounts, TOML).await {
        app.user("jane", "forgotten").await;
        let mut jane = app.client();
        assert_eq!(jane.post("/password/reset/", json!({ "email": "jane@example.com" })).await.status(), 200);
        let link = link(&app).await;
        let path = link.strip_prefix("https://yourapp.com/reset-password/").expect("the page");
        let (uid, token) = path.split_once('/').expect("two parts");
        let body = json!({ "uid": uid, "token": token, "new_password1": PASSWORD, "new_password2": PASSWORD });
        assert_eq!(
            jane.post("/password/reset/confirm/", body).await.line(),
            r#"200 {"detail":"Password has been reset with the new password."}"#
        );
        assert_eq!(login(&mut jane, "/login/", "jane", json!({})).await.status(), 200);
    }
}
