//! The ways that a mail can leave.

use std::collections::VecDeque;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::{Host, Url};

use super::Mail;
use crate::settings::{Email, Secret};

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// How many mails are kept to be looked at.
const LAST_MAILS: usize = 20;

/// A way that a mail can leave.
pub(super) enum Transport {
    Smtp {
        server: Smtp,
        patience: Duration,
    },
    Folder(PathBuf),
    /// Prints the mail, and keeps the last ones to be looked at.
    Console(Mutex<VecDeque<Mail>>),
    /// A test's.
    #[cfg(any(test, feature = "testing"))]
    Memory(Mutex<Vec<Mail>>),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp { .. } => "Smtp",
            Self::Folder(_) => "Folder",
            Self::Console(_) => "Console",
            #[cfg(any(test, feature = "testing"))]
            Self::Memory(_) => "Memory",
        })
    }
}

/// Why the settings of a mail server cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpMisfit {
    #[error("it is no URL of a mail server")]
    Url,
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0} holds no certificate")]
    NoCertificate(String),
}

/// What speaks to the server that the settings name; `None` if they name none.
pub(crate) fn smtp(settings: &Email) -> Result<Option<Smtp>, SmtpMisfit> {
    let Some(url) = settings.smtp_url.as_ref().map(Secret::expose) else { return Ok(None) };
    let parsed = Url::parse(url).map_err(|_| SmtpMisfit::Url)?;
    let pool = PoolConfig::new().max_size(u32::try_from(settings.max_connections).unwrap_or(u32::MAX));
    let mut builder =
        Smtp::from_url(url).map_err(|_| SmtpMisfit::Url)?.timeout(Some(patience(settings))).pool_config(pool);
    if let Some(file) = &settings.ca_file {
        builder = builder.tls(encryption(&parsed, file)?);
    }
    Ok(Some(builder.build()))
}

/// The encryption that the URL asks for, with certificates of one's own.
fn encryption(url: &Url, file: &Path) -> Result<Tls, SmtpMisfit> {
    let name = || file.display().to_string();
    let pem = std::fs::read(file).map_err(|error| SmtpMisfit::Unreadable(name(), error))?;
    let certificate = Certificate::from_pem(&pem).map_err(|_| SmtpMisfit::NoCertificate(name()))?;
    let domain = url.host_str().unwrap_or_default().to_owned();
    let parameters = TlsParameters::builder(domain).add_root_certificate(certificate).build();
    let parameters = parameters.map_err(|_| SmtpMisfit::NoCertificate(name()))?;
    let wanted = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    Ok(match (url.scheme(), wanted.as_deref()) {
        ("smtps", _) => Tls::Wrapper(parameters),
        (_, Some("required")) => Tls::Required(parameters),
        (_, Some("opportunistic")) => Tls::Opportunistic(parameters),
        _ => Tls::None,
    })
}

/// How long a server may take for one mail.
pub(super) fn patience(settings: &Email) -> Duration {
    Duration::from_secs(settings.timeout.seconds().unsigned_abs())
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// An address that is none, or a mail that cannot be.
    #[error("it cannot be written as a mail")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server's word; the source has all of it, perhaps with the address.
    #[error("the server does not take it{}", told(.0))]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The folder's.
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// It took longer than `email.timeout`.
    #[error("the server takes too long")]
    Silent(#[from] tokio::time::error::Elapsed),
}

/// What there is to say about a failure without what the server said, which may name whom the mail is for.
fn told(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!(": it answers {code}"),
        None if error.is_timeout() => ": it takes too long".to_owned(),
        None if error.is_tls() || failed_at_tls(error) => ": its certificate or its encryption is not good".to_owned(),
        None if error.is_client() => ": it does not offer the encryption or the login that are asked for".to_owned(),
        None => ": it cannot be reached, or breaks off".to_owned(),
    }
}

/// Whether TLS broke off what lettre takes for a connection that failed.
fn failed_at_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData)
    })
}

impl SendError {
    /// Whether another attempt would come to the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Unwritable(_))
    }
}

impl Transport {
    pub(super) fn of(settings: &Email) -> Self {
        // The settings were checked.
        match (smtp(settings).ok().flatten(), &settings.folder) {
            (Some(server), _) => Self::Smtp { server, patience: patience(settings) },
            (None, Some(folder)) => Self::Folder(folder.clone()),
            (None, None) => Self::Console(Mutex::default()),
        }
    }

    #[cfg(any(test, feature = "testing"))]
    pub(super) fn memory() -> Self {
        Self::Memory(Mutex::default())
    }

    #[cfg(not(any(test, feature = "testing")))]
    pub(super) fn memory() -> Self {
        Self::Console(Mutex::default())
    }

    /// The mails that were printed last, the newest first.
    pub(super) fn printed(&self) -> Vec<Mail> {
        match self {
            Self::Console(last) => last.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Sends a mail; `number` tells one file from another.
    pub(super) async fn send(&self, mail: &Mail, number: i64) -> Result<(), SendError> {
        match self {
            Self::Smtp { server, patience } => {
                tokio::time::timeout(*patience, server.send(written(mail)?)).await??;
            }
            Self::Folder(folder) => keep(folder, number, &written(mail)?.formatted())?,
            Self::Console(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.len() == LAST_MAILS {
                    last.pop_front();
                }
                last.push_back(mail.clone());
                let (to, from, subject, text) = (&mail.to, &mail.from, &mail.subject, &mail.text);
                writeln!(std::io::stdout(), "\nFrom: {from}\nTo: {to}\nSubject: {subject}\n\n{text}")?;
            }
            #[cfg(any(test, feature = "testing"))]
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
            }
        }
        Ok(())
    }
}

/// The mail as it goes over the wire.
fn written(mail: &Mail) -> Result<Message, SendError> {
    let unwritable = |error| SendError::Unwritable(Box::new(error));
    let (sender, recipient) = (sender(&mail.from)?, address(&mail.to)?);
    // Read from the header, it would lack what lettre's mailboxes do not take.
    let envelope = Envelope::new(Some(sender.email.clone()), vec![recipient.clone()]).map_err(unwritable)?;
    let message = Message::builder()
        .message_id(None)
        .envelope(envelope)
        .from(sender)
        .to(Mailbox::new(None, recipient))
        .subject(&mail.subject);
    let message = match &mail.html {
        Some(html) => message.multipart(MultiPart::alternative_plain_html(mail.text.clone(), html.clone())),
        None => message.singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text.clone())),
    };
    message.map_err(unwritable)
}

/// Who a mail comes from.
fn sender(text: &str) -> Result<Mailbox, SendError> {
    let Mailbox { name, email } = text.parse().map_err(|error| SendError::Unwritable(Box::new(error)))?;
    Ok(Mailbox::new(name, address(email.as_ref())?))
}

/// An address in a spelling that every mail server knows: a domain beyond ASCII becomes what it is in the domain name
/// system, as Django writes it. It may be one that lettre's mailboxes do not take, such as `jane@[127.0.0.1]`.
fn address(text: &str) -> Result<Address, SendError> {
    let (user, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    let address = match Host::parse(domain) {
        Ok(Host::Domain(ascii)) if !domain.is_ascii() => Address::new(user, ascii),
        _ => Address::new(user, domain),
    };
    address.map_err(|error| SendError::Unwritable(Box::new(error)))
}

/// Puts a mail into a folder, in a file that nobody else can read.
fn keep(folder: &Path, number: i64, mail: &[u8]) -> Result<(), SendError> {
    std::fs::create_dir_all(folder)?;
    let time = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Whoever looks into the folder sees whole mails alone.
    let part = folder.join(format!(".{time}-{number}.part"));
    options.open(&part)?.write_all(mail)?;
    Ok(std::fs::rename(part, folder.join(format!("{time}-{number}.eml")))?)
}
