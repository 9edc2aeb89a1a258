//! Bodies that are deep, or of many parts, on purpose.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::testing::TestApp;

async fn login(app: &TestApp, media_type: &str, body: String) -> String {
    app.client().send(Method::POST, "/login/", Some(media_type), Body::from(body)).await.line()
}

const NO_PASSWORD: &str = r#"400 {"password":["This field is required."]}"#;

#[tokio::test]
async fn json_may_be_as_deep_as_a_body_is_long() {
    let app = TestApp::new().await;
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let body = format!(r#"{{"username":{deep},"password":"x"}}"#);
    assert_eq!(login(&app, "application/json", body).await, r#"400 {"username":["Not a valid string."]}"#);
    let broken = format!(r#"{{"username":{}"#, "[".repeat(1_000_000));
    assert!(login(&app, "application/json", broken).await.starts_with(r#"400 {"detail":"JSON parse error - "#));
    let objects = format!(r#"{{"username":{}1{},"password":"x"}}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(login(&app, "application/json", objects).await, r#"400 {"username":["Not a valid string."]}"#);
}

#[tokio::test]
async fn json_that_is_kept_may_be_a_hundred_deep() {
    let profile = "[profiles.profile]\ntable = 'app_userprofile'\nfields.extra = { type = 'json', default = {} }";
    let app = TestApp::with(profile).await;
    app.user("jane", "correct horse").await;
    let mut jane = app.client();
    let login = jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let mut jane = jane.header("authorization", &format!("Token {}", login.json()["key"].as_str().expect("a key")));
    let mut patch = async |depth: usize| {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"profile":{{"extra":{deep}}}}}"#);
        jane.send(Method::PATCH, "/user/", Some("application/json"), Body::from(body)).await.line()
    };
    assert!(patch(100).await.starts_with("200 "));
    assert_eq!(patch(200).await, r#"400 {"profile":{"extra":["Value must be valid JSON."]}}"#);
}

#[tokio::test]
async fn a_form_has_a_thousand_fields_at_the_most() {
    let app = TestApp::new().await;
    let form = |count: usize| format!("username=jane{}", "&a=1".repeat(count));
    let media_type = "application/x-www-form-urlencoded";
    assert_eq!(login(&app, media_type, form(999)).await, NO_PASSWORD);
    let refused =
        r#"400 {"detail":"The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS (1000)."}"#;
    assert_eq!(login(&app, media_type, form(1000)).await, refused);
}

#[tokio::test]
async fn a_multipart_form_has_a_thousand_fields_and_a_hundred_files_at_the_most() {
    let app = TestApp::new().await;
    let form = |parts: &[(&str, usize)]| {
        let parts = parts
            .iter()
            .map(|(name, count)| format!("--X\r\nContent-Disposition: form-data{name}\r\n\r\njane\r\n").repeat(*count));
        format!("{}--X--\r\n", parts.collect::<String>())
    };
    let (username, field, file, nameless) = ("; name=\"username\"", "; name=\"a\"", "; name=\"a\"; filename=\"b\"", "");
    let send = async |parts: &[(&str, usize)]| login(&app, "multipart/form-data; boundary=X", form(parts)).await;
    assert_eq!(send(&[(field, 999), (username, 1)]).await, NO_PASSWORD);
    assert_eq!(
        send(&[(field, 1000), (username, 1)]).await,
        r#"400 {"detail":"The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS (1000)."}"#
    );
    assert_eq!(send(&[(file, 100), (username, 1)]).await, NO_PASSWORD);
    assert_eq!(
        send(&[(file, 101), (username, 1)]).await,
        r#"400 {"detail":"The number of files exceeded settings.DATA_UPLOAD_MAX_NUMBER_FILES (100)."}"#
    );
    // What has no name is no field; whoever sends many of them is not listened to any longer.
    let email = "; name=\"email\"";
    let heard = r#"400 {"email":["Enter a valid email address."],"password":["This field is required."]}"#;
    assert_eq!(send(&[(nameless, 1000), (email, 1)]).await, heard);
    assert_eq!(send(&[(nameless, 1001), (email, 1)]).await, NO_PASSWORD);
}
