//! When PostgreSQL is asked by TLS: what stands before it sees how each connection begins.

use std::sync::{Arc, Mutex};

use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Auth, Settings, Store};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The beginning of a connection that asks for TLS, by PostgreSQL's protocol.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What a server says to whoever comes without TLS, where its `pg_hba.conf` has `hostssl` only.
const REFUSAL: &[u8] = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for this host, no encryption\0\0";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Begins {
    Plainly,
    ByTls,
}

/// What stands on this machine before the tests' PostgreSQL.
struct Relay {
    url: Url,
    began: Arc<Mutex<Vec<Begins>>>,
}

impl Relay {
    async fn before(app: &TestApp, insists_on_tls: bool) -> Self {
        let mut url = Url::parse(app.auth().settings().database_url.expose()).expect("a URL");
        let server = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        url.set_ip_host(address.ip()).and_then(|()| url.set_port(Some(address.port()))).expect("an address");
        let began = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&began);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server.clone(), insists_on_tls, Arc::clone(&seen)));
            }
        });
        Self { url, began }
    }

    /// The accounts beyond it, by its URL with this query.
    async fn accounts(&self, app: &TestApp, query: &str) -> Auth {
        let mut url = self.url.clone();
        url.set_query(Some(&[url.query().unwrap_or_default(), query].join("&")));
        let settings = Settings { database_url: url.as_str().into(), ..app.auth().settings().clone() };
        let store = Store::open(&settings).await.expect("the database");
        Auth::builder().pool(store.pool().clone()).settings(settings).build().await.expect("accounts")
    }

    fn began(&self) -> Vec<Begins> {
        self.began.lock().expect("no panic").clone()
    }
}

async fn relay(mut client: TcpStream, server: String, insists_on_tls: bool, began: Arc<Mutex<Vec<Begins>>>) {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.expect("a beginning");
    let begins = if first == SSL_REQUEST { Begins::ByTls } else { Begins::Plainly };
    began.lock().expect("no panic").push(begins);
    if insists_on_tls && begins == Begins::Plainly {
        let length = u32::try_from(REFUSAL.len() + 4).expect("a short text");
        client.write_all(&[&b"E"[..], &length.to_be_bytes(), REFUSAL].concat()).await.expect("a client");
        return;
    }
    let mut server = TcpStream::connect(server).await.expect("PostgreSQL");
    server.write_all(&first).await.expect("PostgreSQL");
    // Whoever closes first ends it.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

async fn assert_serves(app: &TestApp, auth: &Auth) {
    let login = json!({ "username": "jane", "password": "correct horse" });
    assert_eq!(app.client_of(auth.router()).post("/login/", login).await.status(), 200);
}

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app
}

#[each_database(Postgres)]
async fn a_server_on_this_machine_is_asked_without_tls() {
    let app = app().await;
    let relay = Relay::before(&app, false).await;
    assert_serves(&app, &relay.accounts(&app, "").await).await;
    let began = relay.began();
    assert!(!began.is_empty() && began.iter().all(|begins| *begins == Begins::Plainly), "{began:?}");
}

#[each_database(Postgres)]
async fn a_server_on_this_machine_that_insists_on_tls_gets_it() {
    let app = app().await;
    let relay = Relay::before(&app, true).await;
    assert_serves(&app, &relay.accounts(&app, "").await).await;
    let began = relay.began();
    let plainly = began.iter().filter(|begins| **begins == Begins::Plainly).count();
    assert!(plainly == 1 && began[0] == Begins::Plainly && began.len() > 2, "{began:?}");
}

#[each_database(Postgres)]
async fn who_names_a_mode_gets_it() {
    let app = app().await;
    let relay = Relay::before(&app, false).await;
    assert_serves(&app, &relay.accounts(&app, "sslmode=prefer").await).await;
    let began = relay.began();
    assert!(!began.is_empty() && began.iter().all(|begins| *begins == Begins::ByTls), "{began:?}");
}
