//! The conversation with a mail server, step by step.
//!
//! The step tells whether a refusal is about the session, the sender, the recipient or the mail.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::hostname;
use super::refusal;
use crate::settings::{Email, Secret};

/// The time for which a connection is kept for the next mail.
const KEPT: Duration = Duration::from_secs(60);

/// The time limit for `QUIT`.
const GOOD_BYE: Duration = Duration::from_secs(5);

/// A step of the conversation with a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The connection, its greeting and its encryption.
    Connection,
    /// `AUTH`.
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, and the mail itself.
    Message,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connection => "the connection",
            Self::Login => "AUTH",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Message => "DATA",
        })
    }
}

/// The reason why a mail server did not take a mail.
///
/// It shows the server's words without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SmtpError {
    step: Step,
    is_final: bool,
    message: String,
}

impl SmtpError {
    /// Returns the step at which the server did not take the mail.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Returns whether the server refuses the recipient for good.
    ///
    /// In this case no further attempt is made.
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    fn new(step: Step, message: impl Into<String>) -> Self {
        Self { step, is_final: false, message: message.into() }
    }
}

/// The reason why the settings of a mail server cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpMisfit {
    #[error("it is no URL of a mail server")]
    Url,
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0} holds no certificate")]
    NoCertificate(String),
}

/// A mail server, and the idle connections to it.
pub(crate) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    /// Secrets that a log must not show.
    secrets: Vec<String>,
    /// `email.local_hostname`.
    local_hostname: Option<ClientId>,
    timeout: Duration,
    most_idle: usize,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Server {
    /// Returns the server that the settings name, or `None` without `email.smtp_url`.
    ///
    /// # Errors
    /// If `email.smtp_url` or `email.ca_file` is invalid.
    pub(crate) fn of(settings: &Email) -> Result<Option<Self>, SmtpMisfit> {
        let Some(url) = settings.smtp_url.as_ref().map(Secret::expose) else { return Ok(None) };
        let url = Url::parse(url).map_err(|_| SmtpMisfit::Url)?;
        let host = match Host::parse(url.host_str().unwrap_or_default()).map_err(|_| SmtpMisfit::Url)? {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let (tls, port) = encryption(&url, &host, settings.ca_file.as_deref())?;
        let login = login(&url)?;
        let named_by_the_url = Some(url.path().trim_matches('/')).filter(|name| !name.is_empty());
        let local_hostname = match &settings.local_hostname {
            Some(name) => hostname::parse(name),
            None => named_by_the_url.map(|name| ClientId::Domain(name.to_owned())),
        };
        Ok(Some(Self {
            host,
            port: url.port().unwrap_or(port),
            tls,
            secrets: login.as_ref().map(|(user, password)| forms(user, password)).unwrap_or_default(),
            credentials: login.map(|(user, password)| Credentials::new(user, password)),
            local_hostname,
            timeout: Duration::from_secs(settings.timeout.seconds().unsigned_abs()),
            most_idle: settings.max_connections,
            idle: Mutex::default(),
        }))
    }

    /// Returns the time limit for one mail.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Hands a mail to the server.
    ///
    /// # Errors
    /// If the server does not take the mail: the step, and the server's words.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), SmtpError> {
        let mut connection = self.connection().await?;
        match self.hand_over(&mut connection, envelope, mail).await {
            Ok(()) => {
                self.keep(connection);
                Ok(())
            }
            Err(error) => {
                say_good_bye(connection);
                Err(error)
            }
        }
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        mail: &[u8],
    ) -> Result<(), SmtpError> {
        let mut options = Vec::new();
        let addresses = envelope.from().into_iter().chain(envelope.to());
        if !addresses.map(AsRef::<str>::as_ref).all(str::is_ascii) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let message = "the mail server takes no address with characters beyond ASCII (it offers no SMTPUTF8)";
                return Err(SmtpError::new(Step::Sender, message));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !mail.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let at = |step| move |error: Error| self.refused(step, &error);
        connection.command(Mail::new(envelope.from().cloned(), options)).await.map_err(at(Step::Sender))?;
        for recipient in envelope.to() {
            let recipient = Rcpt::new(recipient.clone(), Vec::new());
            connection.command(recipient).await.map_err(at(Step::Recipient))?;
        }
        connection.command(Data).await.map_err(at(Step::Message))?;
        connection.message(mail).await.map_err(at(Step::Message))?;
        Ok(())
    }

    /// Returns a connection that is ready to take a mail.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        while let Some((mut connection, since)) = self.take() {
            if since.elapsed() < KEPT && connection.test_connected().await {
                return Ok(connection);
            }
            say_good_bye(connection);
        }
        let at = |step| move |error: Error| self.refused(step, &error);
        let addresses = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<SocketAddr> = addresses.map(Iterator::collect).unwrap_or_default();
        let Some(first) = addresses.first() else {
            let message = "the mail server cannot be reached: its host name has no address";
            return Err(SmtpError::new(Step::Connection, message));
        };
        let name = self.name_towards(*first).await;
        let wrapped = if let Tls::Wrapper(parameters) = &self.tls { Some(parameters.clone()) } else { None };
        let connecting = AsyncSmtpConnection::connect_tokio1(&addresses[..], Some(self.timeout), &name, wrapped, None);
        let mut connection = connecting.await.map_err(at(Step::Connection))?;
        let starts_tls = match &self.tls {
            Tls::Required(parameters) => Some(parameters),
            Tls::Opportunistic(parameters) if connection.can_starttls() => Some(parameters),
            _ => None,
        };
        if let Some(parameters) = starts_tls {
            connection.starttls(parameters.clone(), &name).await.map_err(at(Step::Connection))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await.map_err(at(Step::Login))?;
        }
        Ok(connection)
    }

    /// Returns the name that this server gives itself in `EHLO`.
    ///
    /// The first of these that exists counts: `email.local_hostname`, the machine's full name, the literal of the
    /// address that the machine has towards the mail server.
    async fn name_towards(&self, server: SocketAddr) -> ClientId {
        if let Some(name) = &self.local_hostname {
            return name.clone();
        }
        if let Some(name) = hostname::of_this_machine().await {
            return ClientId::Domain(name.to_owned());
        }
        // Connecting a UDP socket sends nothing, but determines the socket's own address.
        let own = UdpSocket::bind(if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" });
        let own = own.and_then(|socket| socket.connect(server).and_then(|()| socket.local_addr()));
        hostname::literal_of(own.map_or(std::net::Ipv4Addr::LOCALHOST.into(), |address| address.ip()))
    }

    /// Returns `email.local_hostname`.
    pub(super) fn local_hostname(&self) -> Option<&ClientId> {
        self.local_hostname.as_ref()
    }

    fn take(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.most_idle {
            idle.push((connection, Instant::now()));
        } else {
            say_good_bye(connection);
        }
    }

    /// Closes the connections that have been idle for too long.
    pub(super) fn end_idle_connections(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extract_if(.., |(_, since)| since.elapsed() >= KEPT).for_each(|(connection, _)| say_good_bye(connection));
    }

    fn refused(&self, step: Step, error: &Error) -> SmtpError {
        let Some(code) = error.status() else { return SmtpError::new(step, unanswered(error)) };
        let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let is_final = refusal::is_about_the_recipient(step, code.into(), &words);
        let words = refusal::shown(step, &words, &self.secrets);
        let whom = if is_final { "refuses the recipient" } else { "does not take it" };
        SmtpError { step, is_final, message: format!("the mail server {whom}: to {step} it answers {code} {words}") }
    }
}

/// Returns the message for a failure other than a reply of the server.
fn unanswered(error: &Error) -> String {
    let why = if error.is_timeout() {
        "takes too long"
    } else if error.is_tls() || failed_at_tls(error) {
        "does not take it: its certificate or its encryption is not good"
    } else if error.is_client() {
        "does not take it: it does not offer the encryption or the login that are asked for"
    } else {
        "cannot be reached, or breaks off"
    };
    format!("the mail server {why}")
}

/// Returns whether TLS failed, which lettre reports as a failed connection.
fn failed_at_tls(error: &Error) -> bool {
    let mut causes = std::iter::successors(std::error::Error::source(error), |&cause| cause.source());
    causes.any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData)
    })
}

/// Closes a connection in the background, because the server may answer slowly.
fn say_good_bye(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        // Without an answer, the connection is dropped.
        let _ = tokio::time::timeout(GOOD_BYE, connection.abort()).await;
    });
}

/// Returns the encryption that the URL asks for, and its usual port.
fn encryption(url: &Url, host: &str, ca_file: Option<&Path>) -> Result<(Tls, u16), SmtpMisfit> {
    let wanted = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let parameters = || parameters(host, ca_file);
    Ok(match (url.scheme(), wanted.as_deref()) {
        ("smtps", _) => (Tls::Wrapper(parameters()?), SUBMISSIONS_PORT),
        ("smtp", Some("required")) => (Tls::Required(parameters()?), SUBMISSION_PORT),
        ("smtp", Some("opportunistic")) => (Tls::Opportunistic(parameters()?), SUBMISSION_PORT),
        ("smtp", None) => {
            // The file is read anyway, so that an invalid one is reported.
            if ca_file.is_some() {
                parameters()?;
            }
            (Tls::None, SMTP_PORT)
        }
        _ => return Err(SmtpMisfit::Url),
    })
}

fn parameters(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SmtpMisfit> {
    let builder = TlsParametersBuilder::new(host.to_owned());
    let Some(file) = ca_file else { return builder.build().map_err(|_| SmtpMisfit::Url) };
    let name = || file.display().to_string();
    let pem = std::fs::read(file).map_err(|error| SmtpMisfit::Unreadable(name(), error))?;
    let certificate = Certificate::from_pem(&pem).map_err(|_| SmtpMisfit::NoCertificate(name()))?;
    builder.add_root_certificate(certificate).build().map_err(|_| SmtpMisfit::NoCertificate(name()))
}

/// Returns the user and the password of a URL.
fn login(url: &Url) -> Result<Option<(String, String)>, SmtpMisfit> {
    let Some(password) = url.password() else { return Ok(None) };
    let decoded =
        |text| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| SmtpMisfit::Url);
    Ok(Some((decoded(url.username())?, decoded(password)?)))
}

/// Returns the forms in which a server may repeat a password.
fn forms(user: &str, password: &str) -> Vec<String> {
    vec![password.to_owned(), STANDARD.encode(password), STANDARD.encode(format!("\0{user}\0{password}"))]
}
