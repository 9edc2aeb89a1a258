//! nginx with the configuration of the page on forward authentication, in front of a service that knows nothing of
//! accounts. Left out, with a line, where nginx is not installed.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Running, folder, free_address};
use ureq::Agent;

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

/// The block of the page that is marked as nginx's, in a whole configuration.
fn configuration(folder: &Path, addresses: [(&str, &str); 3]) -> String {
    let page = include_str!("../../../docs/forward-auth.md");
    let block = page.split("```nginx\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let block = addresses.iter().fold(block.to_owned(), |block, (said, real)| block.replace(said, real));
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n\
         events {{}}\nhttp {{ access_log off;\n{temporary}{block}}}\n"
    )
}

fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, String) {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let request =
        headers.iter().fold(ureq::http::Request::builder().method(method).uri(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    let request = request.header("content-type", "application/json");
    let mut response =
        agent.run(request.body(body.map(Value::to_string).unwrap_or_default()).expect("a request")).expect("an answer");
    let mut text = String::new();
    response.body_mut().as_reader().read_to_string(&mut text).expect("text");
    (response.status().as_u16(), text)
}

#[test]
fn nginx_guards_a_service_as_the_page_says() {
    if Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_err() {
        let _ = writeln!(std::io::stderr(), "left out, because nginx is not installed: forward authentication");
        return;
    }
    let folder = folder();
    let (rest_auth, nginx, service) = (free_address(), free_address(), service());
    let file = folder.path().join("nginx.conf");
    let addresses = [("127.0.0.1:8080", nginx.as_str()), ("127.0.0.1:8000", &rest_auth), ("127.0.0.1:9000", &service)];
    std::fs::write(&file, configuration(folder.path(), addresses)).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    let _rest_auth = Running::start(command.current_dir(folder.path()).env("REST_AUTH__BIND", &rest_auth), &rest_auth);
    let mut command = Command::new("nginx");
    let _nginx = Running::start(command.arg("-p").arg(folder.path()).arg("-c").arg(&file), &nginx);

    let base = format!("http://{nginx}");
    let stranger = [("accept", "text/html"), ("x-auth-user", "root")];
    assert_eq!(send("GET", &format!("{base}/anything"), &stranger, None).0, 401);
    assert_eq!(send("GET", &format!("{base}/forward-auth"), &[], None).0, 404, "nobody but nginx asks there");

    let form = json!({ "username": "jane", "email": "jane@example.com",
        "password1": "correct horse battery", "password2": "correct horse battery" });
    let (status, body) = send("POST", &format!("{base}/api/auth/registration/"), &[], Some(&form));
    assert_eq!(status, 201, "{body}");
    let key: Value = serde_json::from_str(&body).expect("JSON");
    let key = format!("Token {}", key["key"].as_str().expect("a key"));
    let jane = [("authorization", key.as_str()), ("accept", "text/html"), ("x-auth-user", "root")];
    let (status, seen) = send("GET", &format!("{base}/anything?at=all"), &jane, None);
    assert_eq!(status, 200, "{seen}");
    let seen: Vec<&str> = seen.lines().collect();
    assert_eq!(seen[0], "GET /anything?at=all HTTP/1.0");
    for line in ["X-Auth-User: jane", "X-Auth-Email: jane@example.com"] {
        assert!(seen.contains(&line), "{line} is missing in {seen:?}");
    }
    assert!(!seen.iter().any(|line| line.contains("root")), "{seen:?}");
}
