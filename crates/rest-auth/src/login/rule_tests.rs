//! An application's own rules at login.

use serde::Deserialize;
use serde_json::json;

use super::LoginAttempt;
use crate::error::Error;
use crate::fields::Fields;
use crate::settings::{Login, Settings};
use crate::testing::{TestApp, each_database};

#[derive(Deserialize, Fields)]
struct OrganizationLogin {
    organization: Option<String>,
}

async fn is_member(login: LoginAttempt) -> Result<(), Error> {
    match login.input::<OrganizationLogin>()?.organization {
        Some(name) if !login.in_group(&name) => {
            Err(Error::field("organization", "You are not a member of this organization."))
        }
        _ => Ok(()),
    }
}

#[each_database]
async fn a_rule_is_asked_once_the_password_is_right() {
    let app = TestApp::built(Settings::default(), |builder| {
        builder.login(Login::default().fields::<OrganizationLogin>()).check_login(is_member)
    })
    .await;
    app.user("jane", "correct horse").await;
    app.sql("INSERT INTO auth_group (id, name) VALUES (1, 'Acme')").await;
    let mut client = app.client();
    let body = |password: &str, organization: serde_json::Value| json!({ "username": "jane", "password": password, "organization": organization });
    let refused = "400 {\"organization\":[\"You are not a member of this organization.\"]}";
    assert_eq!(client.post("/login/", body("correct horse", json!("Acme"))).await.line(), refused);
    assert!(client.cookies.is_empty(), "nobody was let in");
    let wrong = client.post("/login/", body("nope", json!("Acme"))).await;
    assert_eq!(wrong.line(), "400 {\"non_field_errors\":[\"Unable to log in with provided credentials.\"]}");
    let invalid = client.post("/login/", body("correct horse", json!([]))).await;
    assert_eq!(invalid.line(), "400 {\"organization\":[\"Not a valid string.\"]}");
    app.sql("INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)").await;
    assert_eq!(client.post("/login/", body("correct horse", json!("Acme"))).await.status(), 200);
    let without = json!({ "username": "jane", "password": "correct horse" });
    assert_eq!(app.client().post("/login/", without).await.status(), 200);
}

#[test]
fn a_file_cannot_ask_for_what_no_rule_looks_at() {
    let error = Settings::from_toml("[login]\nfields.organization = { type = \"text\" }").expect_err("refused");
    assert!(error.to_string().contains("login.fields.organization: nothing would become of it"), "{error}");
    let with_a_webhook = "[login]\nfields.organization = { type = \"text\" }\n\
                          webhook = { url = \"https://example.com/\", secret = \"0123456789abcdef0123456789abcdef\" }";
    assert_eq!(Settings::from_toml(with_a_webhook).is_ok(), cfg!(feature = "webhook"));
}
