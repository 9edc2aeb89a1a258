//! `Authorization` with other schemes than ours, and with ours in another case.

use axum::Router;
use axum::routing::get;
use serde_json::json;

use super::{COOKIES, JANE, logged_in, text};
use crate::current_user::CurrentUser;
use crate::testing::{TestApp, each_database};

/// Headers without credentials of ours: a proxy's credentials, and empty ones.
const OTHERS: [&str; 6] = [
    "Basic c3RhZ2luZzpzZWNyZXQ=",
    "Digest username=\"staging\", realm=\"x\"",
    "Negotiate YII=",
    "bearertoken",
    "",
    "AWS4-HMAC-SHA256 Credential=x",
];

#[each_database]
async fn a_header_of_another_scheme_does_not_hide_the_cookie() {
    let (app, client, _) = logged_in(COOKIES).await;
    let hello = Router::new()
        .route("/hello", get(async |user: CurrentUser| format!("Hello {}", user.username)))
        .layer(app.auth().layer());
    for other in OTHERS {
        let mut at_a_handler = app.client_of(hello.clone()).header("authorization", other);
        at_a_handler.cookies = client.cookies.clone();
        assert_eq!(at_a_handler.get("/hello").await.line(), "200 Hello jane", "{other}");
        let mut staged = client.clone().header("authorization", other);
        assert_eq!(staged.get("/user/").await.status(), 200, "{other}");
        assert_eq!(staged.get("/forward-auth/").await.header("x-auth-user"), "jane", "{other}");
        assert_eq!(staged.post("/token/verify/", json!({ "token": client.cookies["access"] })).await.status(), 200);
        assert_eq!(staged.post("/token/refresh/", json!({})).await.status(), 200, "{other}");
        let mut stranger = app.client().header("authorization", other);
        assert_eq!(
            stranger.get("/user/").await.line(),
            r#"401 {"detail":"Authentication credentials were not provided."}"#
        );
    }
    let mut staged = client.clone().header("authorization", OTHERS[0]);
    assert_eq!(staged.post("/logout/", json!({})).await.line(), r#"200 {"detail":"Successfully logged out."}"#);
    assert!(staged.cookies.is_empty());
}

#[each_database]
async fn nor_does_it_hide_the_session_or_lift_the_guard_of_a_cookie() {
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    let mut staged = client.header("authorization", OTHERS[0]);
    assert_eq!(staged.get("/user/").await.status(), 200);
    assert_eq!(staged.patch("/user/", json!({ "first_name": "Jane" })).await.status(), 403, "a session is guarded");
    let (_app, client, _) = logged_in(&format!("{COOKIES}jwt_auth_cookie_use_csrf = true")).await;
    let mut staged = client.header("authorization", OTHERS[0]);
    assert_eq!(
        staged.patch("/user/", json!({ "first_name": "Jane" })).await.line(),
        r#"403 {"detail":"CSRF Failed: CSRF cookie not set."}"#
    );
}

#[each_database]
async fn schemes_are_compared_without_case() {
    let settings = format!("{COOKIES}[simple_jwt]\nauth_header_types = ['JWT', 'Bearer']");
    let (app, _, login) = logged_in(&settings).await;
    for scheme in ["bearer", "BEARER", "Bearer", "jwt", "JWT"] {
        let mut client = app.client().header("authorization", &format!("{scheme} {}", text(&login, "access")));
        assert_eq!(client.get("/user/").await.status(), 200, "{scheme}");
        assert_eq!(client.get("/forward-auth/").await.status(), 200, "{scheme}");
    }
    let app = TestApp::new().await;
    app.user("jane", JANE).await;
    let login = app.client().post("/login/", json!({ "username": "jane", "password": JANE })).await;
    for scheme in ["token", "TOKEN", "Token"] {
        let mut client = app.client().header("authorization", &format!("{scheme} {}", text(&login, "key")));
        assert_eq!(client.get("/user/").await.status(), 200, "{scheme}");
    }
}

#[each_database]
async fn credentials_of_ours_in_the_header_hide_the_cookie() {
    let (app, mut client, _) = logged_in(COOKIES).await;
    app.user("joe", JANE).await;
    for (header, status) in
        [("Bearer nonsense", 401), ("bearer nonsense", 401), ("bearer", 401), ("Token nonsense", 401)]
    {
        let mut both = client.clone().header("authorization", header);
        assert_eq!(both.get("/user/").await.status(), status, "{header}");
    }
    let joe = app.client().post("/login/", json!({ "username": "joe", "password": JANE })).await;
    client = client.header("authorization", &format!("bearer {}", text(&joe, "access")));
    assert_eq!(client.get("/user/").await.json()["username"], "joe");
}

#[each_database]
async fn of_several_headers_the_one_with_our_scheme_counts() {
    let (app, _, login) = logged_in(COOKIES).await;
    let mut client = app.client().header("authorization", OTHERS[0]);
    let token = format!("Bearer {}", text(&login, "access"));
    client.headers.append("authorization", token.parse().expect("a header"));
    assert_eq!(client.get("/user/").await.status(), 200);
}
