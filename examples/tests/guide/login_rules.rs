use rest_auth_examples::login_rules::accounts;
use serde_json::{Value, json};

use crate::{PASSWORD, login, receiver};

const TOML: &str = include_str!("../../login-rules/rest-auth.toml");

/// The rule of `main.rs`, as whoever is asked has it.
fn is_member(data: &Value) -> Option<Value> {
    let organization = data["fields"]["organization"].as_str().filter(|name| !name.is_empty())?;
    let groups = data["user"]["groups"].as_array().expect("groups");
    (!groups.iter().any(|group| group == organization))
        .then(|| json!({ "organization": ["You are not a member of this organization."] }))
}

#[tokio::test]
async fn only_members_log_in_to_an_organization() {
    for app in receiver::both(accounts, TOML, is_member).await {
        app.user("jane", PASSWORD).await;
        let mut jane = app.client();
        let at_acme = json!({ "organization": "Acme" });
        assert_eq!(
            login(&mut jane, "/login/", "jane", at_acme.clone()).await.line(),
            r#"400 {"organization":["You are not a member of this organization."]}"#
        );
        assert!(jane.cookies.is_empty(), "nobody was let in");
        assert_eq!(login(&mut app.client(), "/login/", "jane", json!({})).await.status(), 200);
        app.sql("INSERT INTO auth_group (id, name) VALUES (1, 'Acme')").await;
        app.sql("INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)").await;
        assert_eq!(login(&mut jane, "/login/", "jane", at_acme).await.status(), 200);
    }
}
