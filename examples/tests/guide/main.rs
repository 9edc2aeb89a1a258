//! Each example, as a client sees it: once as Rust says it, once as `rest-auth.toml` does, with the same requests and the
//! same answers.

mod claims;
mod email_verification_url;
mod everything;
mod getting_started;
mod login_rules;
mod login_with_email;
mod password_reset_url;
mod profile;
mod rate_limiting;
mod receiver;
mod refresh_on_activity;
mod registration_fields;
mod require_email_verification;
mod sections;
mod shop;
mod user_details;
mod user_types;

use rest_auth::testing::{Answer, Client, TestApp};
use rest_auth::{Builder, Settings};
use serde_json::{Value, json};

/// The accounts as Rust says them and as the file does, which is the same.
async fn both(accounts: fn(Builder) -> Builder, toml: &str) -> [TestApp; 2] {
    let [rust, file] = [TestApp::built(Settings::default(), accounts).await, TestApp::with(toml).await];
    assert_eq!(settings(&rust), settings(&file));
    [rust, file]
}

/// All settings but where the test's database and its files are.
fn settings(app: &TestApp) -> Settings {
    let mut settings = app.auth().settings().clone();
    let usual = Settings::default();
    (settings.database_url, settings.media.root) = (usual.database_url, usual.media.root);
    settings
}

const PASSWORD: &str = "correct horse battery";

/// What registration asks every user for.
fn signup(name: &str, more: Value) -> Value {
    let mut body = json!({
        "username": name, "email": format!("{name}@example.com"), "password1": PASSWORD, "password2": PASSWORD,
    });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// A login by name, with what else it takes.
async fn login(client: &mut Client, path: &str, name: &str, more: Value) -> Answer {
    let mut body = json!({ "username": name, "password": PASSWORD });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    client.post(path, body).await
}

/// The link in the only mail that was sent.
async fn link(app: &TestApp) -> String {
    let mails = app.mails().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    let link = mail.text.split_whitespace().find(|word| word.starts_with("https://"));
    link.expect("a link").to_owned()
}
