//! The outbox: who delivers what waits there. Beside mails, files wait there to be removed if nobody names them.
//!
//! A mail is taken by one of any number of servers: it claims the row, sends the mail, removes the row. If it dies in
//! between, the claim runs out, and the mail is sent again; a mail may come twice, but is not lost.

use std::fmt::Display;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use futures_util::{FutureExt, StreamExt};
use time::Duration;

use super::Mail;
use crate::auth::Auth;
use crate::metrics;
use crate::store::{Connection, Content, StoreError, WaitingMail};

/// How long a mail is tried. Then the link in it is of no use any more.
const GIVE_UP: Duration = Duration::days(3);

/// How long nobody looks for mails that another server left behind, at most.
const INTERVAL: Duration = Duration::seconds(30);

/// How long a database that does not answer is left alone.
const AFTER_FAILURE: Duration = Duration::seconds(5);

/// How many mails are looked up at once.
const AT_ONCE: u64 = 20;

impl Auth {
    /// Has a mail sent once the transaction is committed, and [`Auth::wake_mailer`] called.
    pub(crate) async fn enqueue(&self, tx: &mut Connection, mail: &Mail) -> Result<(), StoreError> {
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
        let task = runtime.spawn(async move {
            // Whoever starts the server may have mended what kept mails from being sent.
            if let Some(auth) = weak.upgrade()
                && let Err(error) = auth.hurry_mails().await
            {
                tracing::warn!(%error, "the outbox cannot be read");
            }
            while let Some(auth) = weak.upgrade().filter(|auth| !auth.is_stopping()) {
                let pause = auth.deliver_mails().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the outbox cannot be read");
                    AFTER_FAILURE
                });
                drop(auth);
                // Either way it is time to look.
                let _ = tokio::time::timeout(pause.unsigned_abs(), wake.notified()).await;
            }
        });
        *self.mailer().task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Ends the task that delivers mails once those are sent that are on their way; the others wait for another server,
    /// or for the next start. For an application that ends: a mail that is broken off comes twice.
    pub async fn finish_mails(&self) {
        self.mailer().is_stopping.store(true, Ordering::SeqCst);
        self.mailer().wake.notify_one();
        let task = self.mailer().task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }

    fn is_stopping(&self) -> bool {
        self.mailer().is_stopping.load(Ordering::SeqCst)
    }

    /// Makes every mail due that is not being sent.
    async fn hurry_mails(&self) -> Result<(), StoreError> {
        let mut tx = self.store().begin().await?;
        tx.hurry_mails(self.now()).await?;
        tx.commit().await
    }

    /// Sends every mail that is due, several at a time, and tells how long there is nothing to do.
    pub(crate) async fn deliver_mails(&self) -> Result<Duration, StoreError> {
        while !self.is_stopping() {
            let due = self.store().connection().await?.due_mails(self.now(), AT_ONCE).await?;
            if due.is_empty() {
                self.mailer().transport.end_idle_connections();
                let next = self.store().connection().await?.next_mail_due().await?;
                let pause = next.map_or(INTERVAL, |next| next - self.now());
                return Ok(pause.clamp(Duration::milliseconds(50), INTERVAL));
            }
            let each: Vec<_> = due.iter().map(|waiting| self.deliver(waiting).boxed()).collect();
            let at_a_time = self.settings().email.max_connections;
            // The failure of one must not break off the others, which may be sent already and not removed yet.
            let ended: Vec<_> = futures_util::stream::iter(each).buffer_unordered(at_a_time).collect().await;
            ended.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(Duration::ZERO)
    }

    /// Sends one mail, or writes what was asked for, unless another server does.
    async fn deliver(&self, waiting: &WaitingMail) -> Result<(), StoreError> {
        if self.is_stopping() {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        let is_ours = tx.claim_mail(waiting, self.now() + self.claim()).await?;
        tx.commit().await?;
        if !is_ours {
            return Ok(());
        }
        match &waiting.content {
            Content::Mail(mail) => match self.mailer().transport.send(mail, waiting.id).await {
                Ok(()) => {
                    metrics::mail("sent");
                    self.replace(waiting, &[]).await
                }
                Err(error) => self.put_off(waiting, &error, error.is_final()).await,
            },
            Content::File(name) => match self.remove_unless_named(name).await {
                Ok(()) => self.replace(waiting, &[]).await,
                Err(error) => self.put_off(waiting, &error, false).await,
            },
            Content::Asked(asked) => match self.answer(asked).await {
                Ok(mails) => self.replace(waiting, &mails).await,
                Err(error) => self.put_off(waiting, &error, false).await,
            },
        }
    }

    /// Removes what is done, and has what came of it wait.
    async fn replace(&self, waiting: &WaitingMail, mails: &[Mail]) -> Result<(), StoreError> {
        let mut tx = self.store().begin().await?;
        for mail in mails {
            self.enqueue(&mut tx, mail).await?;
        }
        tx.delete_mail(waiting.id).await?;
        tx.commit().await
    }

    /// Has a mail wait longer that could not be sent, or gives it up.
    async fn put_off(&self, waiting: &WaitingMail, error: &impl Display, is_final: bool) -> Result<(), StoreError> {
        let what = match &waiting.content {
            Content::File(_) => "a file could not be removed",
            _ => "a mail could not be sent",
        };
        let mut tx = self.store().begin().await?;
        if is_final || self.now() - waiting.created_at > GIVE_UP {
            tracing::error!(mail = waiting.id, %error, "{what}, and is given up");
            metrics::mail("given_up");
            tx.delete_mail(waiting.id).await?;
        } else {
            tracing::warn!(mail = waiting.id, %error, "{what} yet");
            metrics::mail("put_off");
            tx.postpone_mail(waiting.id, self.now() + pause(waiting.attempts)).await?;
        }
        tx.commit().await
    }

    /// How long a mail belongs to the server that took it: longer than any sending lasts.
    fn claim(&self) -> Duration {
        2 * Duration::from(self.settings().email.timeout)
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
