//! `rest-auth serve` in a folder, from its greeting to its last words.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::log::Log;

/// How long anything may take before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it says when it is ready.
    pub greeting: String,
    pub log: Log,
}

impl Server {
    /// Starts `rest-auth` without any settings but the port, and waits until it is ready.
    pub fn start(folder: &Path) -> Self {
        Self::with(folder, &[])
    }

    /// The same with settings, named as in the environment.
    pub fn with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command.current_dir(folder);
        command.envs(settings.iter().map(|(name, value)| (format!("REST_AUTH__{name}"), value)));
        Self::run(command)
    }

    /// Runs a command that serves, at a port that is free.
    pub fn run(mut command: Command) -> Self {
        let log = Log::of(&mut command);
        command.env("REST_AUTH__BIND", "127.0.0.1:0").stdout(Stdio::piped());
        let mut child = command.spawn().expect("rest-auth");
        let mut output = BufReader::new(child.stdout.take().expect("an output"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C stops.") {
            let read = output.read_line(&mut greeting).expect("a line");
            assert_ne!(read, 0, "the server ended: {greeting}{}", log.text());
        }
        Self { child, output, greeting, log }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.greeting.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).expect("an address").0
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn tell_to_stop(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(told.success());
    }

    /// Waits until nobody is let in any more.
    pub fn accepts_no_more(&self) {
        eventually("the server accepts no more", || TcpStream::connect(self.address()).is_err());
    }

    pub fn stop(mut self) -> (i32, String) {
        self.tell_to_stop();
        self.last_words()
    }

    /// How it ends: its exit code, and what it has printed since the greeting.
    pub fn last_words(&mut self) -> (i32, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("a process") {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "the server does not end: {}", self.log.text()),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        (status.code().expect("an exit code"), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
