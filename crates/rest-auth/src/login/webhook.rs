//! `[login.webhook]`: another server is asked whether a user may log in. Whatever it does but say so, nobody is let in.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use time::OffsetDateTime;

use super::LoginAttempt;
use crate::auth::Auth;
use crate::error::{Error, FieldErrors, causes};
use crate::reply;
use crate::settings;
use crate::source::LETTERS_AND_DIGITS;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024;

/// When a client may try again after a failure, in seconds.
const RETRY_AFTER: u32 = 5;

/// How long a connection waits for the next login.
const IDLE: Duration = Duration::from_secs(30);

/// Who is asked, and how. The connections are kept.
pub(crate) struct Webhook {
    client: Client<HttpsConnector<HttpConnector>, Full<axum::body::Bytes>>,
    uri: Uri,
    key: Vec<u8>,
    timeout: Duration,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("host", &self.uri.host()).finish_non_exhaustive()
    }
}

/// Why nobody could be asked at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("its url or its secret cannot be used")]
    Settings,
    #[error("{0} holds no certificates")]
    Certificates(PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("TLS cannot be spoken")]
    Tls(#[from] rustls::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no answer within {} seconds", .0.as_secs())]
    Slow(Duration),
    #[error("it cannot be asked")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("it cannot be reached")]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error(
        "it answered {0} without errors of fields, which are {{\"field\": [\"message\"]}} in {LARGEST_ANSWER} bytes"
    )]
    NoFieldErrors(StatusCode),
}

impl Webhook {
    /// The one that the settings name.
    pub(crate) fn new(settings: &settings::Webhook) -> Result<Option<Self>, Unusable> {
        let Some(url) = &settings.url else { return Ok(None) };
        let (Ok(uri), Some(key)) = (url.parse(), settings.key()) else { return Err(Unusable::Settings) };
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(file) = &settings.ca_file {
            let unusable =
                |error: Box<dyn std::error::Error + Send + Sync>| Unusable::Certificates(file.clone(), error);
            let before = roots.len();
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.into()))? {
                let certificate = certificate.map_err(|error| unusable(error.into()))?;
                roots.add(certificate).map_err(|error| unusable(error.into()))?;
            }
            if roots.len() == before {
                return Err(unusable("there is none in it".into()));
            }
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        let timeout = Duration::from_secs(settings.timeout.seconds().unsigned_abs());
        Ok(Some(Self { client, uri, key, timeout }))
    }

    /// Asks whether the user may log in.
    ///
    /// # Errors
    /// 400 in the words of whoever is asked; 503 where there is no answer that could be understood.
    pub(super) async fn ask(&self, auth: &Auth, attempt: &LoginAttempt) -> Result<(), Error> {
        let answer = tokio::time::timeout(self.timeout, self.send(auth, attempt)).await;
        match answer.unwrap_or(Err(Failure::Slow(self.timeout))) {
            Ok(None) => Ok(()),
            Ok(Some(errors)) => Err(Error::Invalid(errors)),
            Err(failure) => {
                let host = self.uri.host().unwrap_or_default();
                tracing::error!(host, error = %causes(&failure), "nobody logs in while the login webhook fails");
                Err(Error::Unavailable { retry_after: RETRY_AFTER })
            }
        }
    }

    /// Sends what is known of the attempt; gives the errors that refuse it. A redirect is an answer like any other that
    /// is not understood.
    async fn send(&self, auth: &Auth, attempt: &LoginAttempt) -> Result<Option<FieldErrors>, Failure> {
        let request = self.request(auth, attempt).map_err(|error| Failure::Unwritable(error.into()))?;
        let response = self.client.request(request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(None);
        }
        if !status.is_client_error() {
            return Err(Failure::Status(status));
        }
        let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
        let errors = body.ok().and_then(|body| field_errors(&body.to_bytes()));
        errors.map(Some).ok_or(Failure::NoFieldErrors(status))
    }

    /// The request, signed as Standard Webhooks have it.
    fn request(
        &self,
        auth: &Auth,
        attempt: &LoginAttempt,
    ) -> Result<Request<Full<axum::body::Bytes>>, axum::http::Error> {
        let now = auth.now();
        let id = format!("msg_{}", auth.random_string(24, LETTERS_AND_DIGITS));
        let (timestamp, body) = (now.unix_timestamp(), payload(now, attempt).to_string());
        let signature = STANDARD.encode(self.signature(&format!("{id}.{timestamp}.{body}")));
        Request::post(self.uri.clone())
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(header::USER_AGENT, HeaderValue::from_static(concat!("rest-auth/", env!("CARGO_PKG_VERSION"))))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", format!("v1,{signature}"))
            .body(Full::from(body))
    }

    fn signature(&self, content: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("an HMAC takes a key of any length");
        mac.update(content.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

/// What is sent: who wants to log in, what they wrote into the fields of `login.fields`, and where they come from.
fn payload(now: OffsetDateTime, attempt: &LoginAttempt) -> Value {
    let user = &attempt.user;
    json!({
        "type": "login.attempt",
        "timestamp": reply::time(now),
        "data": {
            "user": { "pk": user.id, "username": user.username, "email": user.email, "groups": attempt.groups },
            "fields": attempt.fields(),
            "client_address": attempt.client_address,
        },
    })
}

/// The errors of fields that a body holds, if it holds nothing else.
fn field_errors(body: &[u8]) -> Option<FieldErrors> {
    let fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let mut errors = FieldErrors::default();
    for (field, messages) in fields {
        let messages: Vec<String> = serde_json::from_value(messages).ok().filter(|list: &Vec<_>| !list.is_empty())?;
        messages.into_iter().for_each(|message| errors.add(&field, message));
    }
    (!errors.is_empty()).then_some(errors)
}
