//! A site without allauth; the expected responses were recorded from the reference.

use serde_json::{Value, json};

use crate::settings::Settings;
use crate::testing::{TestApp, each_database};

const WITHOUT: &str = "allauth = false\n[frontend]\npassword_reset_url = '{origin}/new/{uid}/{token}'\n";
const REFUSED: &str = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;
const PASSWORD: &str = "correct horse";

async fn app(users: &[(&str, &str)]) -> TestApp {
    let app = TestApp::with(WITHOUT).await;
    for (name, address) in users {
        let user = app.user(&name.replace('@', "."), PASSWORD).await;
        app.sql(&format!("UPDATE auth_user SET username = '{name}' WHERE id = {}", user.id)).await;
        app.sql(&format!("UPDATE auth_user SET email = '{address}' WHERE id = {}", user.id)).await;
    }
    app
}

/// Returns the name of the user who is logged in, or the response.
async fn login(app: &TestApp, mut body: Value) -> String {
    if body.get("password").is_none() {
        body["password"] = PASSWORD.into();
    }
    let answer = app.client().post("/login/", body).await;
    match answer.json()["key"].as_str() {
        Some(key) => {
            let mut client = app.client().header("authorization", &format!("Token {key}"));
            client.get("/user/").await.json()["username"].as_str().unwrap_or_default().to_owned()
        }
        None => answer.line(),
    }
}

#[each_database]
async fn a_user_logs_in_by_name_or_by_address() {
    let app =
        app(&[("jane", "Jane@Example.com"), ("mary", "mary@example.com"), ("at@example.com", "other@example.com")])
            .await;
    for (body, expected) in [
        (json!({ "username": "jane" }), "jane"),
        (json!({ "email": "jane@example.com" }), "jane"),
        (json!({ "email": "JANE@example.com" }), "jane"),
        (json!({ "email": "JANE@example.com", "password": "wrong" }), REFUSED),
        // An address does not work as a name, nor a name as an address.
        (json!({ "username": "jane@example.com" }), REFUSED),
        (json!({ "username": "at@example.com" }), "at@example.com"),
        (json!({ "email": "at@example.com" }), REFUSED),
        // The address counts if a user has it.
        (json!({ "username": "jane", "email": "nobody@example.com" }), "jane"),
        (json!({ "username": "jane", "email": "mary@example.com" }), "mary"),
        (json!({ "email": "nobody@example.com" }), REFUSED),
        (json!({}), REFUSED),
        (json!({ "username": "", "email": "" }), REFUSED),
    ] {
        assert_eq!(login(&app, body.clone()).await, expected, "{body}");
    }
    app.sql("UPDATE auth_user SET is_active = false").await;
    assert_eq!(login(&app, json!({ "username": "jane" })).await, REFUSED);
    assert_eq!(login(&app, json!({ "email": "jane@example.com" })).await, REFUSED);
}

#[each_database(Sqlite, Postgres)]
async fn names_in_another_case_are_other_names() {
    let app = app(&[("jane", "jane@example.com"), ("MARY", "mary@example.com")]).await;
    assert_eq!(login(&app, json!({ "username": "JANE" })).await, REFUSED);
    let key = app.client().post("/login/", json!({ "username": "jane", "password": PASSWORD })).await.json();
    let mut jane = app.client().header("authorization", &format!("Token {}", key["key"].as_str().expect("a key")));
    assert_eq!(jane.patch("/user/", json!({ "username": "mary" })).await.status(), 200);
    let taken = r#"400 {"username":["A user with that username already exists."]}"#;
    assert_eq!(jane.patch("/user/", json!({ "username": "MARY" })).await.line(), taken);
}

#[each_database(MySql)]
async fn names_are_compared_as_mysql_compares_them() {
    let app = app(&[("jane", "jane@example.com")]).await;
    assert_eq!(login(&app, json!({ "username": "JANE" })).await, "jane");
}

#[each_database]
async fn where_several_users_have_an_address_each_may_be_meant() {
    let app = app(&[("jane", "both@example.com"), ("mary", "both@example.com")]).await;
    app.sql("UPDATE auth_user SET password = '!' WHERE username = 'jane'").await;
    assert_eq!(login(&app, json!({ "email": "both@example.com" })).await, "mary");
}

#[each_database]
async fn a_link_to_a_new_password_is_djangos_own() {
    let app = app(&[("jane", "Jane@Example.com"), ("mary", "mary@example.com"), ("gone", "gone@example.com")]).await;
    app.sql("UPDATE auth_user SET password = '!' WHERE username = 'mary'").await;
    app.sql("UPDATE auth_user SET is_active = false WHERE username = 'gone'").await;
    for address in ["mary@example.com", "gone@example.com", "jane@example.com"] {
        let answer = app.client().post("/password/reset/", json!({ "email": address })).await;
        assert_eq!(answer.line(), r#"200 {"detail":"Password reset e-mail has been sent."}"#);
    }
    let mails = app.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["Jane@Example.com"]);
    assert!(mails[0].text.contains("The user name is jane,"), "{}", mails[0].text);
    let (_, link) = mails[0].text.split_once("/new/").expect("a link");
    let (uid, token) = link.split_whitespace().next().and_then(|link| link.split_once('/')).expect("a link");
    assert_eq!(uid, "MQ");
    let confirm = async |uid: &str, token: &str| {
        let body =
            json!({ "uid": uid, "token": token, "new_password1": "battery staple", "new_password2": "battery staple" });
        app.client().post("/password/reset/confirm/", body).await.line()
    };
    assert_eq!(confirm(uid, "x-y").await, r#"400 {"token":["Invalid value"]}"#);
    for uid in ["1", "!!", "_w", "OTk5OQ", ""] {
        let answer = confirm(uid, token).await;
        assert!(answer.starts_with(r#"400 {"uid":["#), "{uid}: {answer}");
    }
    let reset = r#"200 {"detail":"Password has been reset with the new password."}"#;
    assert_eq!(confirm("MQ==", token).await, reset);
    assert_eq!(confirm(uid, token).await, r#"400 {"token":["Invalid value"]}"#);
    assert_eq!(login(&app, json!({ "email": "jane@example.com", "password": "battery staple" })).await, "jane");
}

#[each_database]
async fn the_tables_of_allauth_are_neither_made_nor_needed() {
    let app = app(&[("jane", "jane@example.com")]).await;
    let plan = crate::Store::statements(app.auth().store().dialect(), app.auth().settings()).join("\n");
    for table in ["account_emailaddress", "account_emailconfirmation", "socialaccount_", "'account'", "'socialaccount'"]
    {
        assert!(!plan.contains(table), "{table}: {plan}");
    }
    assert_eq!(app.auth().store().missing_tables().await.expect("an answer"), [""; 0]);
    assert_eq!(app.auth().store().missing_indexes().await.expect("an answer"), [""; 0]);
    assert_eq!(crate::examine(app.auth().settings()).await, []);
    let key = app.client().post("/login/", json!({ "username": "jane", "password": PASSWORD })).await.json();
    let mut jane = app.client().header("authorization", &format!("Token {}", key["key"].as_str().expect("a key")));
    let change = json!({ "new_password1": "battery staple", "new_password2": "battery staple" });
    assert_eq!(jane.post("/password/change/", change).await.line(), r#"200 {"detail":"New password has been saved."}"#);
    assert_eq!(jane.post("/logout/", json!({})).await.line(), r#"200 {"detail":"Successfully logged out."}"#);
    for path in ["/registration/", "/registration/verify-email/", "/registration/resend-email/", "/email/change/"] {
        assert_eq!(jane.post(path, json!({ "email": "new@example.com" })).await.status(), 404, "{path}");
    }
}

#[each_database]
async fn registration_alone_can_be_left_out() {
    let app = TestApp::with("[registration]\nenabled = false").await;
    let mut client = app.client();
    assert_eq!(client.post("/registration/", json!({})).await.status(), 404);
    assert_eq!(client.post("/registration/resend-email/", json!({ "email": "a@example.com" })).await.status(), 200);
    let app = TestApp::with("[registration]\nenabled = false\n[account]\nemail_verification = 'none'").await;
    for path in ["/registration/", "/registration/resend-email/", "/registration/verify-email/"] {
        assert_eq!(app.client().post(path, json!({})).await.status(), 404, "{path}");
    }
}

#[test]
fn what_is_a_part_of_allauth_is_refused_without_it() {
    for (setting, path) in [
        ("[account]\nchange_email = true", "account.change_email"),
        ("[account]\nemail_verification = 'mandatory'", "account.email_verification"),
        ("[login]\nunverified_email_error = { email = 'no' }", "login.unverified_email_error"),
        ("[registration.types.vendor]", "registration.types"),
    ] {
        let error = Settings::from_toml(&format!("allauth = false\n{setting}")).expect_err("a refusal").to_string();
        assert!(error.contains(path), "{error}");
    }
    assert!(
        Settings::from_toml("allauth = false\n[account]\nlogin_methods = ['username']\nsignup_fields = []").is_ok()
    );
}
