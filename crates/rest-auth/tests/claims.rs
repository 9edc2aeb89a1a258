//! Claims of the application's own, from the settings and from a function.

use base64::Engine;
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Settings, TokenHolder};
use serde_json::{Value, json};

const TOKENS: &str = "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\n";

fn claims(token: &Value) -> Value {
    let body = token.as_str().and_then(|token| token.split('.').nth(1)).expect("a token");
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).expect("base64");
    serde_json::from_slice(&body).expect("claims")
}

/// The claims of a login's tokens, and of the access token of a refresh.
async fn claims_of(app: &TestApp) -> Vec<Value> {
    app.user("jane", "correct horse").await;
    for sql in [
        "INSERT INTO auth_group (id, name) VALUES (1, 'Staff'), (2, 'Editors')",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (1, 2)",
    ] {
        app.sql(sql).await;
    }
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await.json();
    let refresh = app.client().post("/token/refresh/", json!({ "refresh": login["refresh"] })).await.json();
    [&login["access"], &login["refresh"], &refresh["access"]].map(claims).to_vec()
}

#[each_database]
async fn settings_name_what_a_token_tells() {
    let own = "[claims]\nname = 'user.username'\nstaff = 'user.is_staff'\ngroups = 'user.groups'\nnumber = 'user.pk'\n";
    let app = TestApp::with(&format!("{own}{TOKENS}")).await;
    for claims in claims_of(&app).await {
        let told = ["name", "staff", "groups", "number"].map(|name| claims[name].clone());
        assert_eq!(told, [json!("jane"), json!(false), json!(["Editors", "Staff"]), json!(1)]);
    }
}

#[each_database]
async fn a_function_tells_the_rest() {
    let settings = Settings::from_toml(TOKENS).expect("settings").settings;
    let groups = async |holder: TokenHolder| Ok(json!({ "groups": holder.groups, "tenant": holder.user.email }));
    let app = TestApp::built(settings, |builder| builder.claims(groups)).await;
    for claims in claims_of(&app).await {
        assert_eq!((&claims["groups"], &claims["tenant"]), (&json!(["Editors", "Staff"]), &json!("jane@example.com")));
    }
}

#[test]
fn what_has_a_meaning_of_its_own_is_refused() {
    for (own, problem) in [
        ("exp = 'user.pk'", "claims.exp: the claim has a meaning of its own"),
        ("user_id = 'user.email'", "claims.user_id: the claim has a meaning of its own"),
        ("hash = 'user.password'", "unknown variant: found `user.password`"),
    ] {
        let error = Settings::from_toml(&format!("[claims]\n{own}")).expect_err("a misfit").to_string();
        assert!(error.contains(problem), "{error}");
    }
}
