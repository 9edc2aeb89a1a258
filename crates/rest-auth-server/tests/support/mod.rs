//! What the tests of the binary share. Each uses its part of it.
#![allow(dead_code)]

pub mod connection;
pub mod database;
pub mod log;
pub mod page;
pub mod proxy;
pub mod python;
pub mod server;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs `rest-auth` in a folder; gives its exit code, its output and its errors.
pub fn rest_auth(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rest-auth"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rest-auth");
    // A command that does not read its input may have gone by now.
    let _ = child.stdin.take().expect("an input").write_all(input);
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// A folder that goes with the test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// An address of this machine at which nothing listens.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").to_string()
}

/// The status and the text of the answer to a `GET`.
pub fn get(url: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.get(url).call().expect("an answer");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
}

/// The status and the text of the answer to JSON.
pub fn post(url: &str, json: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.post(url).content_type("application/json").send(json).expect("an answer");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
}

/// A server that runs until it is dropped.
pub struct Running {
    child: Child,
    /// Looked through once the server has ended.
    _log: log::Log,
}

impl Running {
    /// Starts it, and waits until it listens at the address.
    pub fn start(command: &mut Command, address: &str) -> Self {
        let log = log::Log::of(command);
        let child = command.stdout(Stdio::null()).spawn().expect("a process");
        let running = Self { child, _log: log };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "nothing listens at {address}");
            std::thread::yield_now();
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
