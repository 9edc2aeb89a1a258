//! PostgreSQL, and what stands before it: it sees how each connection begins, and may let nobody in, or fall silent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rest_auth::settings::Lifetime;
use rest_auth::testing::{Client, TestApp, each_database};
use rest_auth::{Auth, Pool, Settings, Store};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

/// The beginning of a connection that asks for TLS, by PostgreSQL's protocol.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What a server says to whoever comes without TLS, where its `pg_hba.conf` has `hostssl` only.
const NO_ENCRYPTION: &str = "SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for this host, no encryption\0\0";

/// What it says of a database that is closed for a while.
const NO_CONNECTIONS: &str = "SFATAL\0VFATAL\0C55000\0Mdatabase is not currently accepting connections\0\0";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Begins {
    Plainly,
    ByTls,
}

/// What stands on this machine before the tests' PostgreSQL.
struct Relay {
    url: Url,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    began: Mutex<Vec<Begins>>,
    insists_on_tls: bool,
    lets_nobody_in: AtomicBool,
    /// What goes on falls silent.
    silence: Notify,
    /// Whoever asks gets no answer; each time it is told here.
    answers_nobody: AtomicBool,
    not_answered: Notify,
}

impl Relay {
    async fn before(app: &TestApp, insists_on_tls: bool) -> Self {
        let mut url = Url::parse(app.auth().settings().database_url.expose()).expect("a URL");
        let server = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        url.set_ip_host(address.ip()).and_then(|()| url.set_port(Some(address.port()))).expect("an address");
        let state = Arc::new(State { insists_on_tls, ..State::default() });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server.clone(), Arc::clone(&shared)));
            }
        });
        Self { url, state }
    }

    /// The accounts beyond it, by its URL with this query. Silence is waited for one second.
    async fn accounts(&self, app: &TestApp, query: &str) -> Auth {
        self.accounts_set(app, query, |_| {}).await
    }

    /// The same with settings that this sets.
    async fn accounts_set(&self, app: &TestApp, query: &str, set: impl FnOnce(&mut Settings)) -> Auth {
        let mut url = self.url.clone();
        url.set_query(Some(&[url.query().unwrap_or_default(), query].join("&")));
        let mut settings = Settings {
            database_url: url.as_str().into(),
            database_timeout: 1,
            database_statement_timeout: Lifetime::from_seconds(1),
            ..app.auth().settings().clone()
        };
        set(&mut settings);
        let store = Store::open(&settings).await.expect("the database");
        Auth::builder().pool(store.pool().clone()).settings(settings).build().await.expect("accounts")
    }
}

async fn relay(mut client: TcpStream, server: String, state: Arc<State>) {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.expect("a beginning");
    let begins = if first == SSL_REQUEST { Begins::ByTls } else { Begins::Plainly };
    state.began.lock().expect("no panic").push(begins);
    let refusal = match begins {
        _ if state.lets_nobody_in.load(Ordering::SeqCst) => Some(NO_CONNECTIONS),
        Begins::Plainly if state.insists_on_tls => Some(NO_ENCRYPTION),
        _ => None,
    };
    if let Some(refusal) = refusal {
        let length = u32::try_from(refusal.len() + 4).expect("a short text");
        client.write_all(&[b"E", &length.to_be_bytes()[..], refusal.as_bytes()].concat()).await.expect("a client");
        return;
    }
    let mut server = TcpStream::connect(server).await.expect("PostgreSQL");
    server.write_all(&first).await.expect("PostgreSQL");
    let (mut questions, mut answers) = (vec![0; 8192], vec![0; 8192]);
    let mut silence = std::pin::pin!(state.silence.notified());
    loop {
        let (is_question, count, bytes, to) = tokio::select! {
            count = client.read(&mut questions) => (true, count, &questions, &mut server),
            count = server.read(&mut answers) => (false, count, &answers, &mut client),
            () = silence.as_mut() => std::future::pending().await,
        };
        // Whoever closes first ends it.
        let Some(count) = count.ok().filter(|count| *count > 0) else { return };
        if is_question && state.answers_nobody.load(Ordering::SeqCst) {
            state.not_answered.notify_one();
            std::future::pending().await
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Waits for connections that are being given back: sqlx asks each of them whether it is still there.
async fn until_all_are_idle(auth: &Auth) {
    let Pool::Postgres(pool) = auth.store().pool() else { panic!("PostgreSQL") };
    while pool.num_idle() < pool.size() as usize {
        tokio::task::yield_now().await;
    }
}

/// A client who has logged in.
async fn jane(app: &TestApp, auth: &Auth) -> Client {
    let mut client = app.client_of(auth.router());
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let login = login.json();
    let token = |kind: &str, name: &str| login[name].as_str().map(|token| format!("{kind} {token}"));
    let token = token("Token", "key").or_else(|| token("Bearer", "access"));
    client.header("authorization", &token.unwrap_or_else(|| panic!("no token: {login}")))
}

async fn assert_try_again(client: &mut Client) {
    let answer = client.get("/user/").await;
    assert_eq!(answer.line(), r#"503 {"detail":"The server is busy. Try again later."}"#);
    assert_eq!(answer.header("retry-after"), "1");
}

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app
}

/// How connections begin until a user has logged in and is told who they are.
async fn beginnings(insists_on_tls: bool, query: &str) -> Vec<Begins> {
    let app = app().await;
    let relay = Relay::before(&app, insists_on_tls).await;
    let auth = relay.accounts(&app, query).await;
    assert_eq!(jane(&app, &auth).await.get("/user/").await.status(), 200);
    relay.state.began.lock().expect("no panic").clone()
}

#[each_database(Postgres)]
async fn a_server_on_this_machine_is_asked_without_tls() {
    let began = beginnings(false, "").await;
    assert!(began.len() > 1 && !began.contains(&Begins::ByTls), "{began:?}");
}

#[each_database(Postgres)]
async fn a_server_on_this_machine_that_insists_on_tls_gets_it() {
    let began = beginnings(true, "").await;
    let Some((Begins::Plainly, rest)) = began.split_first() else { panic!("{began:?}") };
    assert!(rest.len() > 1 && !rest.contains(&Begins::Plainly), "{began:?}");
}

#[each_database(Postgres)]
async fn who_names_a_mode_gets_it() {
    let began = beginnings(false, "sslmode=prefer").await;
    assert!(began.len() > 1 && !began.contains(&Begins::Plainly), "{began:?}");
}

#[each_database(Postgres)]
async fn a_server_that_lets_nobody_in_is_asked_again_later() {
    let app = app().await;
    let relay = Relay::before(&app, false).await;
    let auth = relay.accounts(&app, "").await;
    let mut jane = jane(&app, &auth).await;
    until_all_are_idle(&auth).await;
    relay.state.lets_nobody_in.store(true, Ordering::SeqCst);
    let Pool::Postgres(pool) = auth.store().pool() else { panic!("PostgreSQL") };
    while let Some(connection) = pool.try_acquire() {
        drop(connection.detach());
    }
    assert_try_again(&mut jane).await;
    relay.state.lets_nobody_in.store(false, Ordering::SeqCst);
    assert_eq!(jane.get("/user/").await.status(), 200);
}

#[each_database(Postgres)]
async fn a_server_that_falls_silent_is_not_waited_for() {
    let app = app().await;
    let relay = Relay::before(&app, false).await;
    let auth = relay.accounts(&app, "").await;
    let mut jane = jane(&app, &auth).await;
    until_all_are_idle(&auth).await;
    relay.state.silence.notify_waiters();
    assert_try_again(&mut jane).await;
}

#[each_database(Postgres)]
async fn connections_that_fall_silent_hold_up_nobody_elses_look_up() {
    let app = app().await;
    let relay = Relay::before(&app, false).await;
    let set = |settings: &mut Settings| {
        // The user of a JSON Web Token is looked up together with others.
        settings.rest_auth.use_jwt = true;
        settings.rest_auth.jwt_auth_httponly = false;
        // For longer than the test takes.
        settings.database_statement_timeout = Lifetime::from_seconds(600);
    };
    let auth = relay.accounts_set(&app, "", set).await;
    let mut jane = jane(&app, &auth).await;
    until_all_are_idle(&auth).await;
    relay.state.answers_nobody.store(true, Ordering::SeqCst);
    let in_time = Duration::from_secs(60);
    let mut waiting = Vec::new();
    // More look-ups than are under way at once.
    for _ in 0..4 {
        let mut jane = jane.clone();
        waiting.push(tokio::spawn(async move { jane.get("/user/").await.status() }));
        tokio::time::timeout(in_time, relay.state.not_answered.notified()).await.expect("a look-up");
    }
    relay.state.answers_nobody.store(false, Ordering::SeqCst);
    let answer = tokio::time::timeout(in_time, jane.get("/user/")).await;
    assert_eq!(answer.expect("an answer").status(), 200);
    assert!(waiting.iter().all(|waits| !waits.is_finished()));
}
