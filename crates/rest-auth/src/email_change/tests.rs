use serde_json::{Value, json};

use crate::testing::{Client, TestApp, each_database};

/// The app, jane, and jane's browser.
async fn app() -> (TestApp, Client) {
    let app =
        TestApp::with("[account]\nchange_email = true\n[frontend]\nverify_email_url = '{origin}/verify/{key}'").await;
    let mut jane = app.client();
    let body = json!({ "username": "jane", "email": "jane@example.com", "password1": "battery staple", "password2": "battery staple" });
    let token = jane.post("/registration/", body).await.json()["key"].as_str().expect("a token").to_owned();
    let key = key(&app).await;
    verify(&app, &key).await;
    let jane = app.client().header("authorization", &format!("Token {token}"));
    (app, jane)
}

/// The key in the first mail.
async fn key(app: &TestApp) -> String {
    let mails = app.mails().await;
    let (_, rest) = mails[0].text.split_once("/verify/").expect("a link");
    rest.split_whitespace().next().expect("a key").to_owned()
}

async fn verify(app: &TestApp, key: &str) -> u16 {
    app.client().post("/registration/verify-email/", json!({ "key": key })).await.status()
}

async fn ask(client: &mut Client, email: &str, password: &str) -> String {
    client.post("/email/change/", json!({ "email": email, "password": password })).await.line()
}

const SENT: &str = r#"200 {"detail":"Verification e-mail sent."}"#;

async fn addresses(app: &TestApp) -> Vec<Vec<Value>> {
    app.sql("SELECT u.email, a.email, a.verified FROM auth_user u JOIN account_emailaddress a ON a.user_id = u.id ORDER BY a.id").await
}

#[each_database]
async fn the_new_address_counts_once_it_is_verified_and_the_old_one_is_told() {
    let (app, mut jane) = app().await;
    assert_eq!(ask(&mut jane, "Jane@Example.org", "battery staple").await, SENT);
    let (old, new) = (json!("jane@example.com"), json!("jane@example.org"));
    let before = [[old.clone(), old.clone(), json!(1)], [old.clone(), new.clone(), json!(0)]];
    assert_eq!(addresses(&app).await, before);
    let mails = app.mails().await;
    assert_eq!(
        (mails[0].to.as_str(), mails[0].subject.as_str()),
        ("jane@example.org", "Please verify your new address")
    );
    let key = mails[0].text.split_once("/verify/").and_then(|(_, rest)| rest.split_whitespace().next());
    assert_eq!(verify(&app, key.expect("a key")).await, 200);
    assert_eq!(addresses(&app).await, [[new.clone(), new.clone(), json!(1)]]);
    assert_eq!(jane.get("/user/").await.json()["email"], new);
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "jane@example.com");
    assert!(mails[0].text.contains("is now jane@example.org, and no longer jane@example.com"), "{}", mails[0].text);
}

#[each_database]
async fn who_changes_their_mind_cannot_verify_the_last_address_by_the_key_of_another() {
    let (app, mut jane) = app().await;
    ask(&mut jane, "mine@example.org", "battery staple").await;
    let mine = key(&app).await;
    ask(&mut jane, "victim@example.org", "battery staple").await;
    assert_eq!(verify(&app, &mine).await, 404);
    let rows = addresses(&app).await;
    assert_eq!(rows[1][1..], [json!("victim@example.org"), json!(0)]);
}

#[each_database]
async fn it_takes_the_password_and_a_free_address() {
    let (app, mut jane) = app().await;
    let wrong = r#"400 {"password":["Incorrect password."]}"#;
    assert_eq!(ask(&mut jane, "jane@example.org", "correct horse").await, wrong);
    let missing = jane.post("/email/change/", json!({ "email": "no" })).await.line();
    assert_eq!(missing, r#"400 {"email":["Enter a valid email address."],"password":["This field is required."]}"#);
    assert_eq!(
        ask(&mut jane, "jane@example.com", "battery staple").await,
        r#"400 {"email":["This email address is already associated with this account."]}"#
    );
    app.user("joan", "correct horse").await;
    app.sql("UPDATE account_emailaddress SET verified = true WHERE email = 'joan@example.com'").await;
    assert_eq!(
        ask(&mut jane, "joan@example.com", "battery staple").await,
        r#"400 {"email":["User is already registered with this e-mail address."]}"#
    );
    assert_eq!(ask(&mut app.client(), "x@example.com", "x").await.split(' ').next(), Some("401"));
    assert_eq!(app.mails().await, []);
}

#[each_database]
async fn without_the_setting_there_is_no_such_endpoint() {
    let app = TestApp::new().await;
    assert_eq!(app.client().post("/email/change/", json!({})).await.status(), 404);
}
