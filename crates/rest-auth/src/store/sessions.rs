//! `django_session`.

use sea_query::{Expr, ExprTrait, OnConflict, Query};
use time::OffsetDateTime;

use super::tables::DjangoSession::{ExpireDate, SessionData, SessionKey, Table};
use super::{Connection, StoreError};

/// A session as it is stored.
pub(crate) struct StoredSession<'a> {
    pub(crate) key: &'a str,
    /// Signed by the secret key.
    pub(crate) data: &'a str,
    pub(crate) expires: OffsetDateTime,
}

impl Connection {
    /// The signed data of a session that has not run out.
    pub(crate) async fn session_data(&mut self, key: &str, now: OffsetDateTime) -> Result<Option<String>, StoreError> {
        let statement = Query::select()
            .column(SessionData)
            .from(Table)
            .and_where(Expr::col(SessionKey).eq(key))
            .and_where(Expr::col(ExpireDate).gt(self.dialect().time(now)))
            .take();
        self.fetch_optional(&statement).await?.map(|row| row.text("session_data")).transpose()
    }

    /// Keeps a session, in the place of the one with its key.
    pub(crate) async fn save_session(&mut self, session: &StoredSession<'_>) -> Result<(), StoreError> {
        let statement = Query::insert()
            .into_table(Table)
            .columns([SessionKey, SessionData, ExpireDate])
            .values_panic([session.key.into(), session.data.into(), self.dialect().time(session.expires)])
            .on_conflict(OnConflict::column(SessionKey).update_columns([SessionData, ExpireDate]).to_owned())
            .take();
        self.execute(&statement).await.map(drop)
    }

    /// Ends a session.
    pub(crate) async fn delete_session(&mut self, key: &str) -> Result<(), StoreError> {
        let statement = Query::delete().from_table(Table).and_where(Expr::col(SessionKey).eq(key)).take();
        self.execute(&statement).await.map(drop)
    }
}
