//! The ways that a mail can leave.

use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use url::Host;

use super::smtp::{Server, SmtpError};
use super::{Mail, hostname};
use crate::settings::Email;
use crate::source::Random;

/// The limit of a mail's line in bytes, without the line end (RFC 5322).
const LONGEST_LINE: usize = 998;

/// How many mails are kept to be looked at.
const LAST_MAILS: usize = 20;

/// A way that a mail can leave.
pub(super) enum Transport {
    Smtp(Server),
    /// A folder, and `email.local_hostname`.
    Folder(PathBuf, Option<ClientId>),
    /// Prints the mail, and keeps the last ones to be looked at.
    Console(Mutex<VecDeque<Mail>>),
    /// A test's.
    #[cfg(any(test, feature = "testing"))]
    Memory(Mutex<Vec<Mail>>),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Smtp(_) => "Smtp",
            Self::Folder(..) => "Folder",
            Self::Console(_) => "Console",
            #[cfg(any(test, feature = "testing"))]
            Self::Memory(_) => "Memory",
        })
    }
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// An address that is none, or a mail that cannot be.
    #[error("it cannot be written as a mail")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The mail server did not take the mail.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The folder's.
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// It took longer than `email.timeout`.
    #[error("the mail server takes too long")]
    Silent(#[from] tokio::time::error::Elapsed),
}

impl SendError {
    /// Whether another attempt would come to the same.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Unwritable(_) => true,
            Self::Smtp(error) => error.is_final(),
            Self::File(_) | Self::Silent(_) => false,
        }
    }
}

impl Transport {
    pub(super) fn of(settings: &Email) -> Self {
        // The settings were checked.
        match (Server::of(settings).ok().flatten(), &settings.folder) {
            (Some(server), _) => Self::Smtp(server),
            (None, Some(folder)) => {
                Self::Folder(folder.clone(), settings.local_hostname.as_deref().and_then(hostname::parse))
            }
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

    /// Closes the connections to a mail server that have been idle for too long.
    pub(super) fn end_idle_connections(&self) {
        if let Self::Smtp(server) = self {
            server.end_idle_connections();
        }
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
            Self::Smtp(server) => {
                let machine = hostname::of_this_machine().await;
                let mail = written(mail, server.local_hostname(), machine, Reader::Program)?;
                let source = mail.formatted();
                tokio::time::timeout(server.timeout(), server.send(mail.envelope(), &source)).await??;
            }
            Self::Folder(folder, name) => {
                let machine = hostname::of_this_machine().await;
                keep(folder, number, &written(mail, name.as_ref(), machine, Reader::Person)?.formatted())?;
            }
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

/// The reader of the mail's source.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reader {
    /// A mail server, which may know of no characters beyond ASCII.
    Program,
    /// A developer, who copies a link out of a file.
    Person,
}

/// Returns the source of a mail, for a mail server or a file.
fn written(mail: &Mail, name: Option<&ClientId>, machine: Option<&str>, reader: Reader) -> Result<Message, SendError> {
    let unwritable = |error| SendError::Unwritable(Box::new(error));
    let (sender, recipient) = (sender(&mail.from)?, address(&mail.to)?);
    // Read from the header, it would lack what lettre's mailboxes do not take.
    let envelope = Envelope::new(Some(sender.email.clone()), vec![recipient.clone()]).map_err(unwritable)?;
    let domain = hostname::of_message_id(name, machine, sender.email.as_ref());
    let message = Message::builder()
        .message_id(Some(format!("<{}@{domain}>", Random::system().uuid().simple())))
        .envelope(envelope)
        .from(sender)
        .to(Mailbox::new(None, recipient))
        .subject(&mail.subject);
    let part = |text: &str, media_type| SinglePart::builder().header(media_type).body(body(text, reader));
    let text = part(&mail.text, ContentType::TEXT_PLAIN);
    let message = match &mail.html {
        Some(html) => {
            let html = part(html, ContentType::TEXT_HTML);
            message.multipart(MultiPart::alternative().singlepart(text).singlepart(html))
        }
        None => message.singlepart(text),
    };
    message.map_err(unwritable)
}

/// Returns a text as a part of a mail.
///
/// The text is not encoded, so that links in it stay in one piece, unless the reader or the length of a line requires
/// it.
fn body(text: &str, reader: Reader) -> Body {
    let encoding = match (text.is_ascii(), reader) {
        (true, _) => ContentTransferEncoding::SevenBit,
        (false, Reader::Person) => ContentTransferEncoding::EightBit,
        (false, Reader::Program) => return Body::new(text.to_owned()),
    };
    let lines: Vec<&str> = text.lines().collect();
    if lines.iter().any(|line| line.len() > LONGEST_LINE || line.contains(['\r', '\0'])) {
        return Body::new(text.to_owned());
    }
    let end = if text.ends_with('\n') { "\r\n" } else { "" };
    Body::dangerous_pre_encoded((lines.join("\r\n") + end).into_bytes(), encoding)
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
