//! Two cookies of one name in any order, as after a change of path or domain.

use std::time::Duration;

use serde_json::json;

use super::{BODY, COOKIES, JANE, ROTATE, logged_in, text};
use crate::testing::{Answer, Client, TestApp, each_database};

const LOGIN: &str = "/login/";

/// A client that sends these cookies.
fn sending(app: &TestApp, cookies: &[&str]) -> Client {
    app.client().header("cookie", &cookies.join("; "))
}

/// Both orders.
fn orders<'a>(first: &'a str, second: &'a str) -> [[&'a str; 2]; 2] {
    [[first, second], [second, first]]
}

async fn login(app: &TestApp, name: &str) -> (String, String) {
    let mut client = app.client();
    let answer = client.post(LOGIN, json!({ "username": name, "password": JANE })).await;
    assert_eq!(answer.status(), 200);
    (format!("access={}", client.cookies["access"]), format!("refresh={}", client.cookies["refresh"]))
}

fn set(answer: &Answer, name: &str) -> String {
    let cookies = answer.cookies();
    cookies
        .iter()
        .find(|cookie| cookie.name() == name)
        .map(|cookie| format!("{name}={}", cookie.value()))
        .expect("a cookie")
}

#[each_database]
async fn the_newest_access_token_that_is_good_counts() {
    let app = TestApp::with(COOKIES).await;
    app.user("jane", JANE).await;
    app.user("joe", JANE).await;
    let (stale, _) = login(&app, "jane").await;
    app.advance(Duration::from_secs(60));
    let (new, _) = login(&app, "joe").await;
    for cookies in orders(&stale, &new) {
        assert_eq!(sending(&app, &cookies).get("/user/").await.json()["username"], "joe");
        assert_eq!(sending(&app, &cookies).get("/forward-auth/").await.header("x-auth-user"), "joe");
    }
    for bad in ["access=nonsense", "access=", "access=a.b.c"] {
        for cookies in orders(bad, &stale) {
            assert_eq!(sending(&app, &cookies).get("/user/").await.json()["username"], "jane");
        }
    }
    // First the stale token expires; then the user of the new token may not log in.
    app.advance(Duration::from_secs(241));
    let (fresh, _) = login(&app, "jane").await;
    for cookies in orders(&stale, &fresh) {
        assert_eq!(sending(&app, &cookies).get("/user/").await.json()["username"], "jane");
    }
    app.sql("UPDATE auth_user SET is_active = false WHERE username = 'jane'").await;
    for cookies in orders(&fresh, &new) {
        assert_eq!(sending(&app, &cookies).get("/user/").await.json()["username"], "joe");
    }
    app.advance(Duration::from_secs(301));
    assert_eq!(sending(&app, &[&stale, &new]).get("/user/").await.status(), 401);
}

#[each_database]
async fn a_refresh_takes_the_one_that_is_in_force() {
    let app = TestApp::with(&format!("{COOKIES}{ROTATE}reuse_detection = true\n")).await;
    app.user("jane", JANE).await;
    let (_, stale) = login(&app, "jane").await;
    app.advance(Duration::from_secs(1));
    let refreshed = sending(&app, &[&stale]).post("/token/refresh/", json!({})).await;
    let mut newest = set(&refreshed, "refresh");
    // The stale token is spent, and each request still sends it.
    for turn in 0..4 {
        let cookies = orders(&stale, &newest)[turn % 2];
        let refreshed = sending(&app, &cookies).post("/token/refresh/", json!({})).await;
        assert_eq!(refreshed.status(), 200, "{}", refreshed.text());
        newest = set(&refreshed, "refresh");
    }
    let logout = sending(&app, &[&newest, &stale]).post("/logout/", json!({})).await;
    assert_eq!(logout.line(), r#"200 {"detail":"Successfully logged out."}"#);
    for cookies in orders(&stale, &newest) {
        let refused = sending(&app, &cookies).post("/token/refresh/", json!({})).await;
        assert_eq!(refused.line(), r#"401 {"detail":"Token is blacklisted","code":"token_not_valid"}"#);
    }
    app.advance(Duration::from_secs(1));
    let (_, again) = login(&app, "jane").await;
    for cookies in [[&stale, &newest, &again], [&again, &stale, &newest]] {
        let cookies = cookies.map(String::as_str);
        let refreshed = sending(&app, &cookies).post("/token/refresh/", json!({})).await;
        // The first request rotates the token, so the second request has no valid one.
        assert!([200, 401].contains(&refreshed.status()));
    }
}

#[each_database]
async fn a_spent_cookie_beside_a_good_one_is_no_reuse() {
    let app = TestApp::with(&format!("{COOKIES}{ROTATE}reuse_detection = true\nreuse_grace = '10s'\n")).await;
    app.user("jane", JANE).await;
    let (_, stale) = login(&app, "jane").await;
    let first = set(&sending(&app, &[&stale]).post("/token/refresh/", json!({})).await, "refresh");
    app.advance(Duration::from_secs(60));
    // Two tabs at once: the second request finds both tokens spent, and gets the first request's pair.
    let cookies = [first.as_str(), stale.as_str()];
    let one = sending(&app, &cookies).post("/token/refresh/", json!({})).await;
    let other = sending(&app, &[&stale, &first]).post("/token/refresh/", json!({})).await;
    assert_eq!((one.status(), other.status()), (200, 200), "{}", other.text());
    assert_eq!(set(&one, "refresh"), set(&other, "refresh"));
    let newest = set(&one, "refresh");
    app.advance(Duration::from_secs(60));
    assert_eq!(sending(&app, &[&stale, &newest]).post("/token/refresh/", json!({})).await.status(), 200);
}

#[each_database]
async fn every_good_one_is_ended() {
    let app = TestApp::with(COOKIES).await;
    app.user("jane", JANE).await;
    let blacklisted = "SELECT count(*) FROM token_blacklist_blacklistedtoken";
    let (_, one) = login(&app, "jane").await;
    app.advance(Duration::from_secs(1));
    let (_, two) = login(&app, "jane").await;
    let logout = sending(&app, &["refresh=nonsense", &one, &two]).post("/logout/", json!({})).await;
    assert_eq!(logout.line(), r#"200 {"detail":"Successfully logged out."}"#);
    assert_eq!(app.sql(blacklisted).await, [[2]]);
    // A refresh ends the older token, a login ends both.
    let (_, one) = login(&app, "jane").await;
    app.advance(Duration::from_secs(1));
    let (_, two) = login(&app, "jane").await;
    assert_eq!(sending(&app, &[&one, &two]).post("/token/refresh/", json!({})).await.status(), 200);
    assert_eq!(app.sql(blacklisted).await, [[3]]);
    assert_eq!(sending(&app, &[&one]).post("/token/refresh/", json!({})).await.status(), 401);
    let (_, three) = login(&app, "jane").await;
    let body = json!({ "username": "jane", "password": JANE });
    assert_eq!(sending(&app, &[&two, &three]).post(LOGIN, body.clone()).await.status(), 200);
    assert_eq!(app.sql(blacklisted).await, [[5]]);
    let (_, four) = login(&app, "jane").await;
    assert_eq!(sending(&app, &[&four]).post(LOGIN, body).await.status(), 200);
    assert_eq!(app.sql(blacklisted).await, [[5]], "a single one is left alone, as the reference does");
}

#[each_database]
async fn one_cookie_costs_no_further_statement() {
    let (app, mut client, login) = logged_in(&format!("{COOKIES}{ROTATE}")).await;
    let _ = app.statements();
    assert_eq!(client.get("/user/").await.status(), 200);
    assert_eq!(client.post("/token/refresh/", json!({})).await.status(), 200);
    let by_cookie = app.statements();
    let (other, mut bearer, login) = {
        drop(login);
        logged_in(&format!("{BODY}{ROTATE}")).await
    };
    let _ = other.statements();
    let mut by_header = bearer.clone().header("authorization", &format!("Bearer {}", text(&login, "access")));
    assert_eq!(by_header.get("/user/").await.status(), 200);
    assert_eq!(bearer.post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await.status(), 200);
    assert_eq!(by_cookie, other.statements(), "what a token in a header or a body costs");
}
