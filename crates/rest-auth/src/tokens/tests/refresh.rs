use serde_json::json;

use super::{BODY, JANE, ROTATE, claims, logged_in, text};
use crate::testing::{TestApp, each_database};

const BLACKLISTED: &str = r#"401 {"detail":"Token is blacklisted","code":"token_not_valid"}"#;

#[each_database]
async fn a_login_gives_a_pair_and_keeps_the_refresh_token() {
    let (app, mut client, login) = logged_in(&format!("{BODY}jwt_auth_return_expiration = true")).await;
    let (access, refresh) = (text(&login, "access"), text(&login, "refresh"));
    assert_eq!(
        login.line(),
        format!(
            r#"200 {{"access":"{access}","refresh":"{refresh}","user":{{"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}},"access_expiration":"2026-01-02T03:09:05Z","refresh_expiration":"2026-01-03T03:04:05Z"}}"#
        )
    );
    assert!(login.cookies().is_empty());
    let (jti, iat) = (claims(&refresh)["jti"].clone(), app.auth().now().unix_timestamp());
    assert_eq!(jti.as_str().map(str::len), Some(32));
    assert_eq!(
        claims(&refresh).to_string(),
        format!(r#"{{"token_type":"refresh","exp":{},"iat":{iat},"jti":{jti},"user_id":"1"}}"#, iat + 86_400)
    );
    let access_jti = claims(&access)["jti"].clone();
    assert_ne!(jti, access_jti);
    assert_eq!(
        claims(&access).to_string(),
        format!(r#"{{"token_type":"access","exp":{},"iat":{iat},"jti":{access_jti},"user_id":"1"}}"#, iat + 300)
    );
    assert_eq!(
        app.sql("SELECT token, jti, user_id FROM token_blacklist_outstandingtoken").await,
        [[json!(refresh), jti, json!(1)]]
    );
    // As text, each database's own way to write a time.
    let times = "SELECT count(*) FROM token_blacklist_outstandingtoken \
                 WHERE created_at = '2026-01-02 03:04:05' AND expires_at = '2026-01-03 03:04:05'";
    assert_eq!(app.sql(times).await, [[json!(1)]]);
    assert_eq!(client.post("/token/verify/", json!({ "token": refresh })).await.line(), "200 {}");
}

#[each_database]
async fn a_refresh_gives_an_access_token_and_nothing_is_written() {
    let (app, mut client, login) = logged_in(BODY).await;
    let refreshed = client.post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await;
    let access = text(&refreshed, "access");
    assert_eq!(refreshed.line(), format!(r#"200 {{"access":"{access}","access_expiration":"2026-01-02T03:09:05Z"}}"#));
    assert_ne!(access, text(&login, "access"));
    let shown = app.client().header("authorization", &format!("Bearer {access}")).get("/user/").await;
    assert_eq!(shown.status(), 200);
    assert_eq!(app.sql("SELECT count(*) FROM token_blacklist_outstandingtoken").await, [[json!(1)]]);
    assert_eq!(app.sql("SELECT last_login FROM auth_user").await, [[json!(null)]]);
}

#[each_database]
async fn a_rotation_replaces_both() {
    let (app, mut client, login) = logged_in(&format!("{BODY}{ROTATE}")).await;
    let first = text(&login, "refresh");
    let rotated = client.post("/token/refresh/", json!({ "refresh": first })).await;
    let (access, second) = (text(&rotated, "access"), text(&rotated, "refresh"));
    assert_eq!(
        rotated.line(),
        format!(
            r#"200 {{"access":"{access}","refresh":"{second}","access_expiration":"2026-01-02T03:09:05Z","refresh_expiration":"2026-01-03T03:04:05Z"}}"#
        )
    );
    let again = client.post("/token/refresh/", json!({ "refresh": first })).await;
    assert_eq!(again.line(), BLACKLISTED);
    assert_eq!(again.header("www-authenticate"), "Bearer realm=\"api\"");
    assert_eq!(client.post("/token/verify/", json!({ "token": first })).await.line(), BLACKLISTED);
    assert_eq!(client.post("/token/refresh/", json!({ "refresh": second })).await.status(), 200);
    let count = |table: &str| format!("SELECT count(*) FROM {table}");
    assert_eq!(app.sql(&count("token_blacklist_outstandingtoken")).await, [[json!(3)]]);
    assert_eq!(app.sql(&count("token_blacklist_blacklistedtoken")).await, [[json!(2)]]);
    assert_eq!(app.sql(&count("rest_auth_refresh_token")).await, [[json!(0)]], "nobody asked for it");
}

#[each_database]
async fn a_rotation_without_a_blacklist_keeps_the_old_one() {
    let (_app, mut client, login) = logged_in(&format!("{BODY}[simple_jwt]\nrotate_refresh_tokens = true")).await;
    for _ in 0..2 {
        let rotated = client.post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await;
        assert_eq!(rotated.status(), 200);
    }
}

#[each_database]
async fn of_200_at_once_one_gets_the_new_pair() {
    let (app, mut client, _) = logged_in(&format!("{BODY}{ROTATE}")).await;
    for _ in 0..10 {
        let login = client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
        let refresh = text(&login, "refresh");
        let requests = (0..200).map(|_| {
            let (mut client, body) = (app.client(), json!({ "refresh": refresh }));
            tokio::spawn(async move { client.post("/token/refresh/", body).await })
        });
        let answers: Vec<_> = futures_util::future::join_all(requests)
            .await
            .into_iter()
            .map(|answer| answer.expect("an answer"))
            .collect();
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status() == 200);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_eq!(answer.line(), BLACKLISTED);
        }
    }
    assert_eq!(app.sql("SELECT count(*) FROM token_blacklist_blacklistedtoken").await, [[json!(10)]]);
}

#[each_database]
async fn a_token_that_this_database_never_saw_is_kept_when_it_ends() {
    let (app, mut client, login) = logged_in(&format!("{BODY}{ROTATE}")).await;
    let refresh = text(&login, "refresh");
    app.sql("DELETE FROM token_blacklist_outstandingtoken").await;
    assert_eq!(client.post("/token/refresh/", json!({ "refresh": refresh })).await.status(), 200);
    assert_eq!(client.post("/token/refresh/", json!({ "refresh": refresh })).await.line(), BLACKLISTED);
    assert_eq!(app.sql("SELECT count(*) FROM token_blacklist_outstandingtoken").await, [[json!(2)]]);
}

#[each_database]
async fn who_may_not_log_in_may_not_refresh() {
    for change in ["UPDATE auth_user SET is_active = false", "DELETE FROM auth_user"] {
        let (app, mut client, login) = logged_in(BODY).await;
        // Without the rows that refer to the user.
        app.sql("DELETE FROM token_blacklist_outstandingtoken").await;
        app.sql("DELETE FROM account_emailaddress").await;
        app.sql(change).await;
        let refused = client.post("/token/refresh/", json!({ "refresh": text(&login, "refresh") })).await;
        assert_eq!(refused.line(), r#"401 {"detail":"No active account found for the given token."}"#, "{change}");
    }
}

#[each_database]
async fn without_use_jwt_there_are_no_such_endpoints() {
    let app = TestApp::new().await;
    assert_eq!(app.client().post("/token/refresh/", json!({})).await.status(), 404);
    assert_eq!(app.client().post("/token/verify/", json!({})).await.status(), 404);
}
