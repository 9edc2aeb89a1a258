//! `rest_auth_outbox`, a table of our own: mails that wait to be sent, and who is sending them; and files of users that are
//! to be looked after.

use sea_query::{Cond, Expr, ExprTrait, Order, Query};
use time::OffsetDateTime;

use super::row::Row;
use super::tables::Outbox::{
    self, Attempts, ClaimedUntil, CreatedAt, Html, Id, Kind, NextAttemptAt, Recipient, Sender, Subject, Table, Text,
};
use super::{Connection, StoreError};
use crate::mail::{Asked, Mail, Manner};

/// A mail that waits, or what is to become one.
pub(crate) struct WaitingMail {
    pub(crate) id: i64,
    pub(crate) content: Content,
    pub(crate) created_at: OffsetDateTime,
    /// How often somebody began to send it.
    pub(crate) attempts: i64,
}

/// What waits.
pub(crate) enum Content {
    /// A mail as it will be sent.
    Mail(Mail),
    /// A mail for whoever has an address, to be written yet.
    Asked(Asked),
    /// A file that is to be removed unless a row names it.
    File(String),
}

/// The `kind` of a row that is a mail already.
const MAIL: &str = "mail";

/// The `kind` of a row that is about a file.
const FILE: &str = "file";

impl Connection {
    /// Has a mail wait, to be sent from now on.
    pub(crate) async fn insert_mail(&mut self, mail: &Mail, now: OffsetDateTime) -> Result<(), StoreError> {
        let Mail { to, from, subject, text, html } = mail;
        self.insert_waiting(MAIL, [to, from, subject, text], html.as_deref(), now, now).await.map(drop)
    }

    /// Has a question wait for whoever has an address, to be answered from now on.
    pub(crate) async fn insert_asked(&mut self, asked: &Asked, now: OffsetDateTime) -> Result<(), StoreError> {
        let kind = asked.kind.template();
        let texts = [&asked.name, "", "", &asked.manner.to_json()];
        self.insert_waiting(kind, texts, None, now, now).await.map(drop)
    }

    /// Has a file looked after from `due` on; gives the id of the row.
    pub(crate) async fn insert_file_note(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        due: OffsetDateTime,
    ) -> Result<i64, StoreError> {
        self.insert_waiting(FILE, ["", "", "", name], None, now, due).await
    }

    async fn insert_waiting(
        &mut self,
        kind: &str,
        [recipient, sender, subject, text]: [&str; 4],
        html: Option<&str>,
        now: OffsetDateTime,
        due: OffsetDateTime,
    ) -> Result<i64, StoreError> {
        let (now, due) = (self.dialect().time(now), self.dialect().time(due));
        let mut statement = Query::insert()
            .into_table(Table)
            .columns([Kind, Recipient, Sender, Subject, Text, Html, CreatedAt, Attempts, NextAttemptAt])
            .values_panic([
                kind.into(),
                recipient.into(),
                sender.into(),
                subject.into(),
                text.into(),
                html.into(),
                now,
                0_i64.into(),
                due,
            ])
            .take();
        self.insert(&mut statement).await
    }

    /// Mails that are due and that nobody is sending, those first that are due for longest.
    pub(crate) async fn due_mails(&mut self, now: OffsetDateTime, limit: u64) -> Result<Vec<WaitingMail>, StoreError> {
        let statement = Query::select()
            .columns([Id, Kind, Recipient, Sender, Subject, Text, Html, CreatedAt, Attempts])
            .from(Table)
            .cond_where(self.is_due(now))
            // As the index has them.
            .order_by(NextAttemptAt, Order::Asc)
            .order_by(Id, Order::Asc)
            .limit(limit)
            .take();
        let read = |row: &Row| {
            Ok(WaitingMail {
                id: row.integer("id")?,
                content: content(row)?,
                created_at: row.time("created_at")?,
                attempts: row.integer("attempts")?,
            })
        };
        self.fetch_all(&statement).await?.iter().map(read).collect()
    }

    /// Takes it upon oneself to send a mail, until then; `false` if somebody else did meanwhile, who counted one more
    /// attempt. Asked for the time as well, MySQL would lock every mail that is due, and servers get into deadlocks.
    pub(crate) async fn claim_mail(
        &mut self,
        waiting: &WaitingMail,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let statement = Query::update()
            .table(Table)
            .value(ClaimedUntil, self.dialect().time(until))
            .value(Attempts, waiting.attempts + 1)
            .and_where(Expr::col(Id).eq(waiting.id))
            .and_where(Expr::col(Attempts).eq(waiting.attempts))
            .take();
        Ok(self.execute(&statement).await? > 0)
    }

    /// Puts off a mail that could not be sent.
    pub(crate) async fn postpone_mail(&mut self, id: i64, until: OffsetDateTime) -> Result<(), StoreError> {
        let statement = Query::update()
            .table(Table)
            .value(NextAttemptAt, self.dialect().time(until))
            .value(ClaimedUntil, Expr::cust("NULL"))
            .and_where(Expr::col(Id).eq(id))
            .take();
        self.execute(&statement).await.map(drop)
    }

    /// Has every mail tried now that was put off, as nothing is that nobody tried yet.
    pub(crate) async fn hurry_mails(&mut self, now: OffsetDateTime) -> Result<(), StoreError> {
        let now = self.dialect().time(now);
        let statement = Query::update()
            .table(Table)
            .value(NextAttemptAt, now.clone())
            .and_where(Expr::col(NextAttemptAt).gt(now))
            .and_where(Expr::col(Attempts).gt(0))
            .take();
        self.execute(&statement).await.map(drop)
    }

    /// When the next mail is due, or free for another server to send, if one waits.
    pub(crate) async fn next_mail_due(&mut self) -> Result<Option<OffsetDateTime>, StoreError> {
        let by = |time: Outbox, which: Expr| {
            Query::select().expr_as(Expr::col(time).min(), "time").from(Table).and_where(which).take()
        };
        let mut next = None;
        for statement in [
            by(NextAttemptAt, Expr::col(ClaimedUntil).is_null()),
            by(ClaimedUntil, Expr::col(ClaimedUntil).is_not_null()),
        ] {
            let time = self.fetch_optional(&statement).await?.map(|row| row.optional_time("time")).transpose()?;
            next = next.into_iter().chain(time.flatten()).min();
        }
        Ok(next)
    }

    /// How many mails wait, whether somebody is sending them or not, and since when the oldest.
    pub(crate) async fn waiting_mails(&mut self) -> Result<(i64, Option<OffsetDateTime>), StoreError> {
        let statement = Query::select()
            .expr_as(Expr::col(Id).count(), "count")
            .expr_as(Expr::col(CreatedAt).min(), "oldest")
            .from(Table)
            .take();
        match self.fetch_optional(&statement).await? {
            Some(row) => Ok((row.integer("count")?, row.optional_time("oldest")?)),
            None => Ok((0, None)),
        }
    }

    /// Removes a mail.
    pub(crate) async fn delete_mail(&mut self, id: i64) -> Result<(), StoreError> {
        let statement = Query::delete().from_table(Table).and_where(Expr::col(Id).eq(id)).take();
        self.execute(&statement).await.map(drop)
    }

    fn is_due(&self, now: OffsetDateTime) -> Cond {
        let now = self.dialect().time(now);
        Cond::all()
            .add(Expr::col(NextAttemptAt).lte(now.clone()))
            .add(Cond::any().add(Expr::col(ClaimedUntil).is_null()).add(Expr::col(ClaimedUntil).lte(now)))
    }
}

fn content(row: &Row) -> Result<Content, StoreError> {
    let kind = row.text("kind")?;
    if kind == MAIL {
        return Ok(Content::Mail(Mail {
            to: row.text("recipient")?,
            from: row.text("sender")?,
            subject: row.text("subject")?,
            text: row.text("text")?,
            html: row.optional_text("html")?,
        }));
    }
    if kind == FILE {
        return Ok(Content::File(row.text("text")?));
    }
    let manner = Manner::from_json(&row.text("text")?);
    let Some((kind, manner)) = Asked::kind_of(&kind).zip(manner) else {
        return Err(StoreError::Unreadable { column: "kind".to_owned(), value: kind });
    };
    Ok(Content::Asked(Asked { kind, name: row.text("recipient")?, manner }))
}
