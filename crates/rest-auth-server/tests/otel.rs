//! Spans as a collector gets them.
#![cfg(feature = "otel")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use support::{Running, folder, free_address};

/// A collector that hands over the bodies that it gets, and takes everything.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (sender, bodies) = channel();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut reader = BufReader::new(connection.try_clone().expect("a connection"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).expect("a line") > 0 {}
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or_default()];
            reader.read_exact(&mut body).expect("a body");
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            connection.write_all(answer.as_bytes()).expect("an answer");
            let _ = sender.send((head, body));
        }
    });
    (address, bodies)
}

#[test]
fn a_collector_gets_a_span_for_a_request() {
    let ((collector, bodies), folder, address) = (collector(), folder(), free_address());
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    command.current_dir(folder.path()).env("REST_AUTH__BIND", &address);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{collector}")).env("OTEL_BSP_SCHEDULE_DELAY", "100");
    let _server = Running::start(&mut command, &address);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let response = agent
        .post(format!("http://{address}/api/auth/login/?next=a-secret"))
        .header("x-request-id", "one-of-a-test")
        .header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"))
        .content_type("application/json")
        .send(r#"{"username":"jane","password":"battery staple"}"#);
    assert_eq!(response.expect("an answer").status(), 400);

    let (head, body) = bodies.recv_timeout(Duration::from_secs(60)).expect("a span");
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    let holds = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
    for text in ["rest-auth", "request", "http.route", "/api/auth/login/", "POST", "request_id", "one-of-a-test"] {
        assert!(holds(text.as_bytes()), "{text} is missing in {}", String::from_utf8_lossy(&body));
    }
    let trace: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).expect("a byte")).collect();
    assert!(holds(&trace), "it belongs to the trace of whoever asked");
    for secret in ["battery", "jane", "a-secret"] {
        assert!(!holds(secret.as_bytes()), "{secret} is in {}", String::from_utf8_lossy(&body));
    }
}
