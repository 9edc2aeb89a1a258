use serde_json::json;

use crate::testing::{Client, TestApp, each_database};

async fn logged_in(app: &TestApp, username: &str) -> Client {
    app.user(username, "correct horse").await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": username, "password": "correct horse" })).await;
    client.with_csrf()
}

#[each_database]
async fn a_put_with_ones_own_name_is_no_theft() {
    let app = TestApp::new().await;
    let mut jane = logged_in(&app, "jane").await;
    let put = jane.put("/user/", json!({ "username": "Jane", "first_name": "Jane" })).await;
    assert_eq!(
        put.line(),
        r#"200 {"pk":1,"username":"Jane","email":"jane@example.com","first_name":"Jane","last_name":""}"#
    );
    assert_eq!(put.header("allow"), "GET, PUT, PATCH, HEAD, OPTIONS");
}

#[each_database]
async fn everything_wrong_is_said_at_once() {
    let app = TestApp::new().await;
    let mut jane = logged_in(&app, "jane").await;
    let patch = jane.patch("/user/", json!({ "username": "no way", "first_name": null, "last_name": [] })).await;
    assert_eq!(
        patch.line(),
        "400 {\"username\":[\"Enter a valid username. This value may contain only letters, numbers, and \
         @/./+/-/_ characters.\"],\"first_name\":[\"This field may not be null.\"],\
         \"last_name\":[\"Not a valid string.\"]}"
    );
}

#[each_database]
async fn another_sites_page_cannot_write() {
    let app = TestApp::new().await;
    let mut jane = logged_in(&app, "jane").await;
    let mut evil = jane.clone().header("origin", "https://evil.example.com");
    assert_eq!(
        evil.patch("/user/", json!({ "first_name": "Eve" })).await.line(),
        "403 {\"detail\":\"CSRF Failed: Origin checking failed - https://evil.example.com does not match any \
         trusted origins.\"}"
    );
    assert_eq!(jane.get("/user/").await.json()["first_name"], "");
}

#[each_database]
async fn of_two_who_want_one_name_one_gets_it() {
    let app = TestApp::new().await;
    let (mut jane, mut joe) = (logged_in(&app, "jane").await, logged_in(&app, "joe").await);
    for round in 0..20 {
        let name = json!({ "username": format!("wanted{round}") });
        let (first, second) = tokio::join!(jane.patch("/user/", name.clone()), joe.patch("/user/", name));
        let mut lines = [first.status(), second.status()];
        lines.sort_unstable();
        assert_eq!(lines, [200, 400], "{} {}", first.line(), second.line());
    }
}

#[tokio::test]
async fn the_host_that_a_proxy_names_counts_where_the_settings_say_so() {
    for (settings, status) in [("", 403), ("use_x_forwarded_host = true", 200)] {
        let app = TestApp::with(settings).await;
        app.user("jane", "correct horse").await;
        let mut jane = app.client();
        jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
        let jane = jane.with_csrf().header("origin", "http://app.example.com:8443");
        let answer = { jane.header("x-forwarded-host", "app.example.com:8443") }.patch("/user/", json!({})).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
    }
}
