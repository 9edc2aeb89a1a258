//! The ways that a mail can leave.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::Mail;
use crate::settings::{Email, Secret};

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// How long a server may take for one mail.
const PATIENCE: Duration = Duration::from_secs(120);

/// A way that a mail can leave.
pub(super) enum Transport {
    Smtp(Smtp),
    Folder(PathBuf),
    Console,
    /// A test's.
    #[cfg(any(test, feature = "testing"))]
    Memory(std::sync::Mutex<Vec<Mail>>),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Smtp",
            Self::Folder(_) => "Folder",
            Self::Console => "Console",
            #[cfg(any(test, feature = "testing"))]
            Self::Memory(_) => "Memory",
        })
    }
}

/// What speaks to the server at a URL, if it is one.
pub(crate) fn smtp(url: &Secret) -> Option<Smtp> {
    Some(Smtp::from_url(url.expose()).ok()?.build())
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("it cannot be written as a mail")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the server does not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
    #[error("the server does not answer")]
    Silent(#[from] tokio::time::error::Elapsed),
}

impl SendError {
    /// Whether another attempt would come to the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Unwritable(_))
    }
}

impl Transport {
    pub(super) fn of(settings: &Email) -> Self {
        match (settings.smtp_url.as_ref().and_then(smtp), &settings.folder) {
            (Some(smtp), _) => Self::Smtp(smtp),
            (None, Some(folder)) => Self::Folder(folder.clone()),
            (None, None) => Self::Console,
        }
    }

    #[cfg(any(test, feature = "testing"))]
    pub(super) fn memory() -> Self {
        Self::Memory(std::sync::Mutex::default())
    }

    #[cfg(not(any(test, feature = "testing")))]
    pub(super) fn memory() -> Self {
        Self::Console
    }

    /// Sends a mail; `number` tells one file from another.
    pub(super) async fn send(&self, mail: &Mail, number: i64) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => drop(tokio::time::timeout(PATIENCE, smtp.send(written(mail)?)).await??),
            Self::Folder(folder) => keep(folder, number, &written(mail)?.formatted())?,
            Self::Console => {
                let (to, from, subject, text) = (&mail.to, &mail.from, &mail.subject, &mail.text);
                writeln!(std::io::stdout(), "\nFrom: {from}\nTo: {to}\nSubject: {subject}\n\n{text}")?;
            }
            #[cfg(any(test, feature = "testing"))]
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(mail.clone());
            }
        }
        Ok(())
    }
}

/// The mail as it goes over the wire.
fn written(mail: &Mail) -> Result<Message, SendError> {
    let mailbox = |address: &str| address.parse::<Mailbox>().map_err(|error| SendError::Unwritable(Box::new(error)));
    let message =
        Message::builder().message_id(None).from(mailbox(&mail.from)?).to(mailbox(&mail.to)?).subject(&mail.subject);
    let message = match &mail.html {
        Some(html) => message.multipart(MultiPart::alternative_plain_html(mail.text.clone(), html.clone())),
        None => message.singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text.clone())),
    };
    message.map_err(|error| SendError::Unwritable(Box::new(error)))
}

/// Puts a mail into a folder, in a file that nobody else can read.
fn keep(folder: &Path, number: i64, mail: &[u8]) -> Result<(), SendError> {
    std::fs::create_dir_all(folder)?;
    let time = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join(format!("{time}-{number}.eml")))?.write_all(mail)?;
    Ok(())
}
