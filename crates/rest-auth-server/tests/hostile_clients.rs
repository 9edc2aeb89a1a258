//! Clients that are slow, or too many, on purpose: others are served meanwhile.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Running, folder, free_address};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server in a folder of its own, with these settings beside its address.
fn server(settings: &[(&str, &str)]) -> (Running, String, tempfile::TempDir) {
    let (folder, address) = (folder(), free_address());
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    command.current_dir(folder.path()).env("REST_AUTH__BIND", &address);
    command.envs(settings.iter().map(|(name, value)| (format!("REST_AUTH__{name}"), value)));
    (Running::start(&mut command, &address), address, folder)
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time to wait");
    stream
}

/// Sends a whole request on a connection of its own; gives the answer.
fn ask(address: &str, headers: &str) -> String {
    let mut stream = connect(address);
    write!(stream, "GET /api/auth/user/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n")
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Whether the server ends the connection by itself; what it says before is `said`.
fn ends(mut stream: TcpStream) -> String {
    let mut said = String::new();
    // A connection that is reset has ended, too.
    let _ = stream.read_to_string(&mut said);
    said
}

#[test]
fn two_thousand_who_never_finish_keep_nobody_waiting() {
    rlimit::increase_nofile_limit(u64::MAX).expect("files for so many connections");
    let (_server, address, _folder) = server(&[("REQUEST_HEADER_TIMEOUT", "5")]);
    let slow: Vec<TcpStream> = (0..2000)
        .map(|_| {
            let mut stream = connect(&address);
            write!(stream, "POST /api/auth/login/ HTTP/1.1\r\nHost: {address}\r\nX-Slow: ")
                .expect("a part of a request");
            stream
        })
        .collect();
    for _ in 0..50 {
        assert!(ask(&address, "").starts_with("HTTP/1.1 401"));
    }
    let began = Instant::now();
    for stream in slow {
        assert!(!ends(stream).starts_with("HTTP/1.1 2"));
    }
    assert!(began.elapsed() < PATIENCE, "they are sent away");
}

#[test]
fn who_finds_no_place_is_served_when_a_slow_one_has_gone() {
    let (_server, address, _folder) = server(&[("MAX_CONNECTIONS", "2"), ("REQUEST_HEADER_TIMEOUT", "1")]);
    let slow = [connect(&address), connect(&address)];
    assert!(ask(&address, "").starts_with("HTTP/1.1 401"));
    for stream in slow {
        assert_eq!(ends(stream), "");
    }
}

#[test]
fn too_many_headers_are_refused() {
    let (_server, address, _folder) = server(&[("MAX_REQUEST_HEADERS", "20")]);
    let headers = |count: usize| (0..count).map(|number| format!("X-{number}: 1\r\n")).collect::<String>();
    assert!(ask(&address, &headers(10)).starts_with("HTTP/1.1 401"));
    assert!(ask(&address, &headers(30)).starts_with("HTTP/1.1 431"));
}
