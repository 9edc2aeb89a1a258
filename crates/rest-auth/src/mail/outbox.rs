//! The outbox: who delivers what waits there.
//!
//! A mail is taken by one of any number of servers: it claims the row, sends the mail, removes the row. If it dies in
//! between, the claim runs out, and the mail is sent again; a mail may come twice, but is not lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use time::Duration;

use super::Mail;
use crate::auth::Auth;
use crate::store::{Connection, StoreError, WaitingMail};

/// How long one server may take for one mail; longer than any sending lasts.
const CLAIM: Duration = Duration::minutes(5);

/// How long a mail is tried. Then the link in it is of no use any more.
const GIVE_UP: Duration = Duration::days(3);

/// How often somebody looks for mails whose time has come, or that another server left behind.
const INTERVAL: std::time::Duration = std::time::Duration::from_secs(30);

/// How many mails are looked up at once.
const AT_ONCE: u64 = 20;

impl Auth {
    /// Has a mail sent once the transaction is committed, and [`Auth::wake_mailer`] called. Tells its number.
    pub(crate) async fn enqueue(&self, tx: &mut Connection, mail: &Mail) -> Result<i64, StoreError> {
        tx.insert_mail(mail, self.now()).await
    }

    /// Has mails delivered that have just been committed.
    pub(crate) fn wake_mailer(&self) {
        self.start_mailer();
        self.mailer().wake.notify_one();
    }

    /// Starts the task that delivers, if there is none yet, and a runtime to run it. It ends with the accounts.
    pub(crate) fn start_mailer(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.mailer().is_started.swap(true, Ordering::SeqCst) {
            return;
        }
        let (weak, wake) = (self.downgrade(), Arc::clone(&self.mailer().wake));
        runtime.spawn(async move {
            while let Some(auth) = weak.upgrade() {
                if let Err(error) = auth.deliver_mails().await {
                    tracing::warn!(%error, "the outbox cannot be read");
                }
                drop(auth);
                // Either way it is time to look.
                let _ = tokio::time::timeout(INTERVAL, wake.notified()).await;
            }
        });
    }

    /// Sends every mail that is due.
    pub(crate) async fn deliver_mails(&self) -> Result<(), StoreError> {
        loop {
            let due = self.store().connection().await?.due_mails(self.now(), AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            for waiting in due {
                self.deliver(&waiting).await?;
            }
        }
    }

    /// Sends one mail, unless another server does.
    async fn deliver(&self, waiting: &WaitingMail) -> Result<(), StoreError> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let is_ours = tx.claim_mail(waiting, now, now + CLAIM).await?;
        tx.commit().await?;
        if !is_ours {
            return Ok(());
        }
        let sent = self.mailer().transport.send(&waiting.mail, waiting.id).await;
        let mut tx = self.store().begin().await?;
        match sent {
            Ok(()) => tx.delete_mail(waiting.id).await?,
            Err(error) if error.is_final() || now - waiting.created_at > GIVE_UP => {
                tracing::error!(mail = waiting.id, %error, "a mail could not be sent, and is given up");
                tx.delete_mail(waiting.id).await?;
            }
            Err(error) => {
                tracing::warn!(mail = waiting.id, %error, "a mail could not be sent yet");
                tx.postpone_mail(waiting.id, self.now() + pause(waiting.attempts)).await?;
            }
        }
        tx.commit().await
    }

    /// The mails that were sent since this was last asked, after sending what is due.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn sent_mails(&self) -> Result<Vec<Mail>, StoreError> {
        self.deliver_mails().await?;
        Ok(match &self.mailer().transport {
            super::Transport::Memory(mails) => {
                std::mem::take(&mut *mails.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
            _ => Vec::new(),
        })
    }
}

/// How long to wait after so many attempts before this one: half a minute, twice as long each time, an hour at most.
fn pause(attempts: i64) -> Duration {
    let exponent = u32::try_from(attempts.clamp(0, 7)).unwrap_or(7);
    (Duration::seconds(30) * 2_i32.pow(exponent)).min(Duration::hours(1))
}
