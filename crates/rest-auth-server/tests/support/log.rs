//! What a server writes into its log, which is looked through for secrets when the server ends.

use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// What no log may hold, and what it is. The tests' passwords and keys are all of these kinds.
const SECRETS: [(&str, &str); 9] = [
    ("a password", r"correct.horse|battery|staple"),
    ("a mail address", r"[\w.%+-]+@[\w-]+\.[a-z]+"),
    ("a JSON Web Token", r"eyJ[\w-]{8,}\.[\w-]+"),
    ("a token key", r"\b[0-9a-f]{40}\b"),
    ("a secret key", r"a-key-for-tests|\b[A-Za-z0-9]{64}\b"),
    ("a hash", r"(pbkdf2_\w+|argon2\w*|bcrypt\w*|scrypt)\$"),
    ("a cookie", r"(sessionid|csrftoken)="),
    ("a session or half of a CSRF token", r"\b[a-z0-9]{32}\b"),
    ("a link of a mail", r"account-confirm-email/\w|reset/confirm/\w+/\w"),
];

/// The log of a server. When it is dropped, which is when the server has ended, it must hold no secret.
pub struct Log(PathBuf, tempfile::TempDir);

impl Log {
    /// Has a command write into a log: all there is to say, unless it has a `RUST_LOG` of its own.
    pub fn of(command: &mut Command) -> Self {
        let folder = super::folder();
        let file = folder.path().join("log");
        command.stderr(std::fs::File::create(&file).expect("a log"));
        if !command.get_envs().any(|(name, _)| name == "RUST_LOG") {
            command.env("RUST_LOG", "trace");
        }
        Self(file, folder)
    }

    /// What is written so far.
    pub fn text(&self) -> String {
        read(&self.0)
    }
}

fn read(file: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(file).expect("a log")).into_owned()
}

/// The lines with a secret in them.
pub fn leaks(log: &str) -> Vec<String> {
    let mut leaks = Vec::new();
    for (what, pattern) in SECRETS {
        let pattern = Regex::new(pattern).expect("a pattern");
        leaks.extend(log.lines().filter(|line| pattern.is_match(line)).map(|line| format!("{what}: {line}")));
    }
    leaks
}

impl Drop for Log {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let leaks = leaks(&self.text());
            assert!(leaks.is_empty(), "the log holds\n{}", leaks.join("\n"));
        }
    }
}
