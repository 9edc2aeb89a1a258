use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use crate::testing::{Answer, TestApp, each_database};

/// A token as SimpleJWT would have signed it under the secret key.
pub(super) fn token(app: &TestApp, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "token_type": "access",
        "exp": app.auth().now().unix_timestamp() + 300,
        "iat": app.auth().now().unix_timestamp(),
        "jti": "0123456789abcdef0123456789abcdef",
        "user_id": "1",
    });
    change(&mut claims);
    let key = EncodingKey::from_secret(app.auth().secret_key().expose().as_bytes());
    jsonwebtoken::encode(&Header::default(), &claims, &key).expect("a token")
}

pub(super) async fn show(app: &TestApp, token: &str) -> Answer {
    app.client().header("authorization", &format!("Bearer {token}")).get("/user/").await
}

#[each_database]
async fn a_token_of_djangos_is_good_here() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let answer = show(&app, &token(&app, |_| {})).await;
    assert_eq!(
        answer.line(),
        r#"200 {"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}"#
    );
}

#[each_database]
async fn no_other_token_is() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let now = app.auth().now().unix_timestamp();
    let refused = |message: &str| {
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{ "token_class": "AccessToken", "token_type": "access", "message": message }],
        })
    };
    let cases = [
        (token(&app, |claims| claims["exp"] = now.into()), refused("Token is expired")),
        (token(&app, |claims| claims["token_type"] = "refresh".into()), refused("Token has wrong type")),
        (token(&app, |claims| claims["user_id"] = "99".into()), json!({ "detail": "User not found", "code": "user_not_found" })),
        (token(&app, |_| {}) + "x", refused("Token is invalid")),
        // The same claims, signed by nobody.
        (
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjo5OTk5OTk5OTk5LCJqdGkiOiJhIiwidXNlcl9pZCI6IjEifQ.".to_owned(),
            refused("Token is invalid"),
        ),
    ];
    for (token, body) in cases {
        let answer = show(&app, &token).await;
        assert_eq!((answer.status(), answer.json()), (401, body), "{token}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    }
}

#[each_database]
async fn the_first_way_to_authenticate_names_the_challenge() {
    for (ways, status, challenge) in
        [("'jwt', 'session'", 401, "Bearer realm=\"api\""), ("'token'", 401, "Token"), ("'session', 'token'", 403, "")]
    {
        let app = TestApp::with(&format!("authentication = [{ways}]")).await;
        let answer = app.client().get("/user/").await;
        assert_eq!((answer.status(), answer.header("www-authenticate")), (status, challenge), "{ways}");
        assert_eq!(answer.text(), r#"{"detail":"Authentication credentials were not provided."}"#);
    }
}
