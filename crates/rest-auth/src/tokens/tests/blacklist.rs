//! A site without the app `rest_framework_simplejwt.token_blacklist`.

use serde_json::json;

use super::{BODY, COOKIES, JANE, logged_in, text};
use crate::testing::{TestApp, each_database};

const WITHOUT: &str = "[simple_jwt]\nblacklist = false\n";
const ROTATES: &str = "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n";
const NOT_ENDED: &str = r#"200 {"detail":"Neither cookies or blacklist are enabled, so the token has not been deleted server side. Please make sure the token is deleted client side."}"#;

#[each_database]
async fn without_the_blacklist_logout_needs_no_refresh_token() {
    let (_app, mut client, login) = logged_in(&format!("{BODY}{WITHOUT}")).await;
    let refresh = text(&login, "refresh");
    for body in [json!({}), json!({ "refresh": refresh }), json!({ "refresh": "nonsense" })] {
        assert_eq!(client.post("/logout/", body).await.line(), NOT_ENDED);
    }
    assert_eq!(client.post("/token/refresh/", json!({ "refresh": refresh })).await.status(), 200);
    assert_eq!(client.post("/token/verify/", json!({ "token": refresh })).await.line(), "200 {}");
}

#[each_database]
async fn without_the_blacklist_logout_still_takes_the_cookies() {
    let (_app, mut client, _) = logged_in(&format!("{COOKIES}{WITHOUT}")).await;
    let logout = client.post("/logout/", json!({})).await;
    assert_eq!(logout.line(), r#"200 {"detail":"Successfully logged out."}"#);
    assert!(logout.set_cookie("access").contains("Max-Age=0"), "{}", logout.set_cookie("access"));
    assert!(logout.set_cookie("refresh").contains("Max-Age=0"), "{}", logout.set_cookie("refresh"));
    let settings = COOKIES.replace("jwt_auth_cookie = 'access'\n", "");
    let (_app, mut client, _) = logged_in(&format!("{settings}{WITHOUT}")).await;
    assert_eq!(client.post("/logout/", json!({})).await.line(), NOT_ENDED);
}

#[each_database]
async fn without_the_blacklist_a_rotated_token_stays_good_and_nothing_is_kept() {
    let (app, mut client, login) = logged_in(&format!("{BODY}{WITHOUT}{ROTATES}")).await;
    let first = text(&login, "refresh");
    let rotated = client.post("/token/refresh/", json!({ "refresh": first })).await;
    let second = text(&rotated, "refresh");
    assert_ne!(first, second);
    for token in [&first, &second] {
        assert_eq!(client.post("/token/refresh/", json!({ "refresh": token })).await.status(), 200);
        assert_eq!(client.post("/token/verify/", json!({ "token": token })).await.line(), "200 {}");
    }
    app.auth()
        .users()
        .set_active(&app.auth().users().find("jane").await.expect("an answer").expect("the user"), false)
        .await
        .expect("an answer");
    assert_eq!(
        client.post("/token/refresh/", json!({ "refresh": second })).await.line(),
        r#"401 {"detail":"No active account found for the given token."}"#
    );
}

#[each_database]
async fn without_the_blacklist_its_tables_are_neither_made_nor_needed() {
    let app = TestApp::with(&format!("{BODY}{WITHOUT}{ROTATES}")).await;
    app.user("jane", JANE).await;
    assert_eq!(app.sql("SELECT count(*) FROM django_migrations WHERE app = 'token_blacklist'").await, [[json!(0)]]);
    assert_ne!(app.sql("SELECT count(*) FROM django_migrations WHERE app = 'account'").await, [[json!(0)]]);
    let plan = crate::Store::statements(app.auth().store().dialect(), app.auth().settings()).join("\n");
    assert!(!plan.contains("token_blacklist"), "{plan}");
    assert_eq!(app.auth().store().missing_tables().await.expect("an answer"), [""; 0]);
    assert_eq!(app.auth().store().missing_indexes().await.expect("an answer"), [""; 0]);
    assert_eq!(app.auth().flush_expired(|_| {}).await.expect("an answer").tokens, 0);
}

#[test]
fn what_needs_the_blacklist_is_refused_without_it() {
    for setting in ["reuse_grace = 10", "reuse_detection = true"] {
        let error = crate::Settings::from_toml(&format!("{BODY}{WITHOUT}{ROTATES}{setting}"))
            .expect_err("a refusal")
            .to_string();
        assert!(error.contains("simple_jwt.blacklist is false"), "{error}");
    }
}
