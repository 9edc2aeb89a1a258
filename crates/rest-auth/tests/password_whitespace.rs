//! White space around a password: Django's admin stores it, REST framework drops it.

use rest_auth::NewAccount;
use rest_auth::testing::{TestApp, each_database};
use serde_json::json;

const BLANK: &str = r#"400 {"password":["This field may not be blank."]}"#;
const WRONG: &str = r#"400 {"non_field_errors":["Unable to log in with provided credentials."]}"#;

async fn login(app: &TestApp, password: &str) -> u16 {
    let answer = app.client().post("/login/", json!({ "username": "jane", "password": password })).await;
    if answer.status() != 200 {
        assert_eq!(answer.line(), WRONG, "{password:?}");
    }
    answer.status()
}

#[each_database]
async fn a_password_that_django_stored_with_white_space_is_good_as_it_is() {
    let app = TestApp::with("account.change_email = true\nrest_auth.old_password_field_enabled = true").await;
    // Django's admin stores the password with white space, too.
    app.user("jane", " battery staple 9\t").await;
    assert_eq!(login(&app, " battery staple 9\t").await, 200);
    assert_eq!(login(&app, "battery staple 9").await, 400);
    assert_eq!(login(&app, "battery staple 9\t").await, 400);

    let mut jane = app.client();
    jane.post("/login/", json!({ "username": "jane", "password": " battery staple 9\t" })).await;
    let mut jane = jane.with_csrf();
    let change = json!({ "email": "new@example.com", "password": " battery staple 9\t" });
    assert_eq!(jane.post("/email/change/", change).await.line(), r#"200 {"detail":"Verification e-mail sent."}"#);
    let change = json!({
        "old_password": " battery staple 9\t", "new_password1": "correct horse 8 ", "new_password2": " correct horse 8",
    });
    let changed = jane.post("/password/change/", change).await;
    assert_eq!(changed.line(), r#"200 {"detail":"New password has been saved."}"#);
    assert_eq!(login(&app, "correct horse 8").await, 200);
}

#[each_database]
async fn a_password_that_an_endpoint_stored_is_good_with_and_without_white_space() {
    let app = TestApp::with("account.change_email = true\nrest_auth.old_password_field_enabled = true").await;
    let jane = json!({
        "username": "jane", "email": "jane@example.com",
        "password1": "battery staple 9 ", "password2": "battery staple 9",
    });
    assert_eq!(app.client().post("/registration/", jane).await.status(), 201);
    for sent in ["battery staple 9", "battery staple 9 ", "\u{a0}battery staple 9\n"] {
        assert_eq!(login(&app, sent).await, 200, "{sent:?}");
    }
    let mut jane = app.client();
    jane.post("/login/", json!({ "username": "jane", "password": "battery staple 9" })).await;
    let mut jane = jane.with_csrf();
    let change = json!({ "email": "new@example.com", "password": "battery staple 9 " });
    assert_eq!(jane.post("/email/change/", change).await.status(), 200);
    let change = json!({
        "old_password": " battery staple 9", "new_password1": "correct horse 8", "new_password2": "correct horse 8",
    });
    assert_eq!(jane.post("/password/change/", change).await.status(), 200);
    assert_eq!(app.client().post("/login/", json!({ "username": "jane", "password": " " })).await.line(), BLANK);
}

#[each_database]
async fn a_password_that_the_program_stores_is_stored_as_an_endpoint_would() {
    let app = TestApp::new().await;
    let account = |password: &str| NewAccount {
        username: "jane".to_owned(),
        email: "jane@example.com".to_owned(),
        password: Some(password.to_owned()),
        ..NewAccount::default()
    };
    let refused = app.auth().users().create(account("  \t")).await.expect_err("a password of white space");
    assert_eq!(refused.to_string(), "password: This field may not be blank.");
    let jane = app.auth().users().create(account("battery staple 9 ")).await.expect("a user");
    for sent in ["battery staple 9", "battery staple 9 "] {
        assert_eq!(login(&app, sent).await, 200, "{sent:?}");
    }
    app.auth().users().set_password(&jane, "\tcorrect horse 8").await.expect("a new password");
    for sent in ["correct horse 8", "\tcorrect horse 8"] {
        assert_eq!(login(&app, sent).await, 200, "{sent:?}");
    }
}
