//! `rest-auth serve`, which may be killed, and whose log is kept.

use std::process::Command;

use serde_json::{Value, json};
use ureq::Agent;

use crate::support;
use crate::support::database::Database;
pub use crate::support::server::eventually;

/// What every server here has been set.
pub const SECRET_KEY: &str = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw";

pub struct Server(support::server::Server);

impl Server {
    /// Starts it in the database's folder, with these settings and a cheap hash, and waits until it is ready.
    pub fn start(database: &Database, settings: &str) -> Self {
        let file = tempfile::Builder::new().suffix(".toml").tempfile_in(database.folder()).expect("a file");
        let hasher = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 1000 }]";
        std::fs::write(&file, format!("{hasher}\n{settings}")).expect("settings");
        let (_, file) = file.keep().expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command
            .arg("--config")
            .arg(&file)
            .env("REST_AUTH__SECRET_KEY", SECRET_KEY)
            .env("REST_AUTH__DATABASE_URL", &database.url)
            .current_dir(database.folder());
        Self(support::server::Server::run(command))
    }

    /// The status and the text of the answer to JSON that is posted below the endpoints' path.
    pub fn post(&self, path: &str, json: &Value) -> (u16, String) {
        self.post_in("en", path, json)
    }

    /// The same for somebody who reads this language.
    pub fn post_in(&self, language: &str, path: &str, json: &Value) -> (u16, String) {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("http://{}/api/auth/{path}", self.0.address());
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
        self.0.address()
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.0.log.text()
    }

    /// Ends it as a power cut does, and gives its last words.
    pub fn kill(mut self) -> String {
        self.0.kill();
        self.log()
    }

    /// Tells it to end, and waits until it takes no more requests.
    pub fn tell_to_stop(&self) {
        self.0.tell_to_stop();
        self.0.accepts_no_more();
    }

    /// Its exit code.
    pub fn exit_code(&mut self) -> i32 {
        self.0.last_words().0
    }
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

/// Waits until no mail waits.
pub fn all_sent(database: &Database) {
    eventually("every mail is sent", || waiting(database).is_empty());
}
