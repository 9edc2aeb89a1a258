use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rest_auth::Settings;
use rest_auth::testing::TestApp;
use rest_auth_examples::claims::{accounts, may_publish};
use serde_json::{Value, json};

use crate::{PASSWORD, both, login};

const TOML: &str = include_str!("../../claims/rest-auth.toml");

fn claims(token: &Value) -> Value {
    let claims = token.as_str().and_then(|token| token.split('.').nth(1)).expect("a token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("claims")
}

#[tokio::test]
async fn tokens_say_who_their_user_is() {
    for app in both(accounts, TOML).await {
        in_a_group(&app).await;
        let tokens = login(&mut app.client(), "/login/", "jane", json!({})).await.json();
        for token in ["access", "refresh"] {
            let claims = claims(&tokens[token]);
            let own = [&claims["username"], &claims["email"], &claims["groups"]];
            assert_eq!(own, [&json!("jane"), &json!("jane@example.com"), &json!(["Editors"])]);
        }
    }
}

#[tokio::test]
async fn a_function_computes_more() {
    let app = TestApp::built(Settings::default(), |builder| accounts(builder).claims(may_publish)).await;
    in_a_group(&app).await;
    let tokens = login(&mut app.client(), "/login/", "jane", json!({})).await.json();
    assert_eq!(claims(&tokens["access"])["may_publish"], true);
}

async fn in_a_group(app: &TestApp) {
    app.user("jane", PASSWORD).await;
    app.sql("INSERT INTO auth_group (id, name) VALUES (1, 'Editors')").await;
    app.sql("INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)").await;
}
