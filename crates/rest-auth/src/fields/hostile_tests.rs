//! Bodies that are deep, or of many parts, on purpose.

use axum::body::Body;
use axum::http::Method;

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
    let app = TestApp::with("[login]\nfields.more = { type = 'json' }").await;
    for (depth, answer) in [
        (100, r#"400 {"password":["This field is required."]}"#),
        (200, r#"400 {"more":["Value must be valid JSON."],"password":["This field is required."]}"#),
    ] {
        let deep = format!(r#"{{"username":"jane","more":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let said = login(&app, "application/json", deep).await;
        assert!(said == answer || said.contains("Value must be valid JSON.") == (depth == 200), "{depth}: {said}");
    }
}

#[tokio::test]
async fn a_form_has_a_thousand_fields_at_the_most() {
    let app = TestApp::new().await;
    let form = |count: usize| format!("username=jane{}", "&a=1".repeat(count));
    let media_type = "application/x-www-form-urlencoded";
    assert_eq!(login(&app, media_type, form(999)).await, NO_PASSWORD);
    let refused =
        r#"400 {"detail":"The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS."}"#;
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
        r#"400 {"detail":"The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS."}"#
    );
    assert_eq!(send(&[(file, 100), (username, 1)]).await, NO_PASSWORD);
    assert_eq!(
        send(&[(file, 101), (username, 1)]).await,
        r#"400 {"detail":"The number of files exceeded settings.DATA_UPLOAD_MAX_NUMBER_FILES."}"#
    );
    // What has no name is no field; whoever sends so many is not listened to any longer.
    let both = r#"400 {"username":["This field is required."],"password":["This field is required."]}"#;
    let answer = send(&[(nameless, 5000), (username, 1)]).await;
    assert!(answer == both || answer.contains("Must include"), "{answer}");
}
