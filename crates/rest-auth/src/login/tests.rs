use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::testing::{Answer, TestApp, each_database};

const JANE: &str = "correct horse";

#[each_database]
async fn a_login_gives_a_key_a_session_and_a_secret() {
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    let key = login.json()["key"].as_str().expect("a key").to_owned();
    assert_eq!(login.line(), format!("200 {{\"key\":\"{key}\"}}"));
    assert_eq!(login.header("content-type"), "application/json");
    assert_eq!(login.header("allow"), "POST, OPTIONS");
    assert_eq!(login.header("vary"), "Cookie");
    let session = &client.cookies["sessionid"];
    assert_eq!(
        login.set_cookie("sessionid"),
        format!(
            "sessionid={session}; HttpOnly; SameSite=Lax; Path=/; Max-Age=1209600; Expires=Fri, 16 Jan 2026 03:04:05 GMT"
        )
    );
    let secret = &client.cookies["csrftoken"];
    assert_eq!(
        login.set_cookie("csrftoken"),
        format!("csrftoken={secret}; SameSite=Lax; Path=/; Max-Age=31449600; Expires=Fri, 01 Jan 2027 03:04:05 GMT")
    );
    let by_session = client.get("/user/").await;
    let by_key = app.client().header("authorization", &format!("Token {key}")).get("/user/").await;
    assert_eq!(by_session.text(), by_key.text());
    assert_eq!(
        by_key.line(),
        r#"200 {"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}"#
    );
}

#[each_database]
async fn a_stale_token_stands_in_nobodys_way() {
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    for stale in ["Token 0123", "Token", "Bearer nonsense", "Bearer"] {
        let mut client = app.client().header("authorization", stale);
        let login = client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
        assert_eq!(login.status(), 200, "{stale}");
        assert_eq!(client.get("/user/").await.status(), 401, "{stale}");
    }
}

#[each_database]
async fn a_stale_token_does_not_hide_a_session_from_the_guard() {
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    let jane = json!({ "username": "jane", "password": JANE });
    assert_eq!(client.post("/login/", jane.clone()).await.status(), 200);
    let forged = client.header("authorization", "Token stale").post("/login/", jane).await;
    assert_eq!(forged.line(), r#"403 {"detail":"CSRF Failed: CSRF token missing."}"#);
}

#[each_database]
async fn another_applications_cookie_spoils_nothing() {
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    client.cookies.insert("theme".to_owned(), "café".to_owned());
    assert_eq!(client.get("/user/").await.status(), 200);
}

#[each_database]
async fn an_outdated_hash_is_replaced_and_a_wrong_password_replaces_nothing() {
    let app = TestApp::with("password_hashers = [{ name = 'pbkdf2_sha256', iterations = 20 }]").await;
    let jane = app.user("jane", JANE).await;
    let old = "pbkdf2_sha1$1000$somesalt$RUPdysXOMBdPp5FrGMvEVztfS7c=";
    let mut tx = app.auth().store().begin().await.expect("a transaction");
    tx.set_password(jane.id, old).await.expect("an answer");
    tx.commit().await.expect("a commit");
    let mut db = app.auth().store().connection().await.expect("a connection");
    let wrong = app.client().post("/login/", json!({ "username": "jane", "password": "wrong" })).await;
    assert_eq!(wrong.line(), r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#);
    assert_eq!(db.user_by_id(jane.id).await.expect("an answer").expect("jane").password, old);
    for _ in 0..2 {
        let mut client = app.client();
        assert_eq!(client.post("/login/", json!({ "username": "jane", "password": JANE })).await.status(), 200);
        assert_eq!(client.get("/user/").await.status(), 200, "the session holds the new hash");
        let new = db.user_by_id(jane.id).await.expect("an answer").expect("jane").password;
        assert!(new.starts_with("pbkdf2_sha256$20$"), "{new}");
    }
}

#[each_database]
async fn a_session_ends_in_time() {
    let app = TestApp::with("session_cookie_age = 60").await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    app.advance(Duration::from_secs(59));
    assert_eq!(client.get("/user/").await.status(), 200);
    app.advance(Duration::from_secs(1));
    let late = client.get("/user/").await;
    assert_eq!(late.line(), r#"401 {"detail":"Authentication credentials were not provided."}"#);
    assert_eq!(
        late.set_cookie("sessionid"),
        "sessionid=; SameSite=Lax; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    );
}

#[each_database]
async fn a_flood_is_answered_503_and_the_rest_is_served() {
    // One thread at the full cost, of a kind that has it to itself, and room for one more to wait.
    let app = TestApp::with(
        "password_hashing_threads = 1\n\
         password_hashing_queue = 1\n\
         password_hashers = [{ name = 'pbkdf2_sha1', iterations = 300000 }]",
    )
    .await;
    app.user("jane", JANE).await;
    let attempts = (0..8).map(|_| {
        let mut client = app.client();
        async move { client.post("/login/", json!({ "username": "jane", "password": "wrong" })).await }
    });
    let mut other = app.client();
    let (answers, user) = tokio::join!(futures_util::future::join_all(attempts), other.get("/user/"));
    assert_eq!(user.status(), 401);
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status() == 503).collect();
    assert!(busy.len() >= 5, "{answers:?}");
    assert_eq!(busy[0].line(), r#"503 {"detail":"The server is busy. Try again later."}"#);
    assert_eq!(busy[0].header("retry-after"), "5");
    assert!(answers.iter().all(|answer| [400, 503].contains(&answer.status())), "{answers:?}");
}

/// A thread hashes eight at once; nobody gets another's answer.
#[tokio::test]
async fn logins_at_once_are_answered_each_by_its_own_password() {
    let app = TestApp::with(
        "password_hashing_threads = 1\n\
         password_hashers = [{ name = 'pbkdf2_sha256', iterations = 20000 }]",
    )
    .await;
    for number in 0..20 {
        app.user(&format!("user{number}"), &format!("password of {number}")).await;
    }
    let attempts = (0..60).map(|attempt| {
        let (mut client, user) = (app.client(), attempt % 20);
        // The right one, another's, and nobody's.
        let password = match attempt / 20 {
            0 => format!("password of {user}"),
            1 => format!("password of {}", (user + 1) % 20),
            _ => "nobody's password".to_owned(),
        };
        async move { client.post("/login/", json!({ "username": format!("user{user}"), "password": password })).await }
    });
    let answers = futures_util::future::join_all(attempts).await;
    let statuses: Vec<_> = answers.iter().map(Answer::status).collect();
    assert_eq!(statuses, [[200; 20], [400; 20], [400; 20]].concat());
}

#[each_database]
async fn a_body_over_the_limit_is_refused() {
    let app = TestApp::with("data_upload_max_memory_size = 100").await;
    let long = json!({ "username": "x".repeat(100), "password": "x" }).to_string();
    let answer = app.client().send(Method::POST, "/login/", Some("application/json"), Body::from(long)).await;
    assert_eq!(
        answer.line(),
        r#"413 {"detail":"Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE (100 bytes)."}"#
    );
    assert_eq!(answer.header("content-type"), "application/json");
}

#[each_database]
async fn an_unknown_path_is_not_found_in_json() {
    let app = TestApp::new().await;
    let answer = app.client().get("/nothing/").await;
    assert_eq!(answer.line(), r#"404 {"detail":"Not found."}"#);
    assert_eq!(answer.header("content-type"), "application/json");
}

#[each_database]
async fn options_describe_the_fields() {
    let app = TestApp::new().await;
    let answer = app.client().send(Method::OPTIONS, "/login/", None, Body::empty()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.json()["actions"]["POST"]["email"],
        json!({ "type": "email", "required": false, "read_only": false, "label": "Email" })
    );
}
