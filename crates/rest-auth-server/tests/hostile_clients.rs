//! Clients that are slow, or too many, on purpose: others are served meanwhile.

mod support;

use std::time::{Duration, Instant};

use support::connection::Connection;
use support::folder;
use support::server::{PATIENCE, Server, eventually};

/// Sends a whole request on a connection of its own; gives the answer.
fn ask(server: &Server, headers: &str) -> String {
    let mut connection = Connection::open(server.address());
    connection.send(&format!("GET /api/auth/user/ HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n{headers}\r\n"));
    connection.ends()
}

#[test]
fn two_thousand_who_never_finish_keep_nobody_waiting() {
    rlimit::increase_nofile_limit(u64::MAX).expect("files for so many connections");
    let folder = folder();
    let server = Server::with(folder.path(), &[("REQUEST_HEADER_TIMEOUT", "10")]);
    let begin = || {
        let mut connection = Connection::open(server.address());
        connection.send("POST /api/auth/login/ HTTP/1.1\r\nHost: testserver\r\nX-Slow: ");
        connection
    };
    let slow: Vec<Connection> = (0..2000).map(|_| begin()).collect();
    for _ in 0..50 {
        assert!(ask(&server, "").starts_with("HTTP/1.1 401"));
    }
    let began = Instant::now();
    for connection in slow {
        assert_eq!(connection.ends(), "");
    }
    assert!(began.elapsed() < PATIENCE, "they are sent away");
}

#[test]
fn who_finds_no_place_is_served_when_a_slow_one_has_gone() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("MAX_CONNECTIONS", "2"), ("REQUEST_HEADER_TIMEOUT", "1")]);
    let slow = [Connection::open(server.address()), Connection::open(server.address())];
    assert!(ask(&server, "").starts_with("HTTP/1.1 401"));
    for connection in slow {
        assert_eq!(connection.ends(), "");
    }
}

#[test]
fn a_connection_that_nothing_follows_on_ends() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("REQUEST_HEADER_TIMEOUT", "1")]);
    let mut connection = Connection::open(server.address());
    connection.ask();
    assert_eq!(connection.ends(), "");
}

#[test]
fn a_body_that_trickles_ends_in_time() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("REQUEST_BODY_TIMEOUT", "2")]);
    let mut connection = Connection::open(server.address());
    connection.begin("login/", 1000);
    // A byte now and then, for longer than all of it may take; then nobody listens any more.
    let sent = (0..1000).take_while(|_| {
        std::thread::sleep(Duration::from_millis(50));
        connection.try_send(" ").is_ok()
    });
    assert!(sent.count() < 1000);
    let mut connection = Connection::open(server.address());
    connection.begin("login/", 100);
    let answer = connection.ends();
    assert!(answer.starts_with("\r\nHTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"detail":"The body of the request took too long."}"#), "{answer}");
}

#[test]
fn answers_that_nobody_reads_do_not_wait_for_ever() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("SEND_TIMEOUT", "1"), ("REQUEST_HEADER_TIMEOUT", "1h")]);
    let mut connection = Connection::open(server.address());
    let requests = "GET /api/auth/user/ HTTP/1.1\r\nHost: testserver\r\n\r\n".repeat(1000);
    // Once all that can be kept on the way is full of answers, no more requests are taken, and then the connection ends.
    while connection.try_send(&requests).is_ok() {}
    eventually("the log says so", || server.log.text().contains("a connection ended"));
    assert!(ask(&server, "").starts_with("HTTP/1.1 401"));
}

#[test]
fn heads_of_too_many_headers_or_bytes_are_refused() {
    let folder = folder();
    let server = Server::with(folder.path(), &[("MAX_REQUEST_HEADERS", "20"), ("MAX_REQUEST_HEAD", "10000")]);
    let headers = |count: usize| (0..count).map(|number| format!("X-{number}: 1\r\n")).collect::<String>();
    assert!(ask(&server, &headers(10)).starts_with("HTTP/1.1 401"));
    assert!(ask(&server, &headers(30)).starts_with("HTTP/1.1 431"));
    assert!(ask(&server, &format!("X-Long: {}\r\n", "x".repeat(5_000))).starts_with("HTTP/1.1 401"));
    let answer = ask(&server, &format!("X-Long: {}\r\n", "x".repeat(40_000)));
    // Who still sends when the connection ends may not get to see why.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}
