use serde_json::{Value, json};

use crate::testing::{Client, TestApp, each_database};

/// The app, with links that are easy to take apart, and jane, who registered there.
async fn app(more: &str) -> TestApp {
    let app = TestApp::with(&format!("{more}\n[frontend]\nverify_email_url = '{{origin}}/verify/{{key}}'")).await;
    register(&app, "jane").await;
    app
}

async fn register(app: &TestApp, name: &str) {
    let body = json!({ "username": name, "email": format!("{name}@example.com"), "password1": "battery staple", "password2": "battery staple" });
    assert_eq!(app.client().post("/registration/", body).await.status(), 201);
}

/// The key in the only mail.
async fn key(app: &TestApp) -> String {
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    let (_, rest) = mails[0].text.split_once("/verify/").expect("a link");
    rest.split_whitespace().next().expect("a key").to_owned()
}

async fn verify(app: &TestApp, key: &str) -> String {
    app.client().post("/registration/verify-email/", json!({ "key": key })).await.line()
}

async fn resend(app: &TestApp, body: Value) -> String {
    app.client().post("/registration/resend-email/", body).await.line()
}

const OK: &str = r#"200 {"detail":"ok"}"#;
const NOT_FOUND: &str = r#"404 {"detail":"Not found."}"#;
const MANDATORY: &str = "[account]\nemail_verification = 'mandatory'";

#[each_database]
async fn the_work_of_another_mail_is_the_same_whoever_has_the_address() {
    let app = app("").await;
    app.user("mary", "battery staple").await;
    app.sql("UPDATE account_emailaddress SET verified = true WHERE email = 'mary@example.com'").await;
    app.advance(std::time::Duration::from_secs(180));
    let mut work = Vec::new();
    for email in ["jane@example.com", "mary@example.com", "nobody@example.com"] {
        app.statements();
        assert_eq!(resend(&app, json!({ "email": email })).await, OK);
        work.push(app.statements());
    }
    assert_eq!(work[0], work[1]);
    assert_eq!(work[0], work[2]);
    assert!(work[0].iter().any(|sql| sql.starts_with("INSERT INTO")), "{work:?}");
}

#[each_database]
async fn the_key_verifies_once_and_lets_in() {
    let app = app(MANDATORY).await;
    let login = json!({ "username": "jane", "password": "battery staple" });
    assert_eq!(app.client().post("/login/", login.clone()).await.status(), 400);
    let key = key(&app).await;
    assert_eq!(verify(&app, &key).await, OK);
    assert_eq!(verify(&app, &key).await, NOT_FOUND);
    assert_eq!(app.client().post("/login/", login).await.status(), 200);
}

#[each_database]
async fn a_key_that_is_none_or_too_old_verifies_nothing() {
    let app = app("[account]\nemail_confirmation_expire_days = 2").await;
    let key = key(&app).await;
    for bad in ["", "MQ", "MQ:1:x", &key.replace("MQ:", "Mg:")] {
        let answer = verify(&app, bad).await;
        assert!(answer == NOT_FOUND || answer == r#"400 {"key":["This field may not be blank."]}"#, "{answer}");
    }
    app.advance(std::time::Duration::from_secs(2 * 24 * 3600 + 1));
    assert_eq!(verify(&app, &key).await, NOT_FOUND);
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(0)]]);
}

#[each_database]
async fn a_mail_goes_again_to_the_address_that_is_asked_for() {
    let app = app("").await;
    app.mails().await;
    // One has just been sent; another one may be in three minutes.
    for body in [json!({ "email": "jane@example.com" }), json!({ "email": "nobody@example.com" }), json!({})] {
        assert_eq!(resend(&app, body).await, OK);
        assert_eq!(app.mails().await, []);
    }
    app.advance(std::time::Duration::from_secs(180));
    assert_eq!(resend(&app, json!({ "email": "jane@example.com" })).await, OK);
    assert_eq!(verify(&app, &key(&app).await).await, OK);
    app.advance(std::time::Duration::from_secs(180));
    assert_eq!(resend(&app, json!({ "email": "jane@example.com" })).await, OK);
    assert_eq!(app.mails().await, []);
    assert_eq!(app.sql("SELECT id FROM rest_auth_outbox").await, Vec::<Vec<Value>>::new());
}

#[each_database]
async fn of_two_users_with_one_address_the_first_has_it() {
    let app = app("").await;
    let janes = key(&app).await;
    register(&app, "joan").await;
    let joans = key(&app).await;
    app.sql("UPDATE account_emailaddress SET email = 'jane@example.com'").await;
    assert_eq!(verify(&app, &joans).await, OK);
    assert_eq!(verify(&app, &janes).await, OK);
    let rows = app.sql("SELECT verified FROM account_emailaddress ORDER BY id").await;
    assert_eq!(rows, [[json!(0)], [json!(1)]]);
}

/// The page that the mail leads to, and the token in its form.
async fn page(client: &mut Client, path: &str) -> (u16, String, String) {
    let answer = client.get(path).await;
    let (status, text) = (answer.status(), answer.text().to_owned());
    let token = text.split_once("name=\"csrfmiddlewaretoken\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    let token = token.unwrap_or_default().to_owned();
    (status, text, token)
}

#[each_database]
async fn without_a_page_of_the_applications_own_the_server_has_one() {
    let app = TestApp::new().await;
    register(&app, "jane").await;
    let mails = app.mails().await;
    let (_, path) = mails[0].text.split_once("/api/auth").expect("a link");
    let path = path.split_whitespace().next().expect("a link");
    let mut browser = app.client().header("accept", "text/html").header("host", "testserver");
    let (status, text, token) = page(&mut browser, path).await;
    assert_eq!(status, 200);
    assert!(text.contains("Is <strong>jane@example.com</strong> your address"), "{text}");
    // Looking at it changes nothing, and neither does another site's form.
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(0)]]);
    let forged = app.client().header("accept", "text/html").post_form(path, &[("csrfmiddlewaretoken", &token)]).await;
    assert_eq!(forged.status(), 403);
    assert!(forged.text().contains("CSRF cookie not set."), "{}", forged.text());
    let encoded = path.replace(':', "%3A");
    let done = browser.post_form(&encoded, &[("csrfmiddlewaretoken", &token)]).await;
    assert_eq!(done.status(), 200);
    assert!(done.text().contains("<strong>jane@example.com</strong> is verified"), "{}", done.text());
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(1)]]);
    let (status, text, _) = page(&mut browser, path).await;
    assert_eq!(status, 404);
    assert!(text.contains("This link is no longer good"), "{text}");
}

#[each_database]
async fn the_page_speaks_german_and_keeps_its_secrets() {
    let app = TestApp::new().await;
    register(&app, "jane").await;
    let mails = app.mails().await;
    let (_, path) = mails[0].text.split_once("/api/auth").expect("a link");
    let path = path.split_whitespace().next().expect("a link");
    let answer = app.client().header("accept-language", "fr, de-AT;q=0.8, en;q=0.5").get(path).await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(answer.text().contains("<html lang=\"de\">"), "{}", answer.text());
    assert!(answer.text().contains("Bestätigen Sie Ihre Adresse"), "{}", answer.text());
}

#[each_database]
async fn following_the_link_may_be_enough_and_lead_on() {
    let more = "[account]\nconfirm_email_on_get = true\nemail_confirmation_anonymous_redirect_url = '/welcome'";
    let app = app(more).await;
    let path = format!("/registration/account-confirm-email/{}/", key(&app).await);
    let answer = app.client().get(&path).await;
    assert_eq!((answer.status(), answer.header("location")), (302, "/welcome"));
    assert_eq!(app.sql("SELECT verified FROM account_emailaddress").await, [[json!(1)]]);
}
