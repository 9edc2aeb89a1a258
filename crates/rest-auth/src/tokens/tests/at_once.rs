//! Many requests at once are answered together where that is quicker; each gets its own answer, and what is no longer
//! true is told to nobody.

use serde_json::json;

use super::{BODY, claims, text};
use crate::testing::{Answer, Client, TestApp, each_database};

const USERS: usize = 12;

/// Users, each with a client who has logged in, and the answer.
async fn several_logged_in(app: &TestApp) -> Vec<(Client, Answer)> {
    let mut logged_in = Vec::new();
    for number in 0..USERS {
        let (name, password) = (format!("user{number}"), format!("password of {number}"));
        app.user(&name, &password).await;
        let mut client = app.client();
        let login = client.post("/login/", json!({ "username": name, "password": password })).await;
        logged_in.push((client, login));
    }
    logged_in
}

/// What the server says of each of the users, eight times over, all asked at once.
async fn names_of(app: &TestApp, logged_in: &[(Client, Answer)]) -> Vec<String> {
    let requests = (0..8 * USERS).map(|request| {
        let authorization = format!("Bearer {}", text(&logged_in[request % USERS].1, "access"));
        let mut client = app.client().header("authorization", &authorization);
        tokio::spawn(async move { client.get("/user/").await })
    });
    let answers = futures_util::future::join_all(requests).await.into_iter().map(|answer| answer.expect("an answer"));
    answers.map(|answer| if answer.status() == 200 { text(&answer, "username") } else { answer.line() }).collect()
}

fn eight_times<T: Clone>(answers: &[T]) -> Vec<T> {
    std::iter::repeat_n(answers, 8).flatten().cloned().collect()
}

#[each_database]
async fn everybody_gets_their_own_details_and_who_is_inactive_none() {
    let app = TestApp::with(BODY).await;
    let logged_in = several_logged_in(&app).await;
    let mut wanted: Vec<String> = (0..USERS).map(|number| format!("user{number}")).collect();
    assert_eq!(names_of(&app, &logged_in).await, eight_times(&wanted));
    // As another program does it.
    app.sql("UPDATE auth_user SET is_active = FALSE WHERE username = 'user3'").await;
    app.sql("UPDATE auth_user SET username = 'another' WHERE username = 'user5'").await;
    app.sql("DELETE FROM token_blacklist_outstandingtoken").await;
    app.sql("DELETE FROM account_emailaddress").await;
    app.sql("DELETE FROM auth_user WHERE username = 'user7'").await;
    wanted[3] = r#"401 {"detail":"User is inactive","code":"user_inactive"}"#.to_owned();
    wanted[5] = "another".to_owned();
    wanted[7] = r#"401 {"detail":"User not found","code":"user_not_found"}"#.to_owned();
    assert_eq!(names_of(&app, &logged_in).await, eight_times(&wanted));
}

#[each_database]
async fn a_token_is_good_until_it_is_blacklisted() {
    let app = TestApp::with(BODY).await;
    let logged_in = several_logged_in(&app).await;
    let refresh = |user: usize| text(&logged_in[user].1, "refresh");
    let verdicts = || async {
        let requests = (0..8 * USERS).map(|request| {
            let (mut client, body) = (app.client(), json!({ "token": refresh(request % USERS) }));
            tokio::spawn(async move { client.post("/token/verify/", body).await.status() })
        });
        let answers = futures_util::future::join_all(requests).await;
        answers.into_iter().map(|status| status.expect("an answer")).collect::<Vec<_>>()
    };
    assert_eq!(verdicts().await, [200; 8 * USERS]);
    let jti = claims(&refresh(2))["jti"].as_str().expect("a name").to_owned();
    app.sql(&format!(
        "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id) \
         SELECT '2026-01-02 03:04:05', id FROM token_blacklist_outstandingtoken WHERE jti = '{jti}'"
    ))
    .await;
    let mut wanted = [200; USERS];
    wanted[2] = 401;
    assert_eq!(verdicts().await, eight_times(&wanted));
}

#[each_database]
async fn a_key_is_good_until_it_is_gone() {
    let app = TestApp::with("authentication = ['token']\n[rest_auth]\nsession_login = false").await;
    app.user("jane", "correct horse").await;
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let mut jane = app.client().header("authorization", &format!("Token {}", text(&login, "key")));
    assert_eq!(jane.get("/user/").await.status(), 200);
    app.sql("DELETE FROM authtoken_token").await;
    assert_eq!(jane.get("/user/").await.line(), r#"401 {"detail":"Invalid token."}"#);
}
