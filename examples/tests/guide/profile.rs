use rest_auth_examples::profile::{accounts, app};
use serde_json::json;

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../profile/rest-auth.toml");

#[tokio::test]
async fn a_profile_is_shown_and_changed_with_the_user() {
    for test in both(accounts, TOML).await {
        test.user("jane", PASSWORD).await;
        let mut jane = test.client_of(app(test.auth()));
        login(&mut jane, "/api/auth/login/", "jane", json!({})).await;
        let mut jane = jane.with_csrf();
        assert_eq!(
            jane.get("/api/auth/user/").await.json()["profile"],
            json!({ "company_name": "", "phone_number": "", "theme": "light", "birthday": null, "bio": "" })
        );
        let changes = json!({ "profile": { "company_name": "Acme", "birthday": "1990-02-03" } });
        let patched = jane.patch("/api/auth/user/", changes).await.json();
        let profile = &patched["profile"];
        assert_eq!((&profile["company_name"], &profile["theme"]), (&json!("Acme"), &json!("light")));
        assert_eq!(
            jane.patch("/api/auth/user/", json!({ "profile": { "theme": "blue" } })).await.line(),
            r#"400 {"profile":{"theme":["\"blue\" is not a valid choice."]}}"#
        );
        assert_eq!(jane.get("/dashboard").await.line(), "200 jane of Acme");
    }
}
