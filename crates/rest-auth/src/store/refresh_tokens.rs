//! `token_blacklist_outstandingtoken` and `token_blacklist_blacklistedtoken`: the refresh tokens that were issued,
//! and those of them that are good no more.

use std::collections::HashMap;
use std::sync::Arc;

use sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement, Value};
use time::OffsetDateTime;

use super::tables::{BlacklistedToken, OutstandingToken};
use super::{Connection, Dialect, StoreError, UserId};

/// A refresh token as SimpleJWT keeps it.
pub(crate) struct NewOutstandingToken<'a> {
    pub(crate) jti: &'a str,
    pub(crate) token: &'a str,
    pub(crate) user: Option<UserId>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
}

impl Connection {
    /// Keeps a refresh token that is new.
    pub(crate) async fn insert_outstanding(&mut self, token: &NewOutstandingToken<'_>) -> Result<i64, StoreError> {
        use OutstandingToken::*;
        let mut statement = Query::insert()
            .into_table(Table)
            .columns([Token, CreatedAt, ExpiresAt, UserId, Jti])
            .values_panic([
                token.token.into(),
                self.dialect().time(token.created_at),
                self.dialect().time(token.expires_at),
                token.user.map_or_else(|| Expr::cust("NULL"), |user| self.dialect().user_id(user)),
                token.jti.into(),
            ])
            .take();
        self.insert(&mut statement).await
    }

    /// The text of a refresh token that is kept.
    pub(crate) async fn outstanding_token(&mut self, jti: &str) -> Result<Option<String>, StoreError> {
        use OutstandingToken::*;
        let statement = Query::select().column(Token).from(Table).and_where(Expr::col(Jti).eq(jti)).take();
        self.fetch_optional(&statement).await?.map(|row| row.text("token")).transpose()
    }

    /// Whether the token of this name is good no more.
    pub(crate) async fn is_blacklisted(&mut self, jti: &str) -> Result<bool, StoreError> {
        if let Some(found) = self.find_together(|database| &database.blacklisted, jti.to_owned()).await {
            return Ok(found.is_some());
        }
        let database = Arc::clone(self.database());
        let statement = database.texts.is_blacklisted.with(jti, |jti| blacklisted(jti.into()));
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Those of these tokens that are good no more.
    pub(super) async fn blacklisted_among(&mut self, names: Vec<String>) -> Result<HashMap<String, ()>, StoreError> {
        let database = Arc::clone(self.database());
        let names = names.into_iter().map(Value::from).collect();
        let statement = database.texts.blacklisted_among.with(self.dialect(), names, blacklisted);
        self.fetch_all(&statement).await?.iter().map(|row| Ok((row.text("jti")?, ()))).collect()
    }

    /// Puts the token of this name on the blacklist; tells whether there is such a token. Of many who do so at once, the
    /// unique index lets one; the others get a violation of it.
    #[allow(clippy::expect_used)]
    pub(crate) async fn blacklist(&mut self, jti: &str, now: OffsetDateTime) -> Result<bool, StoreError> {
        let now = self.dialect().time(now);
        let mut token = Query::select()
            .column(OutstandingToken::Id)
            .from(OutstandingToken::Table)
            .and_where(Expr::col(OutstandingToken::Jti).eq(jti))
            .take();
        let mut statement = Query::insert()
            .into_table(BlacklistedToken::Table)
            .columns([BlacklistedToken::TokenId, BlacklistedToken::BlacklistedAt])
            .take();
        if self.dialect() == Dialect::MySql {
            // It would lock what it selects from, and the gap before it, where somebody's new token may have to go.
            let Some(row) = self.fetch_optional(&token).await? else { return Ok(false) };
            statement.values_panic([row.integer("id")?.into(), now]);
        } else {
            statement.select_from(token.expr(now).take()).expect("as many values as columns");
        }
        Ok(self.execute(&statement).await? > 0)
    }

    /// Puts a token on the blacklist if it is not there.
    pub(crate) async fn ensure_blacklisted(&mut self, id: i64, now: OffsetDateTime) -> Result<(), StoreError> {
        use BlacklistedToken::*;
        let statement = Query::insert()
            .into_table(Table)
            .columns([BlacklistedAt, TokenId])
            .values_panic([self.dialect().time(now), id.into()])
            .on_conflict(OnConflict::column(TokenId).do_nothing_on([TokenId]).to_owned())
            .take();
        self.execute(&statement).await.map(drop)
    }
}

/// `SELECT` of the name of a token, if it is on the blacklist.
fn blacklisted(jti: Expr) -> SelectStatement {
    const JTI: (OutstandingToken, OutstandingToken) = (OutstandingToken::Table, OutstandingToken::Jti);
    Query::select()
        .column(JTI)
        .from(BlacklistedToken::Table)
        .inner_join(
            OutstandingToken::Table,
            Expr::col((OutstandingToken::Table, OutstandingToken::Id))
                .equals((BlacklistedToken::Table, BlacklistedToken::TokenId)),
        )
        .and_where(Expr::col(JTI).eq(jti))
        .take()
}
