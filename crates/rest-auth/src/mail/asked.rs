//! What anybody may have sent to whoever has an address or a name: the answer is the same, after the same work, whoever that is,
//! because only the one who delivers looks for them.

use super::letter::Manner;
use super::{Mail, MailKind};
use crate::auth::Auth;
use crate::error::Error;
use crate::request::Request;
use crate::throttling::failed_logins;
use crate::{email_verification, password_reset};

/// A mail for whoever has an address or a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) kind: MailKind,
    /// The address, or the name that somebody tried to log in by.
    pub(crate) name: String,
    pub(crate) manner: Manner,
}

impl Asked {
    /// What a row of the outbox asks for.
    pub(crate) fn kind_of(name: &str) -> Option<MailKind> {
        [MailKind::EmailConfirmation, MailKind::LoginLocked, MailKind::PasswordReset]
            .into_iter()
            .find(|kind| kind.template() == name)
    }
}

impl Request {
    /// Has a mail wait for whoever has the address or the name.
    pub(crate) async fn ask_for(&self, kind: MailKind, name: String) -> Result<(), Error> {
        let asked = Asked { kind, name, manner: self.manner() };
        let mut tx = self.auth.store().begin().await?;
        tx.insert_asked(&asked, self.auth.now()).await?;
        tx.commit().await?;
        self.auth.wake_mailer();
        Ok(())
    }
}

impl Auth {
    /// The mails that were asked for: one for each user who has the address.
    pub(super) async fn answer(&self, asked: &Asked) -> Result<Vec<Mail>, Error> {
        match asked.kind {
            MailKind::PasswordReset => password_reset::letters(self, &asked.manner, &asked.name).await,
            MailKind::LoginLocked => failed_logins::letters(self, &asked.manner, &asked.name).await,
            _ => email_verification::letters(self, &asked.manner, &asked.name).await,
        }
    }
}
