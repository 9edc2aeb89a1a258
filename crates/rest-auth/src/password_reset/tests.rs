use serde_json::{Value, json};

use crate::testing::{TestApp, each_database};

/// The app, with links that are easy to take apart.
async fn app(more: &str) -> TestApp {
    let app =
        TestApp::with(&format!("{more}\n[frontend]\npassword_reset_url = '{{origin}}/new/{{uid}}/{{token}}'")).await;
    app.user("jane", "correct horse").await;
    app
}

async fn ask(app: &TestApp, email: &str) -> String {
    app.client().post("/password/reset/", json!({ "email": email })).await.line()
}

/// What the link in the only mail holds: uid and token.
async fn link(app: &TestApp) -> (String, String) {
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    let (_, link) = mails[0].text.split_once("/new/").expect("a link");
    let (uid, token) = link.split_whitespace().next().and_then(|link| link.split_once('/')).expect("a link");
    (uid.to_owned(), token.to_owned())
}

async fn confirm(app: &TestApp, (uid, token): &(String, String), password: &str) -> String {
    let body = json!({ "uid": uid, "token": token, "new_password1": password, "new_password2": password });
    app.client().post("/password/reset/confirm/", body).await.line()
}

const SENT: &str = r#"200 {"detail":"Password reset e-mail has been sent."}"#;
const RESET: &str = r#"200 {"detail":"Password has been reset with the new password."}"#;
const BAD_TOKEN: &str = r#"400 {"token":["Invalid value"]}"#;

#[each_database]
async fn the_link_gives_a_new_password_once_and_ends_the_sessions() {
    let app = app("").await;
    let mut here = app.client();
    here.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(ask(&app, "Jane@Example.com").await, SENT);
    let link = link(&app).await;
    assert_eq!(confirm(&app, &link, "battery staple").await, RESET);
    assert_eq!(confirm(&app, &link, "another staple").await, BAD_TOKEN);
    assert_eq!(here.get("/user/").await.status(), 401);
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "battery staple" })).await;
    assert_eq!(login.status(), 200);
}

#[each_database]
async fn nobody_else_gets_a_mail_and_the_answer_is_the_same() {
    let app = app("").await;
    app.sql("UPDATE auth_user SET is_active = false").await;
    for email in ["jane@example.com", "nobody@example.com"] {
        assert_eq!(ask(&app, email).await, SENT);
    }
    assert_eq!(app.mails().await, []);
    assert_eq!(app.sql("SELECT id FROM rest_auth_outbox").await, Vec::<Vec<Value>>::new());
}

#[each_database]
async fn the_work_is_the_same_for_an_address_that_nobody_has() {
    let app = app("").await;
    let mut work = Vec::new();
    for email in ["jane@example.com", "nobody@example.com"] {
        app.statements();
        assert_eq!(ask(&app, email).await, SENT);
        work.push(app.statements());
    }
    assert_eq!(work[0], work[1]);
    assert!(work[0].iter().any(|sql| sql.starts_with("INSERT INTO")), "{work:?}");
}

#[each_database]
async fn of_two_at_once_with_one_link_one_succeeds() {
    let app = app("").await;
    ask(&app, "jane@example.com").await;
    let link = link(&app).await;
    let (a, b) = tokio::join!(confirm(&app, &link, "battery staple"), confirm(&app, &link, "another staple"));
    let mut answers = [a, b];
    answers.sort();
    assert_eq!(answers, [RESET, BAD_TOKEN]);
}

#[each_database]
async fn a_link_runs_out_and_a_login_ends_it() {
    let app = app("password_reset_timeout = 60").await;
    ask(&app, "jane@example.com").await;
    let old = link(&app).await;
    app.advance(std::time::Duration::from_secs(61));
    assert_eq!(confirm(&app, &old, "battery staple").await, BAD_TOKEN);
    ask(&app, "jane@example.com").await;
    let unused = link(&app).await;
    app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(confirm(&app, &unused, "battery staple").await, BAD_TOKEN);
}

#[each_database]
async fn the_rules_hold_for_the_new_password() {
    let app = app("").await;
    ask(&app, "jane@example.com").await;
    let link = link(&app).await;
    assert_eq!(
        confirm(&app, &link, "1234567").await,
        "400 {\"new_password2\":[\"This password is too short. It must contain at least 8 characters.\",\
         \"This password is too common.\",\"This password is entirely numeric.\"]}"
    );
    assert_eq!(
        confirm(&app, &("zzzzzzzzzzzzz".into(), link.1), "battery staple").await,
        r#"400 {"uid":["Invalid value"]}"#
    );
}

#[each_database]
async fn who_asks_does_not_choose_where_the_link_leads() {
    let app = app("").await;
    let mut forger = app.client().header("host", "evil.example");
    forger.post("/password/reset/", json!({ "email": "jane@example.com" })).await;
    assert!(app.mails().await[0].text.contains("\nhttp://127.0.0.1:8000/new/"));
    let app = self::app("csrf_trusted_origins = ['http://testserver']").await;
    ask(&app, "jane@example.com").await;
    assert!(app.mails().await[0].text.contains("\nhttp://testserver/new/"));
}
