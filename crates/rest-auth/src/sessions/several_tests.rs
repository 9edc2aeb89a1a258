//! Two session cookies, and two CSRF cookies.

use std::time::Duration;

use serde_json::json;

use crate::testing::{Client, TestApp, each_database};

const PASSWORD: &str = "correct horse";

async fn session(app: &TestApp, name: &str) -> (String, String) {
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": name, "password": PASSWORD })).await;
    assert_eq!(login.status(), 200);
    (format!("sessionid={}", client.cookies["sessionid"]), client.cookies["csrftoken"].clone())
}

fn sending(app: &TestApp, cookies: &[&str]) -> Client {
    app.client().header("cookie", &cookies.join("; "))
}

#[each_database]
async fn the_latest_session_that_logs_somebody_in_counts() {
    let app = TestApp::new().await;
    app.user("jane", PASSWORD).await;
    app.user("joe", PASSWORD).await;
    let (stale, _) = session(&app, "jane").await;
    app.advance(Duration::from_secs(60));
    let (new, token) = session(&app, "joe").await;
    let short = "sessionid=x";
    let gone = "sessionid=abcdefghijklmnopqrstuvwxyz012345";
    for cookies in [[&stale[..], &new], [&new, &stale], [short, &new], [&new, short], [gone, &new], [&new, gone]] {
        let answer = sending(&app, &cookies).get("/user/").await;
        assert_eq!(answer.json()["username"], "joe", "{cookies:?}");
        assert!(answer.cookies().is_empty(), "the good one is not removed");
    }
    // A user who is not active is not logged in by the latest session.
    app.sql("UPDATE auth_user SET is_active = false WHERE username = 'joe'").await;
    assert_eq!(sending(&app, &[&new, &stale]).get("/user/").await.json()["username"], "jane");
    app.sql("UPDATE auth_user SET is_active = true WHERE username = 'joe'").await;
    // Logout ends both.
    let csrf = format!("csrftoken={token}");
    let mut client = sending(&app, &[&stale, &new, &csrf]).header("x-csrftoken", &token);
    assert_eq!(client.post("/logout/", json!({})).await.status(), 200);
    assert_eq!(app.sql("SELECT count(*) FROM django_session").await, [[0]]);
    let answer = sending(&app, &[&stale, &new]).get("/user/").await;
    assert_eq!(answer.status(), 401);
    assert!(answer.set_cookie("sessionid").contains("Max-Age=0"), "cookies that are worth nothing are removed");
}

#[each_database]
async fn a_login_ends_every_session_that_came() {
    let app = TestApp::new().await;
    app.user("jane", PASSWORD).await;
    let (one, token) = session(&app, "jane").await;
    let (two, _) = session(&app, "jane").await;
    let csrf = format!("csrftoken={token}");
    let mut client = sending(&app, &[&one, &two, &csrf]).header("x-csrftoken", &token);
    let login = client.post("/login/", json!({ "username": "jane", "password": PASSWORD })).await;
    assert_eq!(login.status(), 200, "{}", login.text());
    assert_eq!(app.sql("SELECT count(*) FROM django_session").await, [[1]]);
}

#[each_database]
async fn the_secret_of_any_cookie_may_be_repeated() {
    let app = TestApp::new().await;
    app.user("jane", PASSWORD).await;
    let (session, token) = session(&app, "jane").await;
    let other = "a".repeat(32);
    let change = json!({ "first_name": "Jane" });
    let cookies = |first: &str, second: &str| {
        let (first, second) = (format!("csrftoken={first}"), format!("csrftoken={second}"));
        sending(&app, &[&session, &first, &second])
    };
    for mut client in
        [cookies(&token, &other), cookies(&other, &token), cookies("malformed", &token), cookies(&token, "x")]
    {
        client = client.header("x-csrftoken", &token);
        let answer = client.patch("/user/", change.clone()).await;
        assert_eq!((answer.status(), answer.cookies().len()), (200, 0), "{}", answer.text());
    }
    let wrong =
        cookies(&other, &other.to_uppercase()).header("x-csrftoken", &token).patch("/user/", change.clone()).await;
    assert_eq!(
        wrong.line(),
        r#"403 {"detail":"CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect."}"#
    );
    let malformed = cookies("x", "y").header("x-csrftoken", &token).patch("/user/", change).await;
    assert_eq!(malformed.line(), r#"403 {"detail":"CSRF Failed: CSRF cookie has incorrect length."}"#);
    assert_ne!(malformed.set_cookie("csrftoken"), "", "it is replaced");
}
