use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::testing::{TestApp, each_database};

#[each_database]
async fn a_proxy_learns_who_sends_a_request() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    for sql in [
        "UPDATE auth_user SET username = 'jané'",
        "INSERT INTO auth_group (id, name) VALUES (1, 'Staff'), (2, 'a, b'), (3, 'Others')",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1), (1, 2)",
    ] {
        app.sql(sql).await;
    }
    let mut jane = app.client();
    let key = jane.post("/login/", json!({ "username": "jané", "password": "correct horse" })).await.json();
    // By the session, and by a key; the proxy passes on what the browser accepts.
    let key = format!("Token {}", key["key"].as_str().expect("a key"));
    for mut client in [jane.header("accept", "text/html"), app.client().header("authorization", &key)] {
        let answer = client.send(Method::GET, "/forward-auth/", None, Body::empty()).await;
        assert_eq!(answer.line(), "200 ");
        let said = ["x-auth-user", "x-auth-email", "x-auth-groups"].map(|name| answer.header(name).to_owned());
        let groups = said[2].split(',').map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(said[..2], ["jan%C3%A9", "jane@example.com"]);
        assert_eq!(groups, ["Staff", "a%2C b"].map(str::to_owned).into());
    }
}

#[each_database]
async fn a_stranger_gets_nothing() {
    for ways in ["'token', 'session'", "'session'", "'jwt'"] {
        let app = TestApp::with(&format!("authentication = [{ways}]")).await;
        for mut client in [app.client(), app.client().header("authorization", "Token nonsense")] {
            let answer = client.send(Method::GET, "/forward-auth/", None, Body::empty()).await;
            assert_eq!(answer.line(), r#"401 {"detail":"Authentication credentials were not provided."}"#);
            assert_eq!((answer.header("x-auth-user"), answer.header("www-authenticate").is_empty()), ("", false));
        }
    }
}

#[each_database]
async fn who_is_deactivated_is_a_stranger() {
    let app = TestApp::new().await;
    let user = app.user("jane", "correct horse").await;
    let mut jane = app.client();
    jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(jane.get("/forward-auth/").await.status(), 200);
    app.auth().users().set_active(&user, false).await.expect("done");
    assert_eq!(jane.get("/forward-auth/").await.status(), 401);
}

#[each_database]
async fn tokens_in_a_header_or_a_cookie_are_as_good() {
    let toml = "[rest_auth]\nuse_jwt = true\nsession_login = false\njwt_auth_cookie = 'access'\n";
    let app = TestApp::with(toml).await;
    app.user("jane", "correct horse").await;
    let mut browser = app.client();
    let login = browser.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await.json();
    let token = format!("Bearer {}", login["access"].as_str().expect("a token"));
    for mut client in [browser, app.client().header("authorization", &token)] {
        assert_eq!(client.get("/forward-auth/").await.header("x-auth-user"), "jane");
    }
    app.advance(std::time::Duration::from_secs(301));
    assert_eq!(app.client().header("authorization", &token).get("/forward-auth/").await.status(), 401);
}

#[tokio::test]
async fn a_browser_is_sent_to_the_login_page_and_a_program_is_not() {
    let app = TestApp::with("[forward_auth]\nlogin_url = 'https://app.example.com/login?next={url}'").await;
    let page = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
    let location = "https://app.example.com/login?next=https%3A%2F%2Fwiki.example.com%2Fa%3Fb%3Dc%26d";
    let asked = |client: crate::testing::Client| {
        let client = client.header("x-forwarded-host", "wiki.example.com").header("x-forwarded-uri", "/a?b=c&d");
        client.header("x-forwarded-proto", "https")
    };
    for (accept, mode, status) in
        [(page, "navigate", 302), (page, "", 302), (page, "cors", 401), ("application/json", "", 401), ("*/*", "", 401)]
    {
        let mut client = asked(app.client().header("accept", accept));
        if !mode.is_empty() {
            client = client.header("sec-fetch-mode", mode);
        }
        let answer = client.send(Method::GET, "/forward-auth/", None, Body::empty()).await;
        let sent_to = if status == 302 { location } else { "" };
        assert_eq!((answer.status(), answer.header("location")), (status, sent_to), "{accept} {mode}");
    }
    let script = asked(app.client().header("accept", page).header("x-requested-with", "XMLHttpRequest"));
    let answer = { script }.send(Method::GET, "/forward-auth/", None, Body::empty()).await;
    assert_eq!(answer.line(), r#"401 {"detail":"Authentication credentials were not provided."}"#);
}

#[tokio::test]
async fn a_preflight_passes_by_the_header_that_is_trusted_and_by_no_other() {
    let preflight = |client: crate::testing::Client| {
        let client = client.header("origin", "https://app.example.com").header("x-auth-user", "root");
        client.header("access-control-request-method", "POST")
    };
    let app = TestApp::with("[forward_auth]\nmethod_header = 'X-Forwarded-Method'").await;
    let mut client = preflight(app.client()).header("x-forwarded-method", "OPTIONS");
    let answer = client.get("/forward-auth/").await;
    assert_eq!((answer.line().as_str(), answer.header("x-auth-user")), ("200 ", ""));
    for mut client in [
        preflight(app.client()).header("x-forwarded-method", "POST"),
        preflight(app.client()).header("x-original-method", "OPTIONS"),
        app.client().header("x-forwarded-method", "OPTIONS"),
    ] {
        assert_eq!(client.get("/forward-auth/").await.status(), 401);
    }
    let app = TestApp::new().await;
    let mut client = preflight(app.client()).header("x-forwarded-method", "OPTIONS");
    assert_eq!(client.get("/forward-auth/").await.status(), 401, "unless the settings name it");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refused = |toml: &str| crate::Settings::from_toml(toml).expect_err("a misfit").to_string();
    for (toml, problem) in [
        ("login_url = 'login'", "forward_auth.login_url: \"login\" is neither an address nor a path"),
        ("login_url = '//evil.example'", "forward_auth.login_url: \"//evil.example\" is neither"),
        ("method_header = 'a b'", "forward_auth.method_header: \"a b\" is not the name of a header"),
    ] {
        let toml = format!("[forward_auth]\n{toml}");
        assert!(refused(&toml).contains(problem), "{problem:?} is not in {}", refused(&toml));
    }
}
