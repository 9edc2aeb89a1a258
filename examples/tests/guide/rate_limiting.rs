use std::time::Duration;

use rest_auth_examples::rate_limiting::accounts;
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../rate-limiting/rest-auth.toml");

#[tokio::test]
async fn a_sixth_login_within_a_minute_is_refused() {
    for app in both(accounts, TOML).await {
        app.user("jane", PASSWORD).await;
        let client = || app.client().from_address("198.51.100.7");
        for _ in 0..5 {
            assert_eq!(login(&mut client(), "/login/", "jane", json!({})).await.status(), 200);
        }
        let refused = login(&mut client(), "/login/", "jane", json!({})).await;
        assert_eq!((refused.status(), refused.header("retry-after")), (429, "60"));
        // The other endpoints share a rate of their own.
        let mail = json!({ "email": "nobody@example.com" });
        assert_eq!(client().post("/password/reset/", mail).await.status(), 200);
        app.advance(Duration::from_secs(60));
        assert_eq!(login(&mut client(), "/login/", "jane", json!({})).await.status(), 200);
    }
}
