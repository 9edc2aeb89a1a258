//! What can be seen of a server from outside: probes, metrics, and its log.

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::connection::Connection;
use support::database::Database;
use support::server::{Server, eventually};
use support::{folder, free_address, get, post};

/// Hashes that cost next to nothing.
const CHEAP: (&str, &str) = ("PASSWORD_HASHERS", r#"[{ name = "pbkdf2_sha256", iterations = 1000 }]"#);

fn jane() -> String {
    json!({ "username": "jane", "email": "jane@example.com",
        "password1": "correct horse battery", "password2": "correct horse battery" })
    .to_string()
}

#[test]
fn a_server_is_ready_while_its_database_is() {
    for database in Database::each("readiness") {
        let folder = folder();
        let server = Server::with(
            folder.path(),
            &[("DATABASE_URL", database.url.as_str()), ("SECRET_KEY", "a-key-for-tests-only")],
        );
        let ready = || get(&format!("http://{}/readyz", server.address()));
        assert_eq!(ready(), (200, "ready\n".to_owned()));
        database.query("ALTER TABLE authtoken_token RENAME TO elsewhere");
        eventually("it is not ready", || ready() == (503, "the database is not ready\n".to_owned()));
        assert!(server.log.text().contains("the database lacks authtoken_token"));
        assert_eq!(get(&format!("http://{}/healthz", server.address())), (200, "ok\n".to_owned()));
        database.query("ALTER TABLE elsewhere RENAME TO authtoken_token");
        eventually("it is ready again", || ready().0 == 200);
    }
}

#[test]
fn metrics_are_shown_where_the_settings_say() {
    let (folder, metrics) = (folder(), free_address());
    let rates = r#"{ login = "5/hour" }"#;
    let settings = [CHEAP, ("METRICS__BIND", &metrics), ("THROTTLE__RATES", rates), ("EMAIL__FOLDER", "mails")];
    let server = Server::with(folder.path(), &settings);
    let base = format!("http://{}", server.address());
    assert_eq!(get(&format!("{base}/metrics")).0, 404, "they are nobody else's business");
    assert_eq!(post(&format!("{base}/api/auth/registration/"), &jane()).0, 201);
    let login = |password: &str| {
        let credentials = json!({ "username": "jane", "password": password }).to_string();
        post(&format!("{base}/api/auth/login/"), &credentials).0
    };
    assert_eq!(login("correct horse battery"), 200);
    assert_eq!((0..5).map(|_| login("battery staple")).collect::<Vec<_>>(), [400, 400, 400, 400, 429]);
    for nowhere in ["random-1", "random-2"] {
        assert_eq!(get(&format!("{base}/api/auth/{nowhere}")).0, 404);
    }
    let mut inventive = Connection::open(server.address());
    inventive.send("RANDOM /api/auth/csrf/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(inventive.ends().starts_with("HTTP/1.1 405"));

    let mut shown = String::new();
    eventually("the mail is sent, and nothing goes on any more", || {
        shown = get(&format!("http://{metrics}/metrics")).1;
        let ended =
            [r#"rest_auth_mails_total{outcome="sent"} 1"#, r#"rest_auth_database_connections{state="in_use"} 0"#];
        ended.iter().all(|line| shown.lines().any(|held| held == *line))
    });
    for line in [
        r#"rest_auth_requests_total{endpoint="login/",method="POST",status="200"} 1"#,
        r#"rest_auth_requests_total{endpoint="login/",method="POST",status="400"} 4"#,
        r#"rest_auth_requests_total{endpoint="csrf/",method="other",status="405"} 1"#,
        r#"rest_auth_request_duration_seconds_count{endpoint="registration/",method="POST"} 1"#,
        r#"rest_auth_request_duration_seconds_bucket{endpoint="login/",method="POST",le="10"} 6"#,
        r#"rest_auth_logins_total{outcome="succeeded"} 1"#,
        r#"rest_auth_logins_total{outcome="failed"} 4"#,
        r#"rest_auth_throttled_total{scope="login"} 1"#,
        "rest_auth_password_hash_queue 0",
        "rest_auth_password_hash_wait_seconds_count 6",
        "rest_auth_password_hash_duration_seconds_count 6",
        r#"rest_auth_database_connections{state="in_use"} 0"#,
        "rest_auth_database_connections_max 10",
        "rest_auth_outbox_mails 0",
        "rest_auth_outbox_oldest_seconds 0",
        "rest_auth_build_info{version=",
        "# TYPE rest_auth_request_duration_seconds histogram",
    ] {
        assert!(shown.lines().any(|held| held.starts_with(line)), "{line} is missing in {shown}");
    }
    assert!(!shown.to_lowercase().contains("random") && !shown.contains("jane"), "{shown}");
    assert_eq!(get(&format!("http://{metrics}/readyz")), (200, "ready\n".to_owned()));
    assert_eq!(get(&format!("http://{metrics}/api/auth/user/")).0, 404);
}

#[test]
fn metrics_may_be_public() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("METRICS__PUBLIC", "true"), ("BASE_PATH", "")]);
    assert!(get(&format!("http://{}/metrics", server.address())).1.contains("rest_auth_connections "));
    assert_eq!(get(&format!("http://{}/user/", server.address())).0, 401);
    assert_eq!(get(&format!("http://{}/healthz", server.address())).0, 200);
    assert_eq!(get(&format!("http://{}/nothing", server.address())).1, r#"{"detail":"Not found."}"#);
}

/// The answer to a login with these headers, and the lines of the log about it, as JSON.
fn logged(server: &Server, headers: &str) -> (String, Vec<Value>) {
    let body = r#"{"username":"jane@example.com","password":"battery staple"}"#;
    let mut connection = Connection::open(server.address());
    connection.send(&format!(
        "POST /api/auth/login/?next=jane@example.com HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    ));
    let answer = connection.ends();
    let id =
        answer.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("an id").to_owned();
    let is_its = |line: &Value| line["span"]["request_id"] == json!(id);
    let log = server.log.text();
    let lines = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).filter(is_its).collect();
    (id, lines)
}

#[test]
fn a_request_has_an_id_and_a_line_in_the_log() {
    let folder = folder();
    let server = Server::with(folder.path(), &[CHEAP, ("LOG_FORMAT", "json")]);
    let (id, lines) = logged(&server, "X-Request-ID: from-the.proxy_1\r\n");
    assert_eq!(id, "from-the.proxy_1");
    let [line] = lines.iter().filter(|line| line["target"] == "rest_auth::request").collect::<Vec<_>>()[..] else {
        panic!("one line: {lines:?}");
    };
    assert_eq!(
        json!([line["level"], line["message"], line["method"], line["route"], line["status"]]),
        json!(["INFO", "answered", "POST", "/api/auth/login/", 400])
    );
    assert!(line["milliseconds"].as_f64().is_some_and(|time| time > 0.0), "{line}");
    assert!(lines.iter().any(|line| line["target"] == "sqlx::query"), "what it led to has its id: {lines:?}");

    let long = format!("X-Request-ID: {}\r\n", "x".repeat(65));
    for made_up in ["", "X-Request-ID: two words\r\n", "X-Request-ID: a\r\nX-Request-ID: b\r\n", &long] {
        let (id, lines) = logged(&server, made_up);
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id} is a UUID");
        assert_eq!(lines.iter().filter(|line| line["target"] == "rest_auth::request").count(), 1);
    }
}

#[test]
fn the_log_for_people_says_the_same() {
    let folder = folder();
    let server = Server::start(folder.path());
    assert_eq!(get(&format!("http://{}/api/auth/nowhere?key=a-secret", server.address())).0, 404);
    let log = server.log.text();
    let line = log.lines().find(|line| line.contains("rest_auth::request")).expect("a line");
    assert!(line.contains(" INFO request{request_id="), "{line}");
    assert!(line.contains(r#"answered method="GET" route=""#) && line.contains(" status=404 milliseconds="), "{line}");
    assert!(!log.contains("a-secret") && !log.contains("nowhere"), "{log}");
}

#[test]
fn a_client_that_goes_leaves_a_line_too() {
    let folder = folder();
    let server = Server::start(folder.path());
    let mut connection = Connection::open(server.address());
    connection.begin("login/", 100);
    drop(connection);
    eventually("the line is there", || {
        let log = server.log.text();
        log.contains("the client has gone") || log.contains("status=400")
    });
}

#[test]
fn rust_log_says_how_much_is_written() {
    for (wanted, answered, note) in [
        ("", true, false),
        ("warn", false, false),
        ("warn,rest_auth::request=info", true, false),
        ("error,[request]=info", true, false),
        ("!!=,[", true, true),
    ] {
        let folder = folder();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command.current_dir(folder.path()).env("RUST_LOG", wanted);
        let server = Server::run(command);
        assert_eq!(get(&format!("http://{}/api/auth/user/", server.address())).0, 401);
        let log = server.log.text();
        assert_eq!(log.contains("INFO request{request_id="), answered, "{wanted}: {log}");
        assert_eq!(log.contains("note: RUST_LOG is no filter, info takes its place"), note, "{wanted}: {log}");
    }
}
