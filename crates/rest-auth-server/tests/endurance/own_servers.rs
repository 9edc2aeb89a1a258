//! A PostgreSQL and a Redis of the test's own, which it may stop and start.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::server::eventually;
use crate::support::free_address;

/// A process that is killed when it is dropped.
struct Process(Child);

impl Process {
    fn start(command: &mut Command, address: &str) -> Self {
        let process = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a server"));
        eventually("it listens", || TcpStream::connect(address).is_ok());
        process
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// PostgreSQL, from Debian's package.
pub struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    address: String,
    running: Option<Process>,
}

impl Postgres {
    /// Makes one in the folder and starts it; `None` where there is no such package.
    pub fn start(folder: &Path) -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let programs = versions.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists())?;
        let data = folder.join("postgres");
        std::fs::create_dir(&data).expect("a folder");
        let mut postgres = Self { programs, data, address: free_address(), running: None };
        if let Some((user, group)) = postgres.nobody() {
            // Who serves looks for its folder from the root on.
            for folder in [folder, &postgres.data] {
                std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("a folder of its own");
            }
        }
        let made =
            postgres.program("initdb").args(["-U", "postgres", "-A", "trust", "-N", "-D"]).arg(&postgres.data).output();
        assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
        postgres.begin();
        let (host, port) = postgres.address.split_once(':').expect("an address");
        eventually("PostgreSQL is ready", || {
            let asked = postgres.program("pg_isready").args(["-q", "-h", host, "-p", port]).status();
            asked.is_ok_and(|status| status.success())
        });
        Some(postgres)
    }

    /// The user that PostgreSQL runs as where the test is root, which it refuses to be.
    fn nobody(&self) -> Option<(u32, u32)> {
        let number = |flag| {
            let output = Command::new("id").args([flag, "postgres"]).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if is_root { number("-u").zip(number("-g")) } else { None }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        if let Some((user, group)) = self.nobody() {
            command.uid(user).gid(group);
        }
        command.current_dir("/");
        command
    }

    pub fn begin(&mut self) {
        let (host, port) = self.address.split_once(':').expect("an address");
        let mut command = self.program("postgres");
        command
            .args(["-D", &self.data.display().to_string(), "-k", "", "-p", port, "-c"])
            .arg(format!("listen_addresses={host}"));
        self.running = Some(Process::start(&mut command, &self.address));
    }

    /// Ends it: "fast" with a word to its clients, "immediate" as in a crash.
    pub fn end(&mut self, mode: &str) {
        let mut stop = self.program("pg_ctl");
        stop.args(["-m", mode, "-w", "stop", "-s", "-D"]).arg(&self.data);
        assert!(stop.status().is_ok_and(|status| status.success()), "{stop:?}");
        self.running = None;
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address)
    }
}

/// Redis, from Debian's package.
pub struct Redis {
    folder: PathBuf,
    address: String,
    running: Option<Process>,
}

impl Redis {
    /// Starts one in the folder; `None` where there is no such package.
    pub fn start(folder: &Path) -> Option<Self> {
        Command::new("redis-server").arg("--version").output().ok()?;
        let mut redis = Self { folder: folder.to_owned(), address: free_address(), running: None };
        redis.begin();
        Some(redis)
    }

    pub fn begin(&mut self) {
        let (host, port) = self.address.split_once(':').expect("an address");
        let mut command = Command::new("redis-server");
        command.args(["--bind", host, "--port", port, "--save", "", "--appendonly", "no"]).current_dir(&self.folder);
        self.running = Some(Process::start(&mut command, &self.address));
    }

    pub fn end(&mut self) {
        self.running = None;
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// How many keys it holds.
    pub fn keys(&self) -> usize {
        let mut connection = TcpStream::connect(&self.address).expect("Redis");
        connection.write_all(b"DBSIZE\r\nQUIT\r\n").expect("a question");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        let number = answer.lines().next().and_then(|line| line.strip_prefix(':')?.parse().ok());
        number.unwrap_or_else(|| panic!("{answer}"))
    }
}
