use serde_json::json;

use super::{BODY, COOKIES, JANE, ROTATE, logged_in, text};
use crate::testing::{TestApp, each_database};

const GONE: &str = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

#[each_database]
async fn a_login_sets_both_cookies_and_hides_the_refresh_token() {
    let (_app, client, login) = logged_in(COOKIES).await;
    let (access, refresh) = (&client.cookies["access"], &client.cookies["refresh"]);
    assert_eq!(
        login.line(),
        format!(
            r#"200 {{"access":"{access}","refresh":"","user":{{"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}}}}"#
        )
    );
    assert_eq!(
        login.set_cookie("access"),
        format!("access={access}; HttpOnly; SameSite=Lax; Path=/; Max-Age=300; Expires=Fri, 02 Jan 2026 03:09:05 GMT")
    );
    assert_eq!(
        login.set_cookie("refresh"),
        format!(
            "refresh={refresh}; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400; Expires=Sat, 03 Jan 2026 03:04:05 GMT"
        )
    );
}

#[each_database]
async fn the_settings_shape_the_cookies() {
    let settings = format!(
        "{COOKIES}jwt_auth_refresh_cookie_path = '/token'\njwt_auth_secure = true\njwt_auth_httponly = false\n\
         jwt_auth_samesite = 'None'\njwt_auth_cookie_domain = 'example.com'\n\
         [simple_jwt]\naccess_token_lifetime = '1m'\nrefresh_token_lifetime = 120\n"
    );
    let (_app, mut client, login) = logged_in(&settings).await;
    let (access, refresh) = (client.cookies["access"].clone(), client.cookies["refresh"].clone());
    let shape = |path: &str| format!("SameSite=None; Secure; Path={path}; Domain=example.com; ");
    assert_eq!(
        login.set_cookie("access"),
        format!("access={access}; {}Max-Age=60; Expires=Fri, 02 Jan 2026 03:05:05 GMT", shape("/"))
    );
    assert_eq!(
        login.set_cookie("refresh"),
        format!("refresh={refresh}; {}Max-Age=120; Expires=Fri, 02 Jan 2026 03:06:05 GMT", shape("/token"))
    );
    let logout = client.post("/logout/", json!({})).await;
    assert_eq!(logout.set_cookie("access"), format!("access=; {}{GONE}", shape("/")));
    assert_eq!(logout.set_cookie("refresh"), format!("refresh=; {}{GONE}", shape("/token")));
}

#[each_database]
async fn registration_answers_as_login_does() {
    let app = TestApp::with(&format!("{COOKIES}jwt_auth_return_expiration = true")).await;
    let mut client = app.client();
    let body = json!({ "username": "jane", "email": "jane@example.com", "password1": "a long one", "password2": "a long one" });
    let registered = client.post("/registration/", body).await;
    let access = &client.cookies["access"];
    assert_eq!(
        registered.line(),
        format!(
            r#"201 {{"access":"{access}","refresh":"","user":{{"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}},"access_expiration":"2026-01-02T03:09:05Z","refresh_expiration":"2026-01-03T03:04:05Z"}}"#
        )
    );
    assert!(client.cookies.contains_key("refresh"));
    assert_eq!(client.get("/user/").await.status(), 200);
}

#[each_database]
async fn a_refresh_by_cookie_sets_the_cookies() {
    let (_app, mut client, _) = logged_in(&format!("{COOKIES}{ROTATE}")).await;
    let old = client.cookies["refresh"].clone();
    let refreshed = client.post("/token/refresh/", json!({})).await;
    let access = &client.cookies["access"];
    assert_eq!(refreshed.line(), format!(r#"200 {{"access":"{access}","access_expiration":"2026-01-02T03:09:05Z"}}"#));
    assert_ne!(client.cookies["refresh"], old);
}

#[each_database]
async fn logout_ends_the_token_wherever_it_is() {
    // In the body, although the settings have it in a cookie; and the other way round.
    let (app, client, login) = logged_in(COOKIES).await;
    let token = client.cookies["refresh"].clone();
    let ended = app.client().post("/logout/", json!({ "refresh": token })).await;
    assert_eq!(ended.line(), r#"200 {"detail":"Successfully logged out."}"#);
    assert_eq!(ended.set_cookie("access"), format!("access=; SameSite=Lax; Path=/; {GONE}"));
    let again = app.client().post("/logout/", json!({ "refresh": token })).await;
    assert_eq!(again.line(), r#"401 {"detail":"Token is blacklisted"}"#);
    assert_eq!(again.header("www-authenticate"), "");
    assert_eq!(text(&login, "refresh"), "");

    let (_app, mut client, _) = logged_in(&format!("{BODY}jwt_auth_refresh_cookie = 'refresh'")).await;
    assert_eq!(client.post("/logout/", json!({})).await.status(), 200);
}

#[each_database]
async fn logout_takes_the_cookies_whatever_they_are_worth() {
    let app = TestApp::with(COOKIES).await;
    for (refresh, answer) in [
        ("refresh=nonsense", r#"401 {"detail":"Token is invalid"}"#),
        ("other=x", r#"401 {"detail":"Refresh token was not included in cookie data."}"#),
    ] {
        let mut client = app.client().header("cookie", &format!("access=nonsense; {refresh}"));
        let logout = client.post("/logout/", json!({})).await;
        assert_eq!(logout.line(), answer);
        for name in ["access", "refresh"] {
            assert_eq!(logout.set_cookie(name), format!("{name}=; SameSite=Lax; Path=/; {GONE}"));
        }
    }
    // A body that cannot be read stands in nobody's way either.
    let body = axum::body::Body::from("{");
    let logout = app.client().send(axum::http::Method::POST, "/logout/", Some("application/json"), body).await;
    assert_eq!(logout.status(), 401);
    assert_eq!(logout.set_cookie("access"), format!("access=; SameSite=Lax; Path=/; {GONE}"));
}

#[each_database]
async fn a_cookie_is_guarded_where_the_settings_say_so() {
    let jane = json!({ "username": "jane", "password": JANE });
    let (_app, mut client, login) = logged_in(&format!("{COOKIES}jwt_auth_cookie_use_csrf = true")).await;
    let change = json!({ "first_name": "Jane" });
    assert_eq!(client.get("/user/").await.status(), 200, "a safe method");
    let refused = client.patch("/user/", change.clone()).await;
    assert_eq!(refused.line(), r#"403 {"detail":"CSRF Failed: CSRF cookie not set."}"#);
    let given = client.get("/csrf/").await;
    assert_eq!((given.line(), given.header("allow")), ("200 ".to_owned(), "GET, OPTIONS"));
    let secret = client.cookies["csrftoken"].clone();
    assert_eq!(
        client.get("/csrf/").await.set_cookie("csrftoken"),
        format!("csrftoken={secret}; SameSite=Lax; Path=/; Max-Age=31449600; Expires=Fri, 01 Jan 2027 03:04:05 GMT")
    );
    let mut client = client.with_csrf();
    assert_eq!(client.patch("/user/", change).await.status(), 200);
    client.headers.clear();
    assert_eq!(client.post("/login/", jane.clone()).await.status(), 403, "a good cookie is guarded");
    client.cookies.insert("access".to_owned(), text(&login, "access") + "x");
    assert_eq!(client.post("/login/", jane.clone()).await.status(), 200, "a stale one is no credential");

    let app = TestApp::with(&format!("{COOKIES}jwt_auth_cookie_enforce_csrf_on_unauthenticated = true")).await;
    assert_eq!(
        app.client().post("/login/", jane).await.line(),
        r#"403 {"detail":"CSRF Failed: CSRF cookie not set."}"#
    );
}

#[test]
fn the_largest_claim_of_a_token_is_named() {
    use base64::Engine;
    let claims = json!({ "user_id": "1", "groups": vec!["a long name of a group"; 200], "exp": 1 }).to_string();
    let token = format!("e30.{}.x", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims));
    assert_eq!(crate::tokens::jwt::largest_claim(&token).as_deref(), Some("groups"));
    assert_eq!(crate::tokens::jwt::largest_claim("nonsense"), None);
}
