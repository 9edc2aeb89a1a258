//! What has run out is removed, and nothing else.

use std::sync::Mutex;
use std::time::Duration;

use rest_auth::testing::{TestApp, each_database};
use serde_json::json;

#[each_database]
async fn what_has_run_out_goes_and_the_rest_stays() {
    let app = TestApp::with("session_cookie_age = 60").await;
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    for _ in 0..3 {
        app.client().post("/login/", login.clone()).await;
    }
    app.advance(Duration::from_secs(61));
    let mut last = app.client();
    last.post("/login/", login).await;
    // The clock stands at 2026-01-02 03:05:06.
    let tokens: Vec<_> = ["2026-01-02 03:05:05", "2026-01-02 03:05:06", "2026-01-02 03:05:07"]
        .iter()
        .zip(1..)
        .map(|(expires, id)| format!("({id}, 'token {id}', '2026-01-01 00:00:00', '{expires}', 1, 'jti {id}')"))
        .collect();
    for sql in [
        format!(
            "INSERT INTO token_blacklist_outstandingtoken (id, token, created_at, expires_at, user_id, jti) VALUES {}",
            tokens.join(", ")
        ),
        "INSERT INTO token_blacklist_blacklistedtoken (id, blacklisted_at, token_id) \
         VALUES (1, '2026-01-01 00:00:00', 1), (2, '2026-01-01 00:00:00', 3)"
            .to_owned(),
    ] {
        app.sql(&sql).await;
    }
    let told = Mutex::new(Vec::new());
    let flushed = app.auth().flush_expired(|so_far| told.lock().expect("a lock").push(so_far)).await.expect("done");
    assert_eq!((flushed.sessions, flushed.tokens), (3, 2));
    assert_eq!(told.into_inner().expect("a lock"), [flushed]);
    assert_eq!(app.sql("SELECT id FROM token_blacklist_outstandingtoken").await, [[json!(3)]]);
    assert_eq!(app.sql("SELECT token_id FROM token_blacklist_blacklistedtoken").await, [[json!(3)]]);
    assert_eq!(last.get("/user/").await.status(), 200, "a session that goes on goes on");
    let again = app.auth().flush_expired(|_| {}).await.expect("done");
    assert_eq!((again.sessions, again.tokens), (0, 0));
}

#[each_database]
async fn a_rotation_is_remembered_as_long_as_its_tokens_last() {
    let toml = "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\n[simple_jwt]\nrotate_refresh_tokens = true\n\
                blacklist_after_rotation = true\nreuse_detection = true\nrefresh_token_lifetime = 60";
    let app = TestApp::with(toml).await;
    app.user("jane", "correct horse").await;
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await.json();
    assert_eq!(client.post("/token/refresh/", json!({ "refresh": login["refresh"] })).await.status(), 200);
    app.advance(Duration::from_secs(59));
    let flushed = app.auth().flush_expired(|_| {}).await.expect("done");
    assert_eq!((flushed.tokens, flushed.rotations), (0, 0));
    app.advance(Duration::from_secs(2));
    let flushed = app.auth().flush_expired(|_| {}).await.expect("done");
    assert_eq!((flushed.tokens, flushed.rotations), (2, 1));
}
