use serde_json::json;

use crate::testing::{TestApp, each_database};

#[each_database]
async fn logout_takes_the_key_and_the_session() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let key = login.json()["key"].as_str().expect("a key").to_owned();
    let session = client.cookies["sessionid"].clone();
    let mut client = client.with_csrf();
    let logout = client.post("/logout/", json!({})).await;
    assert_eq!(logout.line(), r#"200 {"detail":"Successfully logged out."}"#);
    assert_eq!(
        logout.set_cookie("sessionid"),
        "sessionid=; SameSite=Lax; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    );
    client.cookies.insert("sessionid".to_owned(), session);
    assert_eq!(client.get("/user/").await.status(), 401, "the session is gone, whoever kept its key");
    let by_key = app.client().header("authorization", &format!("Token {key}")).get("/user/").await;
    assert_eq!(by_key.line(), r#"401 {"detail":"Invalid token."}"#);
}

#[each_database]
async fn without_sessions_logout_wants_a_token() {
    let app = TestApp::with("rest_auth.session_login = false").await;
    let answer = app.client().post("/logout/", json!({})).await;
    assert_eq!(
        answer.line(),
        r#"400 {"detail":"You should be logged in to logout. Check whether the token is passed."}"#
    );
}
