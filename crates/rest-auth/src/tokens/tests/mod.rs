//! What clients see of JSON Web Tokens.

mod at_once;
mod blacklist;
mod cookies;
mod refresh;
mod renewal;
mod reuse;
mod revoked;
mod schemes;
mod several;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::testing::{Answer, Client, TestApp};

const JANE: &str = "correct horse";

/// Tokens in the body, and nothing else.
const BODY: &str = "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n";
/// Tokens in cookies that no script sees.
const COOKIES: &str = "[rest_auth]\nuse_jwt = true\nsession_login = false\njwt_auth_cookie = 'access'\n\
                       jwt_auth_refresh_cookie = 'refresh'\n";
const ROTATE: &str = "[simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\n";

/// Accounts with a user jane, and a client who has logged in, with the answer.
async fn logged_in(settings: &str) -> (TestApp, Client, Answer) {
    let app = TestApp::with(settings).await;
    app.user("jane", JANE).await;
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    assert_eq!(login.status(), 200, "{}", login.text());
    (app, client, login)
}

fn text(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap_or_default().to_owned()
}

/// What a token says, without looking at who signed it.
fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON")
}
