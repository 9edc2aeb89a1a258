//! One server for browsers, whose tokens are in cookies, and for apps, which have them in the body.

use axum::http::HeaderMap;
use rest_auth::testing::{Answer, TestApp, each_database};
use rest_auth::{Settings, TokenTransport};
use serde_json::{Value, json};

const SETTINGS: &str = "[rest_auth]\nuse_jwt = true\nsession_login = false\njwt_auth_cookie = 'access'\n\
    jwt_auth_refresh_cookie = 'refresh'\njwt_transport_header = 'X-Token-Transport'\n\
    [simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\n";

fn credentials() -> Value {
    json!({ "username": "jane", "password": "correct horse" })
}

fn assert_in_body(answer: &Answer, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.cookies().len(), 0);
    for name in ["access", "refresh"] {
        assert_eq!(answer.json()[name].as_str().map(|token| token.split('.').count()), Some(3), "{name}");
    }
}

#[each_database]
async fn an_app_has_its_tokens_in_the_body_and_a_browser_in_cookies() {
    let app = TestApp::with(SETTINGS).await;
    app.user("jane", "correct horse").await;
    let mut phone = app.client().header("x-token-transport", "body");
    let login = phone.post("/login/", credentials()).await;
    assert_in_body(&login, 200);
    let refresh = phone.post("/token/refresh/", json!({ "refresh": login.json()["refresh"] })).await;
    assert_in_body(&refresh, 200);
    let form = json!({ "username": "joe", "password1": "a long password", "password2": "a long password" });
    assert_in_body(&phone.post("/registration/", form).await, 201);
    let token = refresh.json()["access"].as_str().map(|token| format!("Bearer {token}")).expect("a token");
    assert_eq!(app.client().header("authorization", &token).get("/user/").await.status(), 200);
    let logout = phone.post("/logout/", json!({ "refresh": refresh.json()["refresh"] })).await;
    assert_eq!(logout.line(), r#"200 {"detail":"Successfully logged out."}"#);

    let mut browser = app.client().header("origin", "http://testserver").header("sec-fetch-site", "same-origin");
    let login = browser.post("/login/", credentials()).await;
    assert_eq!((login.status(), login.cookies().len(), &login.json()["refresh"]), (200, 2, &json!("")));
}

#[each_database]
async fn a_page_gets_nothing_that_it_could_carry_away() {
    let app = TestApp::with(SETTINGS).await;
    app.user("jane", "correct horse").await;
    let mut victim = app.client();
    victim.post("/login/", credentials()).await;
    let refused = r#"403 {"detail":"Tokens are not given to a browser in the body."}"#;
    // A script in the page can add the header, but cannot leave out what the browser adds, nor the cookies.
    let mut script = victim.clone().header("x-token-transport", "body");
    assert_eq!(script.post("/token/refresh/", json!({})).await.line(), refused);
    for (name, value) in [
        ("origin", "http://testserver"),
        ("origin", "null"),
        ("origin", "capacitor://localhost"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-dest", "empty"),
        ("referer", "http://x/"),
    ] {
        let mut script = app.client().header("x-token-transport", "body").header(name, value);
        assert_eq!(script.post("/login/", credentials()).await.line(), refused, "{name}");
    }
    let rows = app.sql("SELECT count(*) FROM token_blacklist_blacklistedtoken").await;
    assert_eq!(rows, [[0]], "and the token of the cookie is as good as before");
    assert_eq!(victim.post("/token/refresh/", json!({})).await.status(), 200);
}

#[each_database]
async fn a_program_is_not_taken_for_a_browser() {
    let app = TestApp::with(SETTINGS).await;
    app.user("jane", "correct horse").await;
    for headers in [
        // Node, Deno, Bun, a worker of Cloudflare, React Native on Android and on iOS.
        &[("user-agent", "node"), ("accept", "*/*"), ("accept-language", "*"), ("sec-fetch-mode", "cors")][..],
        &[("user-agent", "Deno/2.1.4"), ("accept-language", "*")],
        &[("user-agent", "Bun/1.2.0"), ("connection", "keep-alive")],
        &[("cf-worker", "example.com"), ("cf-ray", "8f"), ("cf-connecting-ip", "2a06:98c0:3600::103")],
        &[("user-agent", "okhttp/4.12.0"), ("accept", "application/json, text/plain, */*")],
        &[("user-agent", "Example/1 CFNetwork/1568.200.51 Darwin/24.1.0"), ("accept-language", "en-GB,en;q=0.9")],
    ] {
        let client = app.client().header("x-token-transport", "body");
        let mut client = headers.iter().fold(client, |client, (name, value)| client.header(name, value));
        let login = client.post("/login/", credentials()).await;
        assert_in_body(&login, 200);
        let refresh = json!({ "refresh": login.json()["refresh"] });
        assert_in_body(&client.post("/token/refresh/", refresh).await, 200);
    }
}

#[each_database]
async fn the_web_view_of_an_app_that_the_settings_name_has_its_tokens_in_the_body() {
    let origins = "jwt_app_origins = ['capacitor://localhost', 'https://localhost', 'tauri://localhost']\n[simple_jwt]";
    let app = TestApp::with(&SETTINGS.replace("[simple_jwt]", origins)).await;
    app.user("jane", "correct horse").await;
    let view = |origin: &str| {
        let client = app.client().header("x-token-transport", "body").header("origin", origin);
        client.header("sec-fetch-site", "cross-site").header("referer", "https://localhost/")
    };
    for origin in ["capacitor://localhost", "https://localhost", "tauri://localhost"] {
        assert_in_body(&view(origin).post("/login/", credentials()).await, 200);
    }
    // A version of the app that had cookies may have left some.
    let mut old = view("https://localhost").header("cookie", "access=x; refresh=y");
    assert_in_body(&old.post("/login/", credentials()).await, 200);
    for origin in
        ["https://localhost:8080", "http://localhost", "https://localhost.example.com", "null", "https://LOCALHOST"]
    {
        assert_eq!(view(origin).post("/login/", credentials()).await.status(), 403, "{origin}");
    }
    let mut without = app.client().header("x-token-transport", "body").header("referer", "https://localhost/");
    assert_eq!(without.post("/login/", credentials()).await.status(), 403, "a page may hide its origin, not claim one");
}

#[each_database]
async fn a_function_may_choose() {
    let settings = Settings::from_toml(SETTINGS).expect("settings").settings;
    let choose = |headers: &HeaderMap| match headers.get("user-agent") {
        Some(agent) if agent.as_bytes().starts_with(b"OurApp/") => TokenTransport::Body,
        _ => TokenTransport::Settings,
    };
    let app = TestApp::built(settings, |builder| builder.token_transport(choose)).await;
    app.user("jane", "correct horse").await;
    let login = app.client().header("user-agent", "OurApp/1.0").post("/login/", credentials()).await;
    assert_in_body(&login, 200);
    let login = app.client().header("user-agent", "curl").post("/login/", credentials()).await;
    assert_eq!(login.cookies().len(), 2);
}

#[each_database(Sqlite)]
async fn without_the_setting_the_header_means_nothing() {
    let app = TestApp::with(&SETTINGS.replace("jwt_transport_header = 'X-Token-Transport'\n", "")).await;
    app.user("jane", "correct horse").await;
    let login = app.client().header("x-token-transport", "body").post("/login/", credentials()).await;
    assert_eq!((login.cookies().len(), &login.json()["refresh"]), (2, &json!("")));
}
