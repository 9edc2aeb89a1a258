//! The server is told to stop while it is at work.

mod support;

use serde_json::json;
use support::connection::Connection;
use support::folder;
use support::server::Server;

/// Longer than any test waits.
const FOR_EVER: &str = "1h";

#[test]
fn a_slow_login_that_is_under_way_is_answered() {
    let folder = folder();
    let slow = r#"[{ name = "pbkdf2_sha256", iterations = 3000000 }]"#;
    let mut server = Server::with(folder.path(), &[("PASSWORD_HASHERS", slow)]);
    let form = json!({ "username": "jane", "email": "jane@example.com",
        "password1": "correct horse battery", "password2": "correct horse battery" });
    let mut registration = Connection::open(server.address());
    registration.begin("registration/", form.to_string().len());
    registration.send(&form.to_string());
    assert!(registration.ends().contains("HTTP/1.1 201 Created\r\n"));

    let credentials = json!({ "username": "jane", "password": "correct horse battery" }).to_string();
    let mut login = Connection::open(server.address());
    login.begin("login/", credentials.len());
    login.send(&credentials);
    server.tell_to_stop();
    server.accepts_no_more();
    let answer = login.ends();
    assert!(answer.contains("HTTP/1.1 200 OK\r\n") && answer.contains(r#"{"key":""#), "{answer}");
    assert_eq!(server.last_words().0, 0);
}

#[test]
fn who_is_connected_and_asks_nothing_delays_nobody() {
    let folder = folder();
    let mut server =
        Server::with(folder.path(), &[("SHUTDOWN_TIMEOUT", FOR_EVER), ("REQUEST_HEADER_TIMEOUT", FOR_EVER)]);
    let mut idle = Connection::open(server.address());
    idle.ask();
    let silent = Connection::open(server.address());
    // Whoever is answered after it has been accepted after it.
    Connection::open(server.address()).ask();
    server.tell_to_stop();
    let (code, output) = server.last_words();
    assert!(code == 0 && output.ends_with("Stopped.\n"), "{code} {output}");
    assert_eq!((idle.ends(), silent.ends()), (String::new(), String::new()));
}

#[test]
fn who_never_finishes_is_waited_for_until_the_limit() {
    let folder = folder();
    let mut server = Server::with(folder.path(), &[("SHUTDOWN_TIMEOUT", "1s"), ("REQUEST_BODY_TIMEOUT", FOR_EVER)]);
    let mut endless = Connection::open(server.address());
    endless.begin("login/", 100);
    server.tell_to_stop();
    let (code, output) = server.last_words();
    assert!(code == 0 && output.ends_with("Stopped.\n"), "{code} {output}");
    assert!(server.log.text().contains("stopped before everything under way was finished"));
    assert!(!endless.ends().contains("HTTP/1.1 2"));
}

#[test]
fn who_sends_requests_is_told_before_the_end() {
    let folder = folder();
    let mut server = Server::with(folder.path(), &[("SHUTDOWN_DELAY", FOR_EVER)]);
    let url = format!("http://{}/readyz", server.address());
    assert_eq!(support::get(&url), (200, "ready\n".to_owned()));
    server.tell_to_stop();
    support::server::eventually("it says that it stops", || support::get(&url) == (503, "stopping\n".to_owned()));
    Connection::open(server.address()).ask();
    assert_eq!(support::get(&url.replace("readyz", "healthz")), (200, "ok\n".to_owned()));
    // Told again, it does not wait.
    server.tell_to_stop();
    assert_eq!(server.last_words().0, 0);
}
