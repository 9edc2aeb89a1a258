use serde_json::{Value, json};

use super::tests::{show, token};
use crate::settings::Settings;
use crate::testing::{Answer, TestApp, each_database};
use crate::tokens::jwt;

const JANE: &str = "correct horse";

async fn logged_in(jwt: &str) -> (TestApp, Answer) {
    let app = TestApp::with(&format!(
        "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n[simple_jwt]\n{jwt}"
    ))
    .await;
    app.user("jane", JANE).await;
    let login = app.client().post("/login/", json!({ "username": "jane", "password": JANE })).await;
    assert_eq!(login.status(), 200, "{}", login.text());
    (app, login)
}

fn access(login: &Answer) -> String {
    login.json()["access"].as_str().expect("a token").to_owned()
}

fn part(token: &str, index: usize) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(index).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[each_database]
async fn each_algorithm_signs_and_no_other_is_believed() {
    let (_, other) = logged_in("algorithm = 'HS256'").await;
    for algorithm in ["HS384", "HS512"] {
        let (app, login) = logged_in(&format!("algorithm = '{algorithm}'")).await;
        assert_eq!(part(&access(&login), 0), json!({ "alg": algorithm, "typ": "JWT" }));
        assert_eq!(show(&app, &access(&login)).await.status(), 200);
        assert_eq!(show(&app, &access(&other)).await.status(), 401);
    }
}

#[each_database]
async fn a_signing_key_takes_the_place_of_the_secret_key() {
    let (app, login) = logged_in("signing_key = 'another key of fifty characters, or some more 01234'").await;
    assert_eq!(show(&app, &access(&login)).await.status(), 200);
    assert_eq!(show(&app, &token(&app, |_| {})).await.status(), 401);
}

#[each_database]
async fn audience_and_issuer_are_written_and_wanted() {
    let (app, login) = logged_in("audience = ['web', 'app']\nissuer = 'accounts'").await;
    let claims = part(&access(&login), 1);
    assert_eq!((&claims["aud"], &claims["iss"]), (&json!(["web", "app"]), &json!("accounts")));
    assert_eq!(show(&app, &access(&login)).await.status(), 200);
    for (audience, issuer, status) in [
        (json!("app"), json!("accounts"), 200),
        (json!(["other", "web"]), json!("accounts"), 200),
        (json!("other"), json!("accounts"), 401),
        (json!("web"), json!("others"), 401),
        (json!(null), json!("accounts"), 401),
    ] {
        let token = token(&app, |claims| {
            claims["aud"] = audience.clone();
            claims["iss"] = issuer.clone();
        });
        assert_eq!(show(&app, &token).await.status(), status, "{audience} {issuer}");
    }
    let (app, login) = logged_in("audience = 'web'").await;
    assert_eq!(part(&access(&login), 1)["aud"], "web");
    assert_eq!(show(&app, &access(&login)).await.status(), 200);
}

#[each_database]
async fn clocks_may_differ_by_the_leeway() {
    let (app, _) = logged_in("leeway = 10").await;
    let now = app.auth().now().unix_timestamp();
    for (claim, time, status) in
        [("exp", now - 9, 200), ("exp", now - 10, 401), ("nbf", now + 10, 200), ("iat", now + 11, 401)]
    {
        let token = token(&app, |claims| claims[claim] = time.into());
        assert_eq!(show(&app, &token).await.status(), status, "{claim} {time}");
    }
}

#[each_database]
async fn a_token_stands_where_the_settings_say() {
    let (app, login) = logged_in("auth_header_types = ['JWT', 'Bearer']\nauth_header_name = 'HTTP_X_ACCESS'").await;
    for (header, word, status) in [
        ("x-access", "JWT", 200),
        ("x-access", "Bearer", 200),
        ("x-access", "bearer", 200),
        ("x-access", "jwt", 200),
        ("x-access", "Token", 401),
        ("authorization", "JWT", 401),
    ] {
        let mut client = app.client().header(header, &format!("{word} {}", access(&login)));
        let answer = client.get("/user/").await;
        assert_eq!(answer.status(), status, "{header} {word}");
        assert!(status == 200 || answer.header("www-authenticate") == "JWT realm=\"api\"");
    }
}

#[each_database]
async fn claims_have_the_names_of_the_settings() {
    let (app, login) = logged_in(
        "user_id_field = 'username'\nuser_id_claim = 'sub'\ntoken_type_claim = 'use'\njti_claim = 'id'\n\
         check_revoke_token = true\nrevoke_token_claim = 'hash'",
    )
    .await;
    let claims = part(&access(&login), 1);
    let names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["use", "exp", "iat", "id", "sub", "hash"]);
    assert_eq!((&claims["use"], &claims["sub"]), (&json!("access"), &json!("jane")));
    assert_eq!(show(&app, &access(&login)).await.status(), 200);
}

#[each_database]
async fn a_changed_password_ends_access_tokens() {
    let (app, login) = logged_in("check_revoke_token = true").await;
    let jane = app.auth().users().find("jane").await.expect("an answer").expect("jane");
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    tx.set_password(jane.id, "pbkdf2_sha256$1$salt$hash").await.expect("done");
    tx.commit().await.expect("a commit");
    assert_eq!(
        show(&app, &access(&login)).await.line(),
        r#"401 {"detail":"The user's password has been changed.","code":"password_changed"}"#
    );
    // What Python makes of that hash.
    let token = token(&app, |claims| claims["hash_password"] = "BC95F864A6EFB05AC2AC3A2490463C9A".into());
    assert_eq!(show(&app, &token).await.status(), 200);
}

#[each_database]
async fn who_is_not_active_is_refused_unless_the_settings_say_otherwise() {
    for (setting, line) in [("true", r#"401 {"detail":"User is inactive","code":"user_inactive"}"#), ("false", "200 ")]
    {
        let (app, login) = logged_in(&format!("check_user_is_active = {setting}")).await;
        app.sql("UPDATE auth_user SET is_active = false").await;
        assert!(show(&app, &access(&login)).await.line().starts_with(line));
    }
}

#[each_database]
async fn what_cannot_work_together_is_refused() {
    let on = "[rest_auth]\nuse_jwt = true\n";
    for (settings, path) in [
        (format!("{on}jwt_auth_cookie = 'a'\njwt_auth_refresh_cookie = 'a'"), "rest_auth.jwt_auth_refresh_cookie"),
        (format!("{on}jwt_auth_cookie = 'sessionid'"), "rest_auth.jwt_auth_cookie"),
        (format!("{on}jwt_auth_cookie = 'a'\njwt_auth_samesite = 'None'"), "rest_auth.jwt_auth_samesite"),
        (format!("authentication = ['token']\n{on}"), "authentication"),
        (format!("{on}[simple_jwt]\nrefresh_on_activity = 60"), "simple_jwt.refresh_on_activity"),
        ("[simple_jwt]\nreuse_grace = 10".to_owned(), "simple_jwt.reuse_grace"),
        ("[simple_jwt]\nreuse_detection = true".to_owned(), "simple_jwt.reuse_detection"),
        ("[simple_jwt]\naccess_token_lifetime = 0".to_owned(), "simple_jwt.access_token_lifetime"),
        ("[simple_jwt]\njti_claim = 'user_id'".to_owned(), "simple_jwt.jti_claim"),
        ("[simple_jwt]\nauth_header_types = []".to_owned(), "simple_jwt.auth_header_types"),
        ("[simple_jwt]\nalgorithm = 'none'".to_owned(), "simple_jwt.algorithm"),
    ] {
        let misfits = Settings::from_toml(&settings).expect_err(&settings).0;
        assert!(misfits.iter().any(|misfit| misfit.path == path), "{settings}: {misfits:?}");
    }
    let notes = Settings::from_toml("[simple_jwt]\nsliding_token_lifetime = 300").expect("settings").notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn no_altered_token_is_accepted() {
    use proptest::prelude::*;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::new());
    let good = token(&app, |_| {});
    assert!(jwt::read(app.auth(), good.as_bytes(), jwt::claims::Kind::Access).is_ok());
    let read = |token: &[u8]| jwt::decode(app.auth(), token).is_ok();
    proptest!(ProptestConfig::with_cases(2000), |(at in 0..good.len(), byte in any::<u8>(), cut in any::<bool>())| {
        let mut altered = good.clone().into_bytes();
        if cut { altered.remove(at); } else { altered[at] = byte; }
        prop_assume!(altered != good.as_bytes());
        prop_assert!(!read(&altered));
        let mut longer = good.clone().into_bytes();
        longer.insert(at, byte);
        prop_assert!(!read(&longer));
    });
    proptest!(|(claims in "\\PC{0,60}", header in "\\PC{0,40}", signature in prop::collection::vec(any::<u8>(), 0..40))| {
        use base64::Engine;
        let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let made = [base64.encode(header), base64.encode(claims), base64.encode(signature)].join(".");
        prop_assert!(!read(made.as_bytes()));
    });
}
