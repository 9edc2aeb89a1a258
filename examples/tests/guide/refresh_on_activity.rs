use std::time::Duration;

use rest_auth_examples::refresh_on_activity::{accounts, app};
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../refresh-on-activity/rest-auth.toml");

#[tokio::test]
async fn a_login_lasts_while_it_is_used() {
    for test in both(accounts, TOML).await {
        test.user("jane", PASSWORD).await;
        let mut client = test.client_of(app(test.auth()));
        assert_eq!(login(&mut client, "/api/auth/login/", "jane", json!({})).await.json()["refresh"], "");
        client.cookies.retain(|name, _| ["access", "refresh"].contains(&name.as_str()));

        // With less than two of its five minutes left, the access token is renewed.
        let first = client.cookies["access"].clone();
        assert_eq!(client.get("/dashboard").await.set_cookie("access"), "", "there is time");
        test.advance(Duration::from_secs(240));
        assert_eq!(client.get("/dashboard").await.line(), "200 Welcome, jane.");
        assert_ne!(client.cookies["access"], first);
        test.advance(Duration::from_secs(240));
        assert_eq!(client.get("/dashboard").await.line(), "200 Welcome, jane.");

        // An old refresh token that turns up after the grace ends the line.
        let stolen = client.clone();
        assert_eq!(client.post("/api/auth/token/refresh/", json!({})).await.status(), 200);
        test.advance(Duration::from_secs(11));
        assert_eq!(stolen.clone().post("/api/auth/token/refresh/", json!({})).await.status(), 401);
        assert_eq!(client.post("/api/auth/token/refresh/", json!({})).await.status(), 401);
    }
}
