//! Claims of the application's own, from the settings and from a function.

use std::sync::{Arc, Mutex};

use base64::Engine;
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Auth, Settings, TokenHolder};
use serde_json::{Value, json};

const CHEAP: &str = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 1000 }]\n";
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
        ("exp = 'user.pk'", "claims.exp: the server itself writes the claim \"exp\""),
        ("user_id = 'user.email'", "claims.user_id: the server itself writes the claim \"user_id\""),
        ("sub = 'user.groups'", "claims.sub: must be a text in every token, but user.groups is not"),
        ("hash = 'user.password'", "unknown variant: found `user.password`"),
    ] {
        let error = Settings::from_toml(&format!("[claims]\n{own}")).expect_err("a misfit").to_string();
        assert!(error.contains(problem), "{error}");
    }
}

/// Every claim that a standard or SimpleJWT registers, and some unregistered ones.
const REGISTERED: [&str; 16] = [
    "sub",
    "exp",
    "iat",
    "nbf",
    "jti",
    "iss",
    "aud",
    "token_type",
    "user_id",
    "hash_password",
    "typ",
    "alg",
    "kid",
    "scope",
    "azp",
    "",
];

/// Returns the statuses of the access token of a login.
///
/// They are those at `user/`, at `token/verify/`, and after a refresh. The result is `None` if the login does not give
/// a token.
async fn statuses(app: &TestApp, auth: &Auth) -> Option<[u16; 3]> {
    let client = || app.client_of(auth.router());
    let login = client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    if login.status() != 200 {
        return None;
    }
    let shown = async |access: &Value| {
        let header = format!("Bearer {}", access.as_str().expect("a token"));
        client().header("authorization", &header).get("/user/").await.status()
    };
    let login = login.json();
    let verify = client().post("/token/verify/", json!({ "token": login["access"] })).await;
    let refresh = client().post("/token/refresh/", json!({ "refresh": login["refresh"] })).await;
    assert_eq!(refresh.status(), 200, "{}", refresh.text());
    Some([shown(&login["access"]).await, verify.status(), shown(&refresh.json()["access"]).await])
}

/// Starts a server with these settings on the app's database; `None` if it fails.
async fn beside(app: &TestApp, settings: &str) -> Option<Auth> {
    let mut settings = Settings::from_toml(settings).ok()?.settings;
    settings.media.root = app.auth().settings().media.root.clone();
    let builder = Auth::builder().settings(settings).secret_key("a key").pool(app.auth().store().pool().clone());
    Some(builder.build().await.expect("a server"))
}

#[each_database]
async fn a_claim_of_the_settings_works_or_is_refused_at_the_start() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let mut work = Vec::new();
    for name in REGISTERED {
        for value in ["user.pk", "user.username", "user.is_staff", "user.groups"] {
            let settings = format!("{CHEAP}{TOKENS}[claims]\n'{name}' = '{value}'\n");
            if let Some(auth) = beside(&app, &settings).await {
                assert_eq!(statuses(&app, &auth).await, Some([200; 3]), "{name} = {value}");
                work.push(format!("{name} = {value}"));
            }
        }
    }
    assert!(work.contains(&"sub = user.pk".to_owned()) && !work.contains(&"sub = user.groups".to_owned()), "{work:?}");
}

#[each_database]
async fn a_function_gives_claims_that_work_or_no_token() {
    let settings = Settings::from_toml(TOKENS).expect("settings").settings;
    let next = Arc::new(Mutex::new(Value::Null));
    let app = TestApp::built(settings, |builder| {
        let next = Arc::clone(&next);
        builder.claims(move |_| {
            let claims = next.lock().expect("a lock").clone();
            async move { Ok(claims) }
        })
    })
    .await;
    app.user("jane", "correct horse").await;
    let values =
        [json!(1), json!(-0.5), json!("a"), json!(""), json!(["a", 1]), json!({ "a": 1 }), json!(true), Value::Null];
    for name in REGISTERED {
        for value in &values {
            *next.lock().expect("a lock") = json!({ name: value });
            let statuses = statuses(&app, app.auth()).await;
            assert!(statuses.is_none_or(|statuses| statuses == [200; 3]), "{name} = {value}: {statuses:?}");
        }
    }
}

#[each_database]
async fn the_subject_is_a_text_as_the_standard_has_it() {
    let app = TestApp::with(&format!("{TOKENS}[claims]\nsub = 'user.pk'\n")).await;
    for claims in claims_of(&app).await {
        assert_eq!(claims["sub"], "1");
    }
    let settings = Settings::from_toml(TOKENS).expect("settings").settings;
    let number = async |holder: TokenHolder| Ok(json!({ "sub": holder.user.id.integer() }));
    let app = TestApp::built(settings, |builder| builder.claims(number)).await;
    for claims in claims_of(&app).await {
        assert_eq!(claims["sub"], "1");
    }
}

#[each_database]
async fn the_names_of_claims_work_or_are_refused_at_the_start() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    for setting in ["user_id_claim", "token_type_claim", "jti_claim", "revoke_token_claim"] {
        for name in REGISTERED {
            let settings = format!("{CHEAP}{TOKENS}[simple_jwt]\ncheck_revoke_token = true\n{setting} = '{name}'\n");
            if let Some(auth) = beside(&app, &settings).await {
                assert_eq!(statuses(&app, &auth).await, Some([200; 3]), "{setting} = {name}");
            }
        }
    }
}
