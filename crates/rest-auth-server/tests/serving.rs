//! The server as a newcomer meets it.

mod support;

use std::path::Path;
use std::process::Command;

use support::connection::Connection;
use support::server::Server;
use support::{folder, post};

/// The lines of the greeting that begin with `curl`, each as its URL and its JSON.
fn curl_lines(server: &Server) -> Vec<(String, String)> {
    let lines = server.greeting.lines().map(str::trim).filter_map(|line| line.strip_prefix("curl "));
    lines
        .map(|line| {
            let (url, rest) = line.split_once(' ').expect("a URL");
            let json = rest.split(" -d '").nth(1).expect("data").trim_end_matches('\'');
            assert!(rest.starts_with("-H 'Content-Type: application/json'"), "{rest}");
            (url.to_owned(), json.to_owned())
        })
        .collect()
}

#[test]
fn the_greeting_leads_to_a_user_who_is_logged_in() {
    let folder = folder();
    let server = Server::start(folder.path());
    for endpoint in ["login/", "logout/", "registration/", "user/", "password/change/"] {
        assert!(server.greeting.contains(&format!("    {endpoint}")), "{}", server.greeting);
    }
    let lines = curl_lines(&server);
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
    let (url, credentials) = curl_lines(&server).pop().expect("a login");
    assert_eq!(post(&url, &credentials).0, 200);
    assert_eq!(server.stop().0, 0);
}

#[test]
fn stopping_finishes_the_requests_under_way() {
    let folder = folder();
    let mut server = Server::start(folder.path());
    let (_, form) = curl_lines(&server).swap_remove(0);
    let mut connection = Connection::open(server.address());
    connection.begin("registration/", form.len());
    server.tell_to_stop();
    server.accepts_no_more();
    connection.send(&form);
    let rest = connection.ends();
    assert!(rest.contains("HTTP/1.1 201 Created\r\n"), "{rest}");
    let (code, output) = server.last_words();
    // The mail about it may have been printed in time, or waits for the next start.
    assert!(code == 0 && output.ends_with("Stopped.\n"), "{code} {output}");
}

#[test]
fn who_is_told_twice_stops_at_once() {
    let folder = folder();
    let mut server = Server::start(folder.path());
    let mut connection = Connection::open(server.address());
    connection.begin("login/", 9);
    server.tell_to_stop();
    server.accepts_no_more();
    server.tell_to_stop();
    assert_eq!(server.last_words().0, 0);
}

#[test]
fn a_database_that_lacks_tables_is_not_touched() {
    let folder = folder();
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
