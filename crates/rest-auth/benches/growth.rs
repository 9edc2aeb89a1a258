//! Whether an answer takes longer where users are many: fills one database with a thousand users and one with a million,
//! asks both the same in turn, and prints the median of each, for SQLite and PostgreSQL. The hash of a password costs next
//! to nothing here, so that it hides nothing.
//!
//!     cargo bench -p rest-auth --bench growth [-- MANY [ROUNDS]]

use std::time::{Duration, Instant};

use rest_auth::Dialect;
use rest_auth::testing::{Answer, Client, TestApp, on_each_database};
use serde_json::{Value, json};

/// How many users are few.
const FEW: usize = 1000;

const PASSWORD: &str = "correct horse";

const SETTINGS: &str = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 1 }]\npassword_validators = []\n\
    [throttle]\nrates = {}\nfailed_logins = { slow_after = 0, lock_after = 0 }\n\
    [rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n\
    [simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\n\
    [account]\nemail_verification = 'none'\nlogin_methods = ['username', 'email']\n\
    [profiles.profile]\ntable = 'app_profile'\n[profiles.profile.fields]\nbio = { type = 'text', blank = true }\n";

/// What is measured, in the order of a round.
const OPERATIONS: [&str; 8] = [
    "login by name",
    "login by name, in another case",
    "login by address",
    "login by a name that nobody has",
    "user details",
    "refresh, with rotation",
    "registration",
    "password reset",
];

fn main() {
    // Cargo adds an argument of its own.
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (many, rounds) = (numbers.next().unwrap_or(1_000_000), numbers.next().unwrap_or(1000));
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        on_each_database(&[dialect], || async move {
            let sites = [Site::new(FEW).await, Site::new(many).await];
            let times = measure(&sites, rounds).await;
            println!("\n{dialect:?}, median of {rounds}\n");
            println!("| | {FEW} users | {many} users | |\n| --- | --- | --- | --- |");
            for (operation, [few, many]) in OPERATIONS.iter().zip(times) {
                let (few, many) = (median(few), median(many));
                println!("| {operation} | {few:.3} ms | {many:.3} ms | {:+.0} % |", (many / few - 1.0) * 100.0);
            }
        });
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1000.0
}

/// A database with so many users, user1, user2 and so on, who have one password, a profile, a verified address and a
/// refresh token each.
struct Site {
    app: TestApp,
    users: usize,
}

impl Site {
    async fn new(users: usize) -> Self {
        let app = TestApp::with(SETTINGS).await;
        app.user("first", PASSWORD).await;
        let postgres = app.auth().store().dialect() == Dialect::Postgres;
        let numbers = match postgres {
            true => format!("FROM generate_series(1, {users}) AS numbers(n)"),
            false => format!(
                "FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {users}) SELECT n FROM c)"
            ),
        };
        let then = if postgres { "TIMESTAMPTZ '2026-03-02 03:04:05Z'" } else { "'2026-03-02 03:04:05'" };
        let token = if postgres { "repeat('x', 250)" } else { "printf('%0250d', id)" };
        let hash = "(SELECT password FROM auth_user WHERE username = 'first')";
        for sql in [
            format!(
                "INSERT INTO auth_user (username, email, password, first_name, last_name, is_active, is_staff, is_superuser, \
                 date_joined) SELECT 'user' || n, 'user' || n || '@example.com', {hash}, '', '', TRUE, FALSE, FALSE, {then} \
                 {numbers}"
            ),
            "INSERT INTO account_emailaddress (user_id, email, verified, \"primary\") \
             SELECT id, email, TRUE, TRUE FROM auth_user WHERE username <> 'first'"
                .to_owned(),
            "INSERT INTO app_profile (user_id, bio) SELECT id, '' FROM auth_user WHERE username <> 'first'".to_owned(),
            format!(
                "INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id, jti) \
                 SELECT {token}, {then}, {then}, id, 'token of ' || username FROM auth_user"
            ),
            format!(
                "INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id) \
                 SELECT {then}, id FROM token_blacklist_outstandingtoken"
            ),
        ] {
            app.sql(&sql).await;
        }
        if postgres {
            app.sql("VACUUM ANALYZE").await;
        }
        Self { app, users }
    }

    /// One of the users, another in each round.
    fn user(&self, round: usize) -> usize {
        round.wrapping_mul(7_368_787) % self.users + 1
    }

    /// How long each operation takes in this round.
    async fn round(&self, round: usize) -> Vec<Duration> {
        let mut timed = Timed { client: self.app.client(), times: Vec::new() };
        let user = self.user(round);
        let login = |name: String| json!({ "username": name, "password": PASSWORD });
        let pair = timed.post("/login/", login(format!("user{user}")), 200).await.json();
        timed.post("/login/", login(format!("USER{user}")), 200).await;
        timed.post("/login/", login(format!("user{user}@example.com")), 200).await;
        timed.post("/login/", login(format!("nobody{round}")), 400).await;
        let bearer = format!("Bearer {}", pair["access"].as_str().expect("a token"));
        timed.client = self.app.client().header("authorization", &bearer);
        timed.get("/user/", 200).await;
        timed.client = self.app.client();
        timed.post("/token/refresh/", json!({ "refresh": pair["refresh"] }), 200).await;
        let form = json!({
            "username": format!("new{round}"), "email": format!("new{round}@example.com"),
            "password1": PASSWORD, "password2": PASSWORD,
        });
        timed.post("/registration/", form, 201).await;
        timed.post("/password/reset/", json!({ "email": format!("user{user}@example.com") }), 200).await;
        timed.times
    }
}

/// A client with a watch.
struct Timed {
    client: Client,
    times: Vec<Duration>,
}

impl Timed {
    async fn post(&mut self, path: &str, body: Value, status: u16) -> Answer {
        let began = Instant::now();
        let answer = self.client.post(path, body).await;
        self.times.push(began.elapsed());
        assert_eq!(answer.status(), status, "{path}: {}", answer.line());
        answer
    }

    async fn get(&mut self, path: &str, status: u16) {
        let began = Instant::now();
        let answer = self.client.get(path).await;
        self.times.push(began.elapsed());
        assert_eq!(answer.status(), status, "{path}: {}", answer.line());
    }
}

/// The times of each operation at either site, which take turns.
async fn measure(sites: &[Site; 2], rounds: usize) -> Vec<[Vec<Duration>; 2]> {
    let mut times = vec![[Vec::new(), Vec::new()]; OPERATIONS.len()];
    // The first tenth fills caches.
    for round in 0..rounds + rounds / 10 {
        for turn in 0..2 {
            let site = (round + turn) % 2;
            for (operation, time) in sites[site].round(round).await.into_iter().enumerate() {
                if round >= rounds / 10 {
                    times[operation][site].push(time);
                }
            }
        }
    }
    times
}
