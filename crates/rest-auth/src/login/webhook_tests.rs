//! `[login.webhook]`, with a receiver in the test that checks what it gets as Standard Webhooks tell it to.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::fields::Fields;
use crate::settings::{Login, Settings, Webhook};
use crate::testing::{Answer, TestApp};

/// The one of the specification's example.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server that is asked, and keeps the bodies that it gets.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Vec<String>>>);

impl Receiver {
    /// Listens; gives its URL. Without an answer it lets whoever asks wait.
    async fn start(&self, says: impl Fn() -> Option<Response> + Clone + Send + Sync + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks/login", listener.local_addr().expect("an address"));
        let router = self.router(says);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn router(&self, says: impl Fn() -> Option<Response> + Clone + Send + Sync + 'static) -> Router {
        let got = self.0.clone();
        let receive = async move |headers: HeaderMap, body: String| {
            assert!(is_genuine(&headers, &body), "{headers:?} {body}");
            got.lock().expect("the requests").push(body);
            match says() {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        };
        Router::new().route("/hooks/login", post(receive))
    }

    fn got(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("the requests"))
    }
}

/// Whether the sender knows the secret.
fn is_genuine(headers: &HeaderMap, body: &str) -> bool {
    let header = |name: &str| headers[name].to_str().expect("text");
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).expect("a key");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    let signatures = header("webhook-signature").split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
    signatures.filter_map(|sent| STANDARD.decode(sent).ok()).any(|sent| mac.clone().verify_slice(&sent).is_ok())
}

#[test]
fn the_receiver_verifies_as_the_specification_does() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ] {
        headers.insert(name, value.parse().expect("a header"));
    }
    assert!(is_genuine(&headers, r#"{"test": 2432232314}"#));
    assert!(!is_genuine(&headers, r#"{"test": 2432232315}"#));
}

#[derive(Fields)]
struct OrganizationLogin {
    #[field(blank)]
    organization: String,
}

async fn app(webhook: Webhook) -> TestApp {
    let login = Login::default().fields::<OrganizationLogin>().webhook(webhook.timeout(Duration::from_secs(1)));
    let app = TestApp::built(Settings::default(), |builder| builder.login(login)).await;
    app.user("jane", "correct horse").await;
    app
}

async fn login(app: &TestApp) -> Answer {
    let body = json!({ "username": "jane", "password": "correct horse", "organization": "Acme" });
    app.client().from_address("198.51.100.7").post("/login/", body).await
}

/// Nobody is let in, and told to come again.
async fn is_refused(app: &TestApp, why: &str) {
    let refused = login(app).await;
    assert_eq!(refused.line(), r#"503 {"detail":"The server is busy. Try again later."}"#, "{why}");
    assert_eq!(refused.header("retry-after"), "5");
    assert!(refused.cookies().is_empty(), "{why}");
}

#[tokio::test]
async fn it_is_asked_once_the_password_is_right() {
    let receiver = Receiver::default();
    let url = receiver.start(|| Some(StatusCode::NO_CONTENT.into_response())).await;
    let app = app(Webhook::new(&url, SECRET)).await;
    let wrong = json!({ "username": "jane", "password": "nope" });
    assert_eq!(app.client().post("/login/", wrong).await.status(), 400);
    assert!(receiver.got().is_empty(), "a wrong password is nobody's business");
    for sql in [
        "INSERT INTO auth_group (id, name) VALUES (1, 'Acme')",
        "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)",
    ] {
        app.sql(sql).await;
    }
    assert_eq!(login(&app).await.status(), 200);
    assert_eq!(
        receiver.got(),
        ["{\"type\":\"login.attempt\",\"timestamp\":\"2026-01-02T03:04:05Z\",\"data\":{\
          \"user\":{\"pk\":1,\"username\":\"jane\",\"email\":\"jane@example.com\",\"groups\":[\"Acme\"]},\
          \"fields\":{\"organization\":\"Acme\"},\"client_address\":\"198.51.100.7\"}}"],
        "neither the password nor its hash is among it"
    );
}

#[tokio::test]
async fn its_refusal_is_told_in_its_words() {
    let receiver = Receiver::default();
    let errors = r#"{"organization":["You are not a member of this organization."],"non_field_errors":["No.","No!"]}"#;
    let url = receiver.start(move || Some((StatusCode::FORBIDDEN, errors).into_response())).await;
    let app = app(Webhook::new(&url, SECRET)).await;
    let refused = login(&app).await;
    assert_eq!(refused.line(), format!("400 {errors}"));
    assert!(refused.cookies().is_empty(), "nobody was let in");
}

#[tokio::test]
async fn what_cannot_be_understood_lets_nobody_in() {
    let long = format!("{{\"organization\":[\"{}\"]}}", "x".repeat(20_000));
    for (status, body) in [
        (500, ""),
        (502, "{\"organization\":[\"No.\"]}"),
        (304, ""),
        (404, "Not found"),
        (400, "{}"),
        (400, "[\"No.\"]"),
        (400, "{\"detail\":\"No.\"}"),
        (400, "{\"organization\":[]}"),
        (400, "{\"organization\":[1]}"),
        (400, "{\"organization\":[\"No.\"]"),
        (400, &long),
    ] {
        let receiver = Receiver::default();
        let (status, said) = (StatusCode::from_u16(status).expect("a status"), body.to_owned());
        let url = receiver.start(move || Some((status, said.clone()).into_response())).await;
        is_refused(&app(Webhook::new(&url, SECRET)).await, &format!("{status} {body}")).await;
        assert_eq!(receiver.got().len(), 1, "it is asked once");
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (receiver, other) = (Receiver::default(), Receiver::default());
    let elsewhere = other.start(|| Some(StatusCode::OK.into_response())).await;
    let says = move || Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, elsewhere.clone())]).into_response());
    let url = receiver.start(says).await;
    is_refused(&app(Webhook::new(&url, SECRET)).await, "a redirect").await;
    assert_eq!((receiver.got().len(), other.got().len()), (1, 0));
}

#[tokio::test]
async fn who_is_slow_or_away_lets_nobody_in() {
    let receiver = Receiver::default();
    let url = receiver.start(|| None).await;
    is_refused(&app(Webhook::new(&url, SECRET)).await, "slow").await;
    assert_eq!(receiver.got().len(), 1);

    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    is_refused(&app(Webhook::new(&format!("http://{closed}/"), SECRET)).await, "away").await;
    let without_tls = url.replace("http://", "https://");
    is_refused(&app(Webhook::new(&without_tls, SECRET)).await, "no TLS").await;
    assert!(receiver.got().is_empty());
}

#[tokio::test]
async fn a_certificate_is_believed_whose_signer_is_known() {
    let receiver = Receiver::default();
    let (url, certificate) = tls::start(receiver.router(|| Some(StatusCode::OK.into_response()))).await;
    is_refused(&app(Webhook::new(&url, SECRET)).await, "a certificate that nobody signed").await;
    assert!(receiver.got().is_empty());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, certificate).expect("a file");
    assert_eq!(login(&app(Webhook::new(&url, SECRET).ca_file(&file)).await).await.status(), 200);
    assert_eq!(receiver.got().len(), 1);
}

/// A server that speaks TLS, with a certificate of its own for localhost.
mod tls {
    use std::sync::Arc;

    use axum::Router;
    use axum::serve::Listener;
    use rustls::ServerConfig;
    use rustls::crypto::ring::default_provider;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::server::TlsStream;

    struct Tls(TcpListener, TlsAcceptor);

    impl Listener for Tls {
        type Io = TlsStream<TcpStream>;
        type Addr = std::net::SocketAddr;

        async fn accept(&mut self) -> (Self::Io, Self::Addr) {
            loop {
                let (stream, address) = self.0.accept().await.expect("a connection");
                // Whoever does not believe the certificate goes again.
                if let Ok(stream) = self.1.accept(stream).await {
                    return (stream, address);
                }
            }
        }

        fn local_addr(&self) -> std::io::Result<Self::Addr> {
            self.0.local_addr()
        }
    }

    /// Gives the URL of the receiver, and the certificate as PEM.
    pub(super) async fn start(router: Router) -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("a key");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let listener = Tls(listener, TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (format!("https://localhost:{port}/hooks/login"), made.cert.pem())
    }
}

#[test]
fn a_webhook_that_could_not_work_is_refused() {
    for (toml, problem) in [
        ("url = \"https://example.com/\"", "login.webhook.secret: without it the receiver could not tell who asks"),
        ("url = \"https://example.com/\"\nsecret = \"whsec_?\"", "login.webhook.secret: there is no key in it"),
        ("secret = \"0123456789abcdef\"", "login.webhook.url: it is missing, and nobody is asked"),
        ("url = \"example.com/hook\"\nsecret = \"x\"", "login.webhook.url: it is no URL"),
        ("url = \"ftp://example.com/\"\nsecret = \"x\"", "login.webhook.url: it begins with neither https:// nor"),
        ("url = \"https://me:pw@example.com/\"\nsecret = \"x\"", "login.webhook.url: a name and a password would not"),
        (
            "url = \"https://example.com/\"\nsecret = \"x\"\ntimeout = \"1h\"",
            "login.webhook.timeout: nobody waits so long for a login",
        ),
    ] {
        let error = Settings::from_toml(&format!("[login.webhook]\n{toml}")).expect_err(toml).to_string();
        assert!(error.contains(problem) && !error.contains("whsec_?"), "{error}");
    }
    let toml = "[login.webhook]\nurl = \"http://app.internal/\"\nsecret = \"short\"";
    let warnings = Settings::from_toml(toml).expect("settings").settings.deployment_warnings();
    let paths: Vec<_> = warnings.iter().map(|warning| warning.path).filter(|path| path.contains("webhook")).collect();
    assert_eq!(paths, ["login.webhook.url", "login.webhook.secret"]);
}
