//! Mails: written into the outbox in the transaction that they tell of, and sent once it is committed.

mod asked;
mod development;
pub(crate) mod hostname;
mod letter;
pub(crate) mod link;
mod outbox;
mod refusal;
mod smtp;
#[cfg(test)]
mod tests;
mod transport;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::settings::Settings;
pub(crate) use asked::Asked;
pub use development::{TestMailError, send_test_mail};
pub(crate) use letter::Manner;
pub use letter::{EmailOptions, MailKind, MailRequest};
pub(crate) use smtp::{Server as SmtpServer, SmtpMisfit};
pub use smtp::{SmtpError, Step as SmtpStep};
pub use transport::SendError;
use transport::Transport;

/// A mail. It may hold secrets, so that its `Debug` shows next to nothing.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Mail {
    /// The address that it goes to.
    pub to: String,
    /// Who it comes from.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same in HTML.
    pub html: Option<String>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// What sends mails.
#[derive(Debug)]
pub(crate) struct Mailer {
    transport: Transport,
    /// Tells the one who delivers that something is due.
    wake: Arc<Notify>,
    is_started: AtomicBool,
    is_stopping: AtomicBool,
    /// The task that delivers.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Mailer {
    /// Sends as the settings say; or, in a test, keeps what is sent.
    pub(crate) fn new(settings: &Settings, in_memory: bool) -> Self {
        let transport = if in_memory { Transport::memory() } else { Transport::of(&settings.email) };
        // In a test somebody looks after the mails, and only then are they sent.
        Self {
            transport,
            wake: Arc::default(),
            is_started: AtomicBool::new(in_memory),
            is_stopping: AtomicBool::new(false),
            task: Mutex::default(),
        }
    }
}
