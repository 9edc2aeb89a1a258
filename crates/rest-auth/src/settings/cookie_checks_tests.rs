use crate::settings::Settings;

const COOKIES: &str = "[rest_auth]\nuse_jwt = true\nsession_login = false\njwt_auth_cookie = 'access'\n\
    jwt_auth_refresh_cookie = 'refresh'\n";

fn settings(toml: &str) -> Settings {
    Settings::from_toml(toml).unwrap_or_else(|error| panic!("{toml}: {error}")).settings
}

fn warnings(toml: &str) -> Vec<String> {
    settings(toml).browser_warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn cookies_that_no_browser_keeps_are_refused() {
    for (toml, problem) in [
        ("jwt_auth_cookie_domain = 'http://example.com'", "which is a URL\n    Write \"example.com\"."),
        ("jwt_auth_cookie_domain = 'example.com:8000'", "browsers drop a cookie of the domain \"example.com:8000\""),
        ("jwt_auth_cookie_domain = 'example.com/api'", "browsers drop a cookie of the domain"),
        ("jwt_auth_cookie_domain = '*.example.com'", "without a port, a path or a star"),
        ("jwt_auth_cookie_domain = '.'", "browsers drop a cookie of the domain"),
        ("jwt_auth_cookie_domain = 'bücher.example'", "Write \"xn--bcher-kva.example\"."),
        ("jwt_auth_cookie_domain = '.127.0.0.1'", "Nothing is below an address. Leave the domain out."),
        ("jwt_auth_cookie_domain = '.com'", "below which anybody can register a name"),
        ("jwt_auth_cookie_domain = '.co.uk'", "Name your own domain, or leave it out."),
        ("jwt_auth_cookie_domain = 'github.io'", "below which anybody can register a name"),
        ("jwt_auth_refresh_cookie_path = 'api/auth'", "which does not begin with a slash"),
        ("jwt_auth_refresh_cookie_path = ''", "browsers ignore the path \"\""),
        ("jwt_auth_refresh_cookie_path = '/;'", "\"/;\" cannot be a path"),
    ] {
        let refused = Settings::from_toml(&format!("{COOKIES}{toml}")).expect_err(toml).to_string();
        assert!(refused.contains(problem), "{problem:?} is not in {refused}");
        assert_eq!(refused.matches("\n- ").count(), 1, "said once: {refused}");
    }
    for (toml, problem) in [
        (
            "session_cookie_name = '__Host-session'",
            "name begins with __Host- and that is not secure\n    Set session_cookie_secure = true.",
        ),
        ("csrf_cookie_name = '__Secure-csrf'", "name begins with __Secure- and that is not secure"),
        (
            "session_cookie_name = '__host-s'\nsession_cookie_secure = true\nsession_cookie_domain = 'example.com'",
            "and that has a domain\n    Leave session_cookie_domain out.",
        ),
        (
            "session_cookie_name = '__Host-s'\nsession_cookie_secure = true\nsession_cookie_path = '/api/'",
            "and whose path is \"/api/\"\n    Set session_cookie_path = \"/\".",
        ),
        ("session_cookie_domain = 'https://example.com/'", "session_cookie_domain: browsers drop a cookie"),
        ("csrf_cookie_domain = 'example.com:443'", "csrf_cookie_domain: browsers drop a cookie"),
    ] {
        let refused = Settings::from_toml(toml).expect_err(toml).to_string();
        assert!(refused.contains(problem), "{problem:?} is not in {refused}");
    }
}

#[test]
fn what_works_in_django_and_in_browsers_is_not_refused() {
    for toml in [
        "session_cookie_domain = ''",
        "session_cookie_domain = '.example.com'",
        "session_cookie_domain = 'Example.com'",
        "session_cookie_domain = '127.0.0.1'",
        "session_cookie_domain = 'localhost'",
        "session_cookie_domain = 'api.internal_net.example'",
        "session_cookie_name = '__Host-s'\nsession_cookie_secure = true",
        "session_cookie_name = '__Secure-s'\nsession_cookie_secure = true\nsession_cookie_domain = 'example.com'",
    ] {
        settings(toml);
    }
    assert!(warnings("").is_empty(), "{:?}", warnings(""));
}

#[test]
fn what_works_in_part_is_warned_about() {
    let with = |toml: &str| format!("{COOKIES}{toml}");
    for (toml, warning) in [
        (
            with("jwt_auth_refresh_cookie_path = '/token'"),
            "to /api/auth/token/refresh/. Set a path that begins it, such as \"/api/auth/\"",
        ),
        (with("jwt_auth_refresh_cookie_path = '/api/auth/token/'"), "to /api/auth/logout/."),
        (with("jwt_auth_refresh_cookie_path = '/api/aut'"), "to /api/auth/token/refresh/."),
        (
            "session_cookie_path = '/app/'".to_owned(),
            "session_cookie_path: browsers do not send the cookie \"sessionid\"",
        ),
        ("session_cookie_domain = 'localhost'".to_owned(), "for that host alone"),
        (
            "session_cookie_domain = 'example.com'\nfrontend.origin = 'https://api.example.org'".to_owned(),
            "its domain \"example.com\" is not that of api.example.org (frontend.origin)",
        ),
        (
            "cors_allowed_origins = ['http://localhost:3000']".to_owned(),
            "cors_allowed_origins: let pages at http://localhost:3000 call the API at http://localhost:8000. To a browser \
             127.0.0.1 is another site",
        ),
        (
            r"cors_allowed_origin_regexes = ['^https://\w+\.example\.com']".to_owned(),
            "in \"$\". Without it, the pattern also matches",
        ),
        (
            "cors_allow_headers = ['*']\ncors_allow_credentials = true".to_owned(),
            "cors_allow_headers: name each header",
        ),
        ("rest_auth.jwt_app_origins = ['capacitor://localhost']".to_owned(), "to cors_allowed_origins"),
        ("rest_auth.jwt_app_origins = ['https://app.example.com']".to_owned(), "is the origin of a site"),
    ] {
        let said = warnings(&toml);
        assert!(said.iter().any(|said| said.contains(warning)), "{warning:?} is not in {said:?}");
    }
    for path in ["/", "/api", "/api/auth", "/api/auth/"] {
        assert!(warnings(&with(&format!("jwt_auth_refresh_cookie_path = '{path}'"))).is_empty(), "{path}");
    }
}

#[test]
fn each_cookie_is_explained_for_each_origin() {
    let explained = |top: &str, tokens: &str| settings(&format!("{top}\n{COOKIES}{tokens}")).cookie_explanations();
    let origins =
        "cors_allowed_origins = ['https://app.example.com', 'https://other.org']\ncors_allow_credentials = true";
    assert_eq!(
        explained(&format!("{origins}\nauthentication = ['jwt']"), "jwt_auth_cookie_domain = '.example.com'"),
        [
            "cookie access, pages at https://app.example.com: sent, because the page is on the same site as an API at \
             example.com or below it.",
            "cookie access, pages at https://other.org: not sent by scripts, because the page is on another site than an API at \
             example.com or below it and SameSite=Lax. Set rest_auth.jwt_auth_samesite = \"None\" and \
             rest_auth.jwt_auth_secure = true, or serve both below one domain.",
            "cookie refresh, pages at https://app.example.com: sent, because the page is on the same site as an API at \
             example.com or below it.",
            "cookie refresh, pages at https://other.org: not sent by scripts, because the page is on another site than an API at \
             example.com or below it and SameSite=Lax. Set rest_auth.jwt_auth_samesite = \"None\" and \
             rest_auth.jwt_auth_secure = true, or serve both below one domain.",
        ]
    );
    let first = |top: &str, tokens: &str| explained(&format!("authentication = ['jwt']\n{top}"), tokens).remove(0);
    assert!(
        first("cors_allowed_origins = ['https://app.example.com']\ncors_allow_credentials = true", "")
            .ends_with("sent if the API is on the same site, example.com; otherwise not, because SameSite=Lax.")
    );
    assert!(
        first("frontend.origin = 'https://app.example.com'", "").contains("sent, because the page is on the same site")
    );
    let api = "frontend.origin = 'https://api.example.com'\ncors_allowed_origins = ['https://app.example.com', 'https://a.github.io']";
    let without = explained(&format!("authentication = ['jwt']\n{api}"), "");
    assert!(without[1].ends_with("cors_allow_credentials is false."), "{}", without[1]);
    let none = "jwt_auth_samesite = 'None'\njwt_auth_secure = true";
    let with = explained(&format!("authentication = ['jwt']\n{api}\ncors_allow_credentials = true"), none);
    assert!(with[1].contains("same site"), "{}", with[1]);
    assert!(with[2].contains("unless the browser blocks third-party cookies"), "{}", with[2]);
    let plain = first("frontend.origin = 'http://api.example.com'", "jwt_auth_secure = true");
    assert!(plain.contains("has no HTTPS"), "{plain}");
    assert!(settings("").cookie_explanations().is_empty(), "no origin is named");
}
