//! The server as a newcomer meets it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use ureq::Agent;

struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    /// What it says when it is ready.
    greeting: String,
}

impl Server {
    /// Starts `rest-auth` without any settings but the port, and waits until it is ready.
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rest-auth"))
            .env("REST_AUTH__BIND", "127.0.0.1:0")
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rest-auth");
        let mut output = BufReader::new(child.stdout.take().expect("an output"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C stops.") {
            let read = output.read_line(&mut greeting).expect("a line");
            assert_ne!(read, 0, "the server ended: {greeting}");
        }
        Self { child, output, greeting }
    }

    /// The lines that begin with `curl`, each as its URL and its JSON.
    fn curl_lines(&self) -> Vec<(String, String)> {
        let lines = self.greeting.lines().map(str::trim).filter_map(|line| line.strip_prefix("curl "));
        lines
            .map(|line| {
                let (url, rest) = line.split_once(' ').expect("a URL");
                let json = rest.split(" -d '").nth(1).expect("data").trim_end_matches('\'');
                assert!(rest.starts_with("-H 'Content-Type: application/json'"), "{rest}");
                (url.to_owned(), json.to_owned())
            })
            .collect()
    }

    fn tell_to_stop(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(told.success());
    }

    fn stop(mut self) -> (i32, String) {
        self.tell_to_stop();
        self.last_words()
    }

    /// How it ends.
    fn last_words(&mut self) -> (i32, String) {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        (self.child.wait().expect("an end").code().expect("an exit code"), rest)
    }
}

fn post(url: &str, json: &str) -> (u16, String) {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.post(url).content_type("application/json").send(json).expect("an answer");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
}

#[test]
fn the_greeting_leads_to_a_user_who_is_logged_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    for endpoint in ["login/", "logout/", "registration/", "user/", "password/change/"] {
        assert!(server.greeting.contains(&format!("    {endpoint}")), "{}", server.greeting);
    }
    let lines = server.curl_lines();
    let [(register, form), (login, credentials)] = lines.as_slice() else { panic!("{lines:?}") };
    let (status, body) = post(register, form);
    assert_eq!((status, body.len()), (201, r#"{"key":""}"#.len() + 40), "{body}");
    assert_eq!(post(login, credentials), (200, body));
    let key = folder.path().join("rest-auth.secret-key");
    assert_eq!(std::fs::read_to_string(&key).expect("the key").trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = key.metadata().expect("the key").permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else may read the key");
    }
    let (code, output) = server.stop();
    assert_eq!(code, 0);
    assert!(output.contains("\nSubject: Please verify your address\n"), "mails are printed: {output}");
    assert!(output.ends_with("Stopped.\n"), "{output}");
    assert!(!folder.path().join("rest-auth.db-wal").exists(), "the file is complete by itself");

    // What was there is there again.
    let server = Server::start(folder.path());
    let (url, credentials) = server.curl_lines().pop().expect("a login");
    assert_eq!(post(&url, &credentials).0, 200);
    assert_eq!(server.stop().0, 0);
}

#[test]
fn stopping_finishes_the_requests_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path());
    let (url, form) = server.curl_lines().swap_remove(0);
    let address = url.split('/').nth(2).expect("an address");
    let mut connection = TcpStream::connect(address).expect("a connection");
    let head = format!(
        "POST /api/auth/registration/ HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        form.len()
    );
    connection.write_all(head.as_bytes()).expect("a head");
    let mut answer = BufReader::new(connection.try_clone().expect("a connection"));
    let mut line = String::new();
    answer.read_line(&mut line).expect("a line");
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n", "the endpoint is waiting for the body");

    server.tell_to_stop();
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    connection.write_all(form.as_bytes()).expect("a body");
    let mut rest = String::new();
    answer.read_to_string(&mut rest).expect("an answer");
    assert!(rest.contains("HTTP/1.1 201 Created\r\n"), "{rest}");
    let (code, output) = server.last_words();
    // The mail about it may have been printed in time, or waits for the next start.
    assert!(code == 0 && output.ends_with("Stopped.\n"), "{code} {output}");
}

#[test]
fn who_is_told_twice_stops_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path());
    let address = server.curl_lines()[0].0.split('/').nth(2).expect("an address").to_owned();
    let mut connection = TcpStream::connect(&address).expect("a connection");
    connection
        .write_all(b"POST /api/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        .expect("a head");
    BufReader::new(connection.try_clone().expect("a connection")).read_line(&mut String::new()).expect("a line");
    server.tell_to_stop();
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    server.tell_to_stop();
    assert_eq!(server.last_words().0, 0);
}

#[test]
fn a_database_that_lacks_tables_is_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let migrated = Command::new(env!("CARGO_BIN_EXE_rest-auth")).arg("migrate").current_dir(folder.path()).output();
    assert!(migrated.expect("rest-auth").status.success());
    let dropped = run_sql(folder.path(), "DROP TABLE authtoken_token");
    assert!(dropped.is_ok(), "{dropped:?}");
    let output = Command::new(env!("CARGO_BIN_EXE_rest-auth")).current_dir(folder.path()).output().expect("rest-auth");
    let errors = String::from_utf8(output.stderr).expect("text");
    assert_eq!(errors, "rest-auth: the database lacks authtoken_token: run `rest-auth migrate`\n");
    assert_eq!(output.status.code(), Some(1));
}

/// Runs SQL on the folder's database.
fn run_sql(folder: &Path, sql: &'static str) -> Result<(), sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", folder.join("rest-auth.db").display())).await?;
        sqlx::query(sql).execute(&pool).await?;
        pool.close().await;
        Ok(())
    })
}
