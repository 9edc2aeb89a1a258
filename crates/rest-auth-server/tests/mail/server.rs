//! `rest-auth serve`, which may be killed, and whose log is kept.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use ureq::Agent;

use crate::PATIENCE;
use crate::support::database::Database;

/// What every server here has been set.
pub const SECRET_KEY: &str = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw";

pub struct Server {
    child: Child,
    /// What follows on the greeting.
    _output: BufReader<ChildStdout>,
    address: String,
    log: PathBuf,
}

impl Server {
    /// Starts it in the database's folder, with these settings and a cheap hash, and waits until it is ready.
    pub fn start(database: &Database, settings: &str) -> Self {
        let file = tempfile::Builder::new().suffix(".toml").tempfile_in(database.folder()).expect("a file");
        let hasher = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 1000 }]";
        std::fs::write(&file, format!("{hasher}\n{settings}")).expect("settings");
        let (_, file) = file.keep().expect("a file");
        let log = file.with_extension("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_rest-auth"))
            .arg("--config")
            .arg(&file)
            .env("REST_AUTH__BIND", "127.0.0.1:0")
            .env("REST_AUTH__SECRET_KEY", SECRET_KEY)
            .env("REST_AUTH__DATABASE_URL", &database.url)
            .env("RUST_LOG", "debug")
            .current_dir(database.folder())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("rest-auth");
        let mut output = BufReader::new(child.stdout.take().expect("an output"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C stops.") {
            let read = output.read_line(&mut greeting).expect("a line");
            assert_ne!(read, 0, "the server ended: {greeting}{}", read_log(&log));
        }
        let address = greeting.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).expect("an address").0;
        Self { child, _output: output, address: address.to_owned(), log }
    }

    /// The status and the text of the answer to JSON that is posted below the endpoints' path.
    pub fn post(&self, path: &str, json: &Value) -> (u16, String) {
        self.post_in("en", path, json)
    }

    /// The same for somebody who reads this language.
    pub fn post_in(&self, language: &str, path: &str, json: &Value) -> (u16, String) {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("http://{}/api/auth/{path}", self.address);
        let request = agent.post(url).content_type("application/json").header("accept-language", language);
        let mut response = request.send(json.to_string()).expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    }

    /// Registers NAME with the address NAME@example.com.
    pub fn register(&self, name: &str) {
        let (status, text) = self.post("registration/", &registration(name));
        assert_eq!(status, 201, "{text}");
    }

    /// Asks for a new password for NAME@example.com.
    pub fn reset_password(&self, name: &str) {
        let (status, text) = self.post("password/reset/", &json!({ "email": format!("{name}@example.com") }));
        assert_eq!(status, 200, "{text}");
    }

    /// Where it listens.
    #[allow(dead_code)]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        read_log(&self.log)
    }

    /// Ends it as a power cut does, and gives its last words.
    pub fn kill(self) -> String {
        let log = self.log.clone();
        drop(self);
        read_log(&log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_log(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a log")
}

pub fn registration(name: &str) -> Value {
    let password = format!("staple of {name}");
    json!({
        "username": name, "email": format!("{name}@example.com"), "password1": password, "password2": password,
    })
}

/// Who the mails are for that wait in the database, in alphabetical order.
pub fn waiting(database: &Database) -> Vec<String> {
    database.query("SELECT recipient FROM rest_auth_outbox ORDER BY recipient")
}

/// Waits until something is so.
pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Waits until no mail waits.
pub fn all_sent(database: &Database) {
    eventually("every mail is sent", || waiting(database).is_empty());
}
