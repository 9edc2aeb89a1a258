//! nginx and Caddy with the configurations of docs/forward-auth.md.
//!
//! The service behind them has no accounts. A test is skipped with a note if its proxy is not installed.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::{Running, folder, free_address, proxy};
use ureq::Agent;

const PAGE: &str = include_str!("../../../docs/forward-auth.md");

/// A service that answers with the headers it gets.
fn service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let lines = BufReader::new(connection.try_clone().expect("a connection")).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let body = head.join("\n");
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = connection.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

/// The status, the location of a redirect, the challenge of a 401, and the body.
struct Answer {
    status: u16,
    location: String,
    challenge: String,
    body: String,
}

fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let request =
        headers.iter().fold(ureq::http::Request::builder().method(method).uri(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    let request = request.header("content-type", "application/json");
    let mut response =
        agent.run(request.body(body.map(Value::to_string).unwrap_or_default()).expect("a request")).expect("an answer");
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (location, challenge) = (header("location"), header("www-authenticate"));
    let mut text = String::new();
    response.body_mut().as_reader().read_to_string(&mut text).expect("text");
    Answer { status: response.status().as_u16(), location, challenge, body: text }
}

/// Starts rest-auth in a folder with the settings of the page.
fn rest_auth(folder: &Path, address: &str) -> Running {
    let settings = PAGE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("settings");
    std::fs::write(folder.join("rest-auth.toml"), settings).expect("settings");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    Running::start(command.current_dir(folder).env("REST_AUTH__BIND", address), address)
}

/// Checks the page's statements about a proxy, at this address.
fn guards_a_service(base: &str) {
    let page = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let url = format!("{base}/anything?at=all&more=1");

    let program = send("GET", &url, &[("x-auth-user", "root")], None);
    assert_eq!(program.status, 401, "{}", program.body);
    assert_eq!(program.body, r#"{"detail":"Authentication credentials were not provided."}"#);
    assert_eq!(program.challenge, "Bearer realm=\"api\"");
    let change = send("POST", &url, &[("accept", "application/json")], Some(&json!({ "a": 1 })));
    assert_eq!((change.status, change.body), (401, program.body), "by whichever method");

    let browser = send("GET", &url, &[page, ("x-auth-user", "root")], None);
    assert_eq!(browser.status, 302, "{}", browser.body);
    let asked = percent_encoding::utf8_percent_encode(&url, percent_encoding::NON_ALPHANUMERIC).to_string();
    let asked = asked.replace("%2E", ".").replace("%2D", "-");
    assert_eq!(browser.location, format!("https://app.example.com/login?next={asked}"));

    let form = json!({ "username": "jane", "email": "jane@example.com",
        "password1": "correct horse battery", "password2": "correct horse battery" });
    let made = send("POST", &format!("{base}/api/auth/registration/"), &[], Some(&form));
    assert_eq!(made.status, 201, "{}", made.body);
    let key: Value = serde_json::from_str(&made.body).expect("JSON");
    let key = format!("Token {}", key["key"].as_str().expect("a key"));
    let passed = send("GET", &url, &[("authorization", key.as_str()), page, ("x-auth-user", "root")], None);
    assert_eq!(passed.status, 200, "{}", passed.body);
    let seen: Vec<&str> = passed.body.lines().collect();
    assert!(seen[0].starts_with("GET /anything?at=all&more=1 HTTP/1."), "{seen:?}");
    let has = |line: &str| seen.iter().any(|held| held.eq_ignore_ascii_case(line));
    assert!(has("X-Auth-User: jane") && has("X-Auth-Email: jane@example.com"), "{seen:?}");
    assert!(!passed.body.contains("root"), "{seen:?}");

    // A preflight reaches the service without a user; another OPTIONS does not.
    let origin = ("origin", "https://other.example.com");
    let asks = ("access-control-request-method", "POST");
    let preflight = send("OPTIONS", &url, &[origin, asks, ("x-auth-user", "root")], None);
    assert_eq!(preflight.status, 200, "{}", preflight.body);
    assert!(preflight.body.starts_with("OPTIONS /anything") && !preflight.body.contains("root"), "{}", preflight.body);
    let options = send("OPTIONS", &url, &[], None);
    assert_eq!(options.status, 401, "{}", options.body);
    let pretends = [origin, asks, ("x-forwarded-method", "OPTIONS")];
    assert_eq!(send("GET", &url, &pretends, None).status, 401, "the method is the proxy's to say");
}

#[test]
fn nginx_guards_a_service_as_the_page_says() {
    if !proxy::is_installed("nginx", "-v", "forward authentication by nginx") {
        return;
    }
    let folder = folder();
    let (rest, nginx, service) = (free_address(), free_address(), service());
    let addresses = [("127.0.0.1:8080", nginx.as_str()), ("127.0.0.1:8000", &rest), ("127.0.0.1:9000", &service)];
    let _rest_auth = rest_auth(folder.path(), &rest);
    let _nginx = proxy::nginx(folder.path(), &proxy::block(PAGE, "nginx", &addresses), &nginx);
    let base = format!("http://{nginx}");
    guards_a_service(&base);
    assert_eq!(send("GET", &format!("{base}/forward-auth"), &[], None).status, 404, "only nginx itself asks there");
}

#[test]
fn caddy_guards_a_service_as_the_page_says() {
    if !proxy::is_installed("caddy", "version", "forward authentication by Caddy") {
        return;
    }
    let folder = folder();
    let (rest, caddy, service) = (free_address(), free_address(), service());
    let site = format!("http://{caddy}");
    let addresses = [("app.example.com {", format!("{site} {{")), ("127.0.0.1:8000", rest.clone())];
    let addresses: Vec<(&str, &str)> = addresses.iter().map(|(said, real)| (*said, real.as_str())).collect();
    let block = proxy::block(PAGE, "caddy", &[&addresses[..], &[("127.0.0.1:9000", &service)]].concat());
    let file = folder.path().join("Caddyfile");
    std::fs::write(&file, format!("{{\n    admin off\n}}\n{block}")).expect("a file");
    let _rest_auth = rest_auth(folder.path(), &rest);
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder.path());
    let _caddy = Running::start(&mut command, &caddy);
    guards_a_service(&site);
}
