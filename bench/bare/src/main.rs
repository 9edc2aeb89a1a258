//! `bench-bare ADDRESS ANSWERS`: axum that gives the answers of a file, whatever is asked; `bench-bare hash`: the
//! seconds that one of Django's hashes takes.

use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use axum::routing::any;
use hmac::Hmac;
use serde_json::Value;
use sha2::Sha256;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["hash"] => println!("{}", seconds_of_a_hash()),
        [address, answers] => serve(address, answers).await,
        _ => panic!("bench-bare ADDRESS ANSWERS, or bench-bare hash"),
    }
}

/// The quickest of a few, which nothing came in between.
fn seconds_of_a_hash() -> f64 {
    let took = || {
        let began = Instant::now();
        let mut hash = [0; 32];
        pbkdf2::pbkdf2::<Hmac<Sha256>>(b"correct horse", b"somesaltsomesaltsomesa", 1_000_000, &mut hash)
            .expect("a key of any length");
        std::hint::black_box(hash);
        began.elapsed().as_secs_f64()
    };
    (0..10).map(|_| took()).fold(f64::MAX, f64::min)
}

/// Serves the answers of a file: `{ "PATH": { "status": 200, "headers": [["NAME", "VALUE"]], "body": "…" } }`.
async fn serve(address: &str, answers: &str) {
    let answers = std::fs::read_to_string(answers).expect("a file of answers");
    let answers: serde_json::Map<String, Value> = serde_json::from_str(&answers).expect("answers in JSON");
    let router = answers.iter().fold(Router::new(), |router, (path, answer)| {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
        let headers: Vec<_> = answer["headers"]
            .as_array()
            .expect("headers")
            .iter()
            .map(|pair| (text(&pair[0]), text(&pair[1])))
            .collect();
        let body = Bytes::from(text(&answer["body"]));
        router.route(
            path,
            any(move |_: Bytes| async move {
                let mut response = Response::new(Body::from(body));
                *response.status_mut() = StatusCode::from_u16(status).expect("a status");
                for (name, value) in &headers {
                    let name = axum::http::HeaderName::try_from(name).expect("a name");
                    response.headers_mut().append(name, value.parse().expect("a value"));
                }
                response
            }),
        )
    });
    let listener = tokio::net::TcpListener::bind(address).await.expect("the address");
    axum::serve(listener, router).await.expect("a server");
}
