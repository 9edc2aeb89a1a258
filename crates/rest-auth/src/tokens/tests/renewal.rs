use std::time::Duration;

use axum::Router;
use axum::routing::get;

use super::{COOKIES, claims, logged_in};
use crate::current_user::CurrentUser;
use crate::testing::{Client, TestApp, each_database};

const MINUTE: Duration = Duration::from_secs(60);

/// A client of an application who has logged in.
async fn active(settings: &str) -> (TestApp, Client) {
    let (app, client, _) = logged_in(&format!("{COOKIES}[simple_jwt]\n{settings}")).await;
    let hello = Router::new()
        .route("/hello", get(async |user: CurrentUser| format!("Hello {}", user.username)))
        .layer(app.auth().layer());
    let mut other = app.client_of(hello.merge(app.auth().router()));
    other.cookies = client.cookies;
    (app, other)
}

#[each_database]
async fn an_active_client_gets_a_new_access_cookie() {
    let (app, mut client) = active("refresh_on_activity = '2m'").await;
    let refresh = client.cookies["refresh"].clone();
    app.advance(3 * MINUTE);
    let early = client.get("/hello").await;
    assert_eq!((early.line(), early.cookies().len()), ("200 Hello jane".to_owned(), 0));
    app.advance(MINUTE);
    let old = client.cookies["access"].clone();
    let renewed = client.get("/hello").await;
    assert_eq!(renewed.line(), "200 Hello jane");
    let access = client.cookies["access"].clone();
    assert_ne!(access, old);
    assert_eq!(
        renewed.set_cookie("access"),
        format!("access={access}; HttpOnly; SameSite=Lax; Path=/; Max-Age=300; Expires=Fri, 02 Jan 2026 03:13:05 GMT")
    );
    assert_eq!(client.cookies["refresh"], refresh, "which is not touched");
    app.advance(4 * MINUTE);
    assert_eq!(client.get("/hello").await.status(), 200, "the new one is good beyond the old one's end");
}

#[each_database]
async fn it_does_not_outlive_the_refresh_token() {
    let settings = "refresh_on_activity = '2m'\nrefresh_token_lifetime = '6m'";
    let (app, mut client) = active(settings).await;
    let end = claims(&client.cookies["refresh"])["exp"].clone();
    app.advance(4 * MINUTE);
    let renewed = client.get("/hello").await;
    assert!(renewed.set_cookie("access").contains("Max-Age=120;"), "{}", renewed.set_cookie("access"));
    assert_eq!(claims(&client.cookies["access"])["exp"], end);
    app.advance(MINUTE);
    assert!(client.get("/hello").await.cookies().is_empty(), "there is nothing to gain");
    app.advance(MINUTE);
    assert_eq!(client.get("/hello").await.status(), 401);
}

#[each_database]
async fn nothing_else_is_renewed() {
    // What has run out, what comes in a header, what comes without its refresh token, what was logged out.
    let (app, mut client) = active("refresh_on_activity = '2m'").await;
    app.advance(4 * MINUTE);
    let access = client.cookies["access"].clone();
    let mut by_header = client.clone().header("authorization", &format!("Bearer {access}"));
    assert!(by_header.get("/hello").await.cookies().is_empty());
    let mut alone = client.clone();
    alone.cookies.remove("refresh");
    assert!(alone.get("/hello").await.cookies().is_empty());
    client.clone().post("/logout/", serde_json::json!({})).await;
    let ended = client.get("/hello").await;
    assert_eq!((ended.status(), ended.cookies().len()), (200, 0));
    app.advance(MINUTE);
    let late = client.get("/hello").await;
    assert_eq!((late.status(), late.cookies().len()), (401, 0));
}

#[each_database]
async fn without_the_setting_nothing_is_renewed() {
    let (app, mut client) = active("").await;
    app.advance(4 * MINUTE);
    assert!(client.get("/hello").await.cookies().is_empty());
}
