//! A change of the password ends tokens, with `check_revoke_token`.

use serde_json::json;

use super::{BODY, COOKIES, JANE, logged_in, text};
use crate::testing::{TestApp, each_database};

const CHANGED: &str = r#"401 {"detail":"The user's password has been changed.","code":"password_changed"}"#;
const REVOKE: &str = "[simple_jwt]\ncheck_revoke_token = true\n";

async fn change_password(app: &TestApp) {
    let jane = app.auth().users().find("jane").await.expect("an answer").expect("jane");
    app.auth().users().set_password(&jane, "battery staple 9").await.expect("another password");
}

#[each_database]
async fn neither_token_outlives_the_password() {
    for rotate in
        ["", "rotate_refresh_tokens = true\n", "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n"]
    {
        let (app, _, login) = logged_in(&format!("{BODY}{REVOKE}{rotate}")).await;
        let (access, refresh) = (text(&login, "access"), text(&login, "refresh"));
        change_password(&app).await;
        let mut client = app.client().header("authorization", &format!("Bearer {access}"));
        assert_eq!(client.get("/user/").await.line(), CHANGED);
        for _ in 0..2 {
            let answer = app.client().post("/token/refresh/", json!({ "refresh": refresh })).await;
            assert_eq!(answer.line(), CHANGED, "{rotate}");
        }
        for token in [&access, &refresh] {
            let answer = app.client().post("/token/verify/", json!({ "token": token })).await;
            assert_eq!(answer.line(), CHANGED, "{rotate}");
        }
    }
}

#[each_database]
async fn a_refresh_token_that_was_made_without_a_fingerprint_gives_no_useless_access_token() {
    let (before, _, login) = logged_in(BODY).await;
    let (after, _, _) = logged_in(&format!("{BODY}{REVOKE}")).await;
    assert_eq!(before.auth().secret_key(), after.auth().secret_key());
    let answer = after.client().post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await;
    assert_eq!(answer.line(), CHANGED);
}

#[each_database]
async fn without_the_setting_tokens_stay() {
    let (app, _, login) = logged_in(BODY).await;
    change_password(&app).await;
    let answer = app.client().post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await;
    assert_eq!(answer.status(), 200);
    let answer = app.client().post("/token/verify/", json!({ "token": text(&login, "access") })).await;
    assert_eq!(answer.line(), "200 {}");
}

#[each_database]
async fn a_cookie_is_not_renewed_beyond_the_password() {
    let settings = format!("{COOKIES}{REVOKE}").replace("session_login = true", "session_login = false");
    let (app, mut client, _) = logged_in(&settings).await;
    assert_eq!(client.post("/token/refresh/", json!({})).await.status(), 200);
    change_password(&app).await;
    assert_eq!(client.post("/token/refresh/", json!({})).await.line(), CHANGED);
    assert_eq!(client.post("/login/", json!({ "username": "jane", "password": JANE })).await.status(), 400);
}
