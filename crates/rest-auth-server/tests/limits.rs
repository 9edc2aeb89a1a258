//! Two servers on one PostgreSQL share their limits in one Redis. Left out, with a line, where either is missing.

mod support;

use std::io::Write;
use std::process::{Child, Command};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use support::{Running, folder, free_address};
use ureq::Agent;

/// A database of its own on the server, which goes with it.
struct Database {
    server: String,
    schema: String,
}

impl Database {
    fn new(server: String) -> Self {
        let schema = format!("rest_auth_test_limits_{}", std::process::id());
        let database = Self { server, schema };
        database.run(&format!("CREATE SCHEMA {}", database.schema));
        database
    }

    fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-csearch_path%3D{}", self.server, self.schema)
    }

    fn run(&self, sql: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.server).await.expect("the server");
            sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("done");
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.schema));
    }
}

fn post(address: &str, path: &str, body: &Value) -> (u16, String) {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{address}/api/auth/{path}");
    let answer = agent.post(url).content_type("application/json").send(body.to_string()).expect("an answer");
    let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().expect("text").to_owned());
    (answer.status().as_u16(), retry_after.unwrap_or_default())
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        // Past the test runner, which keeps to itself what a test that passes prints.
        let _ = writeln!(std::io::stderr(), "left out, because {name} is not set: limits of two servers");
    }
    value
}

#[test]
fn two_servers_share_their_limits_exactly() {
    let (Some(postgres), Some(redis)) = (variable("REST_AUTH_TEST_POSTGRES"), variable("REST_AUTH_TEST_REDIS")) else {
        return;
    };
    let (folder, database) = (folder(), Database::new(postgres));
    let key = rest_auth::settings::new_secret_key();
    let settings = format!(
        "secret_key = '{}'\ndatabase_url = '{}'\n[throttle]\nredis_url = '{redis}'\n\
         rates = {{ login = '60/day', registration = '7/day' }}\n\
         [throttle.failed_logins]\nslow_after = 0\nlock_after = 5\n",
        key.expose(),
        database.url(),
    );
    std::fs::write(folder.path().join("rest-auth.toml"), settings).expect("a file");
    let rest_auth = |arguments: &[&str]| -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
        command.args(arguments).current_dir(folder.path());
        command
    };
    assert!(rest_auth(&["migrate"]).output().expect("rest-auth").status.success());
    let addresses = [free_address(), free_address()];
    let _servers = addresses
        .each_ref()
        .map(|address| Running::start(rest_auth(&["serve"]).env("REST_AUTH__BIND", address), address));

    // Twenty registrations at once, ten at each server.
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let requests: Vec<_> = (0..20)
            .map(|number| {
                scope.spawn({
                    let address = &addresses[number % 2];
                    move || post(address, "registration/", &json!({})).0
                })
            })
            .collect();
        requests.into_iter().map(|request| request.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 7, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 13, "{statuses:?}");

    // Guesses at one account, by turns.
    let guess = json!({ "username": "jane", "password": "wrong" });
    for number in 0..5 {
        assert_eq!(post(&addresses[number % 2], "login/", &guess).0, 400);
    }
    for address in &addresses {
        let (status, retry_after) = post(address, "login/", &guess);
        let seconds: u32 = retry_after.parse().expect("seconds");
        assert!(status == 429 && (600..=900).contains(&seconds), "{status} {seconds}");
    }
}

/// A Redis of our own, to be taken away.
struct OwnRedis(Child);

impl Drop for OwnRedis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_redis_that_goes_and_comes_back_stops_nobody() {
    let start = |address: &str| {
        let port = address.rsplit(':').next().expect("a port");
        let mut command = Command::new("redis-server");
        command.args(["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let child = command.stdout(std::process::Stdio::null()).spawn().ok()?;
        while std::net::TcpStream::connect(address).is_err() {
            std::thread::yield_now();
        }
        Some(OwnRedis(child))
    };
    let redis = free_address();
    let Some(server) = start(&redis) else {
        let _ = writeln!(std::io::stderr(), "left out, because redis-server is not installed: a Redis that goes away");
        return;
    };
    let folder = folder();
    let address = free_address();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rest-auth"));
    command
        .current_dir(folder.path())
        .env("REST_AUTH__BIND", &address)
        .env("REST_AUTH__THROTTLE__REDIS_URL", format!("redis://{redis}"))
        .env("REST_AUTH__THROTTLE__RATES__LOGIN", "2/day");
    let _rest_auth = Running::start(&mut command, &address);
    let login = || post(&address, "login/", &json!({})).0;
    assert_eq!([login(), login(), login()], [400, 400, 429], "counted in Redis");
    drop(server);
    assert_eq!([login(), login(), login()], [400, 400, 429], "counted alone");
    let _server = start(&redis).expect("a Redis");
    // It is asked again within a second or so, and is a new one.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while login() == 429 {
        assert!(std::time::Instant::now() < deadline, "Redis is not asked again");
        std::thread::yield_now();
    }
}
