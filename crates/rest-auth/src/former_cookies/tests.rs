use serde_json::json;

use crate::settings::Settings;
use crate::testing::{Answer, TestApp, each_database};

const SETTINGS: &str = "former_cookies = [{ name = 'refresh', path = '/' }, { name = 'sessionid', domain = '.example.com' }, \
    { name = 'old-access' }]\n[rest_auth]\nuse_jwt = true\njwt_auth_cookie = 'access'\n\
    jwt_auth_refresh_cookie = 'refresh'\njwt_auth_refresh_cookie_path = '/api/auth/'\n";
const GONE: &str = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

fn removals(answer: &Answer) -> Vec<String> {
    answer.cookies().iter().filter(|cookie| cookie.value().is_empty()).map(ToString::to_string).collect()
}

#[each_database]
async fn login_refresh_and_logout_remove_cookies_from_their_former_places() {
    let app = TestApp::with(SETTINGS).await;
    app.user("jane", "correct horse").await;
    let refresh = format!("refresh=; SameSite=Lax; Path=/; {GONE}");
    let session = format!("sessionid=; SameSite=Lax; Path=/; Domain=example.com; {GONE}");
    let old = format!("old-access=; SameSite=Lax; Path=/; {GONE}");
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    assert_eq!(removals(&login), [refresh.clone(), session.clone(), old.clone()]);
    let names: Vec<_> = login.cookies().iter().map(|cookie| cookie.name().to_owned()).collect();
    assert_eq!(names, ["refresh", "sessionid", "old-access", "access", "refresh", "csrftoken", "sessionid"]);
    assert!(client.cookies.contains_key("refresh"), "the removals come first");
    let refreshed = client.post("/token/refresh/", json!({})).await;
    assert_eq!(refreshed.status(), 200);
    assert_eq!(
        removals(&refreshed),
        std::slice::from_ref(&old),
        "the refresh cookie is not set again where tokens are not rotated"
    );
    let logout = client.with_csrf().post("/logout/", json!({})).await;
    let current = format!("refresh=; SameSite=Lax; Path=/api/auth/; {GONE}");
    let removed = removals(&logout);
    assert_eq!(removed[..3], [refresh, session, old]);
    assert!(removed.contains(&current) && removed.contains(&format!("access=; SameSite=Lax; Path=/; {GONE}")));
    assert!(app.client().get("/user/").await.cookies().is_empty(), "nothing is removed where nothing is set");
}

#[test]
fn places_that_are_not_former_are_refused() {
    for (toml, problem) in [
        ("former_cookies = [{ name = 'sessionid' }]", "the cookie \"sessionid\" is still at the path \"/\""),
        ("former_cookies = [{ name = 'a b' }]", "\"a b\" cannot be a cookie's name"),
        ("former_cookies = [{ name = 'sessionid', path = 'api' }]", "browsers ignore the path \"api\""),
        ("former_cookies = [{ name = 'sessionid', host = 'x' }]", "found `host`"),
        (
            "session_cookie_domain = '.example.com'\nformer_cookies = [{ name = 'sessionid', domain = 'Example.com' }]",
            "is still at the path",
        ),
    ] {
        let refused = Settings::from_toml(toml).expect_err(toml).to_string();
        assert!(refused.contains(problem), "{problem:?} is not in {refused}");
    }
}
