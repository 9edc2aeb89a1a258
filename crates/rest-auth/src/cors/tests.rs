use axum::Router;
use axum::body::Body;
use axum::http::Method;

use crate::settings::Settings;
use crate::testing::{Answer, TestApp, each_database};

const APP: &str = "https://app.example.com";

/// Sends the preflight that a browser sends before a request of another origin.
async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let client = app.client().header("origin", origin).header("access-control-request-method", "PATCH");
    client.clone().send(Method::OPTIONS, "/user/", None, Body::empty()).await
}

fn allowed(answer: &Answer) -> [&str; 3] {
    ["access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-private-network"]
        .map(|name| answer.header(name))
}

#[each_database]
async fn scripts_of_named_origins_may_read() {
    let app = TestApp::with(&format!("cors_allowed_origins = ['{APP}']\ncors_allow_credentials = true")).await;
    let answer = app.client().header("origin", APP).get("/user/").await;
    assert_eq!(allowed(&answer), [APP, "true", ""]);
    assert_eq!(answer.headers("vary"), ["Cookie", "origin"]);
    let answer = preflight(&app, APP).await;
    assert_eq!(answer.line(), "200 ");
    assert_eq!(allowed(&answer), [APP, "true", ""]);
    assert_eq!(answer.header("access-control-allow-methods"), "DELETE, GET, OPTIONS, PATCH, POST, PUT");
    assert_eq!(answer.header("access-control-max-age"), "86400");
    for stranger in ["https://evil.example.com", "http://app.example.com", "https://app.example.com:8443", "null"] {
        let answer = app.client().header("origin", stranger).get("/user/").await;
        assert_eq!(allowed(&answer), ["", "", ""]);
        assert!(answer.headers("vary").contains(&"origin"), "a cache must not give it to an origin that may read");
        let answer = preflight(&app, stranger).await;
        assert_eq!((answer.line(), allowed(&answer)), ("200 ".to_owned(), ["", "", ""]));
        assert_eq!(answer.header("access-control-allow-headers"), "");
    }
}

#[each_database(Sqlite)]
async fn a_script_may_send_the_headers_that_the_settings_name() {
    let usual = "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with";
    let named = "csrf_header_name = 'HTTP_X_XSRF_TOKEN'\nrest_auth.jwt_transport_header = 'X-Token-Transport'\n\
                 simple_jwt.auth_header_name = 'HTTP_X_ACCESS_TOKEN'\n";
    for (toml, allowed) in [
        ("", format!("{usual}, x-request-id")),
        (named, format!("{usual}, x-xsrf-token, x-access-token, x-token-transport, x-request-id")),
        (
            "cors_allow_headers = ['Content-Type', 'baggage', 'sentry-trace']",
            "Content-Type, baggage, sentry-trace, x-csrftoken, authorization, x-request-id".to_owned(),
        ),
    ] {
        let app = TestApp::with(&format!("cors_allowed_origins = ['{APP}']\n{toml}")).await;
        assert_eq!(preflight(&app, APP).await.header("access-control-allow-headers"), allowed);
    }
}

#[each_database(Sqlite)]
async fn origins_may_be_named_by_patterns() {
    let app =
        TestApp::with(r"cors_allowed_origin_regexes = ['^https://\w+\.example\.com$', 'http://localhost:\d+$']").await;
    for (origin, may) in [
        (APP, true),
        ("http://localhost:5173", true),
        ("https://a.b.example.com", false),
        ("https://app.example.com.evil.org", false),
        ("https://evil.org/https://app.example.com", false),
        ("null", false),
    ] {
        let answer = app.client().header("origin", origin).get("/user/").await;
        assert_eq!(answer.header("access-control-allow-origin"), if may { origin } else { "" });
    }
}

#[each_database(Sqlite)]
async fn every_origin_may_read_but_the_star_carries_no_cookies() {
    let app = TestApp::with("cors_allow_all_origins = true").await;
    assert_eq!(allowed(&preflight(&app, APP).await), ["*", "", ""]);
    let app = TestApp::with("cors_allow_all_origins = true\ncors_allow_credentials = true").await;
    assert_eq!(allowed(&preflight(&app, APP).await), [APP, "true", ""]);
    assert_eq!(allowed(&app.client().get("/user/").await), ["", "", ""], "no browser sent this");
}

#[each_database(Sqlite)]
async fn pages_without_an_origin_may_be_named() {
    let app = TestApp::with("cors_allowed_origins = ['null', 'file://', 'capacitor://localhost']").await;
    for origin in ["null", "file://", "capacitor://localhost"] {
        assert_eq!(allowed(&preflight(&app, origin).await), [origin, "", ""]);
    }
}

#[each_database(Sqlite)]
async fn the_rest_is_as_the_settings_say() {
    let toml = format!(
        "cors_allowed_origins = ['{APP}']\ncors_expose_headers = ['Retry-After', 'X-Request-ID']\n\
         cors_preflight_max_age = 0\ncors_allow_methods = ['GET', 'POST']\ncors_allow_private_network = true"
    );
    let app = TestApp::with(&toml).await;
    let answer = preflight(&app, APP).await;
    assert_eq!(answer.header("access-control-allow-methods"), "GET, POST");
    assert_eq!(answer.header("access-control-max-age"), "");
    assert_eq!(answer.header("access-control-expose-headers"), "Retry-After, X-Request-ID");
    assert_eq!(allowed(&answer), [APP, "", ""], "it did not ask for the private network");
    let client = app.client().header("origin", APP).header("access-control-request-private-network", "true");
    let mut client = client.header("access-control-request-method", "GET");
    let answer = client.send(Method::OPTIONS, "/user/", None, Body::empty()).await;
    assert_eq!(allowed(&answer), [APP, "", "true"]);
}

#[each_database(Sqlite)]
async fn a_plain_options_of_another_origin_describes_the_endpoint() {
    let app = TestApp::with(&format!("cors_allowed_origins = ['{APP}']")).await;
    let answer = app.client().header("origin", APP).send(Method::OPTIONS, "/login/", None, Body::empty()).await;
    assert!(answer.json()["actions"]["POST"].is_object());
    assert_eq!(allowed(&answer), [APP, "", ""]);
}

#[each_database(Sqlite)]
async fn the_settings_apply_to_the_paths_that_the_pattern_matches() {
    let toml = format!("cors_allowed_origins = ['{APP}']\ncors_urls_regex = '^/api/.*$'");
    let app = TestApp::with(&toml).await;
    assert_eq!(allowed(&preflight(&app, APP).await), ["", "", ""]);
    let nested = Router::new().nest("/api/auth", app.auth().router());
    let answer = app.client_of(nested).header("origin", APP).get("/api/auth/user/").await;
    assert_eq!(allowed(&answer), [APP, "", ""], "the whole path counts");
}

#[test]
fn what_no_browser_sends_is_refused_with_what_to_write() {
    for (toml, problem) in [
        (
            "cors_allowed_origins = ['https://*.example.com']",
            "no browser sends the origin \"https://*.example.com\"\n    Write a pattern",
        ),
        (
            "cors_allowed_origins = ['*']",
            "Write a pattern into cors_allowed_origin_regexes, or set cors_allow_all_origins = true.",
        ),
        ("cors_allowed_origins = ['https://app.example.com:443']", "Write \"https://app.example.com\"."),
        ("cors_allowed_origins = ['http://app.example.com:80']", "Write \"http://app.example.com\"."),
        ("cors_allowed_origins = ['https://app.example.com/']", "Write \"https://app.example.com\"."),
        ("cors_allowed_origins = ['https://App.Example.com']", "Write \"https://app.example.com\"."),
        ("cors_allowed_origins = ['app.example.com']", "\"app.example.com\" has no scheme"),
        ("cors_allowed_origins = ['https://']", "\"https://\" is not an origin"),
        ("csrf_trusted_origins = ['https://app.example.com/login']", "Write \"https://app.example.com\"."),
        ("csrf_trusted_origins = ['https://*.Example.com/']", "Write \"https://*.example.com\"."),
        ("csrf_trusted_origins = ['https://app.*.com']", "A star matches subdomains"),
        ("rest_auth.jwt_app_origins = ['null']", "\"null\" is not the origin of an app"),
        ("rest_auth.jwt_app_origins = ['capacitor://localhost/']", "Write \"capacitor://localhost\"."),
        ("cors_allowed_origin_regexes = ['https://(']", "cannot be read as a pattern: unclosed group"),
        ("cors_urls_regex = '(?!x)'", "Look-around and references to groups are not supported."),
        ("cors_allow_headers = ['x csrftoken']", "\"x csrftoken\" cannot be the name of a header"),
        ("cors_expose_headers = ['']", "\"\" cannot be the name of a header"),
        ("cors_allow_methods = ['GET POST']", "\"GET POST\" cannot be a method"),
    ] {
        let refused = Settings::from_toml(toml).expect_err(toml).to_string();
        assert!(refused.contains(problem), "{problem:?} is not in {refused}");
    }
    for toml in [
        "cors_allowed_origins = ['http://localhost:3000', 'https://xn--bcher-kva.example', 'http://[::1]:3000', 'null']",
        "csrf_trusted_origins = ['https://*.example.com', 'https://*.example.com:8443', 'https://*example.com']",
        "rest_auth.jwt_app_origins = ['capacitor://localhost', 'http://localhost', 'https://tauri.localhost', 'file://']",
    ] {
        assert!(Settings::from_toml(toml).is_ok(), "{toml}");
    }
}
