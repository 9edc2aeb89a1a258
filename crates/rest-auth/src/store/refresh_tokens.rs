//! `token_blacklist_outstandingtoken` and `token_blacklist_blacklistedtoken`: the refresh tokens that were issued,
//! and those of them that are good no more.

use std::collections::HashMap;
use std::sync::Arc;

use sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait, InsertStatement, OnConflict, Query, SelectStatement, Value,
    WithClause,
};
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
        let mut statement =
            Query::insert().into_table(OutstandingToken::Table).columns(NEW).values_panic(self.values_of(token)).take();
        self.insert(&mut statement).await
    }

    /// The values of the columns [`NEW`].
    fn values_of(&self, token: &NewOutstandingToken<'_>) -> [Expr; 5] {
        [
            token.token.into(),
            self.dialect().time(token.created_at),
            self.dialect().time(token.expires_at),
            token.user.map_or_else(|| Expr::cust("NULL"), |user| self.dialect().user_id(user)),
            token.jti.into(),
        ]
    }

    /// Puts the token of this name on the blacklist, and keeps the one that replaces it: [`Connection::blacklist`] and
    /// [`Connection::insert_outstanding`] in one statement, which is a transaction by itself. PostgreSQL's alone.
    #[allow(clippy::expect_used)]
    pub(crate) async fn exchange(&mut self, jti: &str, new: &NewOutstandingToken<'_>) -> Result<bool, StoreError> {
        let spent = Alias::new("spent");
        let blacklisting = self.blacklisting(jti, new.created_at).returning_col(BlacklistedToken::TokenId).take();
        let blacklisting = CommonTableExpression::new().query(blacklisting).table_name(spent.clone()).to_owned();
        let values = Query::select().exprs(self.values_of(new)).from(spent).take();
        let mut statement = Query::insert().into_table(OutstandingToken::Table).columns(NEW).take();
        statement.select_from(values).expect(AS_MANY);
        Ok(self.execute(&statement.with(WithClause::new().cte(blacklisting).to_owned())).await? > 0)
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
    pub(crate) async fn blacklist(&mut self, jti: &str, now: OffsetDateTime) -> Result<bool, StoreError> {
        if self.dialect() != Dialect::MySql {
            let statement = self.blacklisting(jti, now);
            return Ok(self.execute(&statement).await? > 0);
        }
        // It would lock what it selects from, and the gap before it, where somebody's new token may have to go.
        let Some(row) = self.fetch_optional(&outstanding(jti)).await? else { return Ok(false) };
        let values = [row.integer("id")?.into(), self.dialect().time(now)];
        let statement = Query::insert().into_table(BlacklistedToken::Table).columns(SPENT).values_panic(values).take();
        Ok(self.execute(&statement).await? > 0)
    }

    /// `INSERT … SELECT` of the token of this name into the blacklist.
    #[allow(clippy::expect_used)]
    fn blacklisting(&self, jti: &str, now: OffsetDateTime) -> InsertStatement {
        let token = outstanding(jti).expr(self.dialect().time(now)).take();
        let mut statement = Query::insert().into_table(BlacklistedToken::Table).columns(SPENT).take();
        statement.select_from(token).expect(AS_MANY);
        statement
    }

    /// Puts a token on the blacklist if it is not there.
    pub(crate) async fn ensure_blacklisted(&mut self, id: i64, now: OffsetDateTime) -> Result<(), StoreError> {
        use BlacklistedToken::*;
        let statement = Query::insert()
            .into_table(Table)
            .columns(SPENT)
            .values_panic([id.into(), self.dialect().time(now)])
            .on_conflict(OnConflict::column(TokenId).do_nothing_on([TokenId]).to_owned())
            .take();
        self.execute(&statement).await.map(drop)
    }
}

/// The columns of a token that is new.
const NEW: [OutstandingToken; 5] = {
    use OutstandingToken::*;
    [Token, CreatedAt, ExpiresAt, UserId, Jti]
};

/// The columns of a row of the blacklist.
const SPENT: [BlacklistedToken; 2] = [BlacklistedToken::TokenId, BlacklistedToken::BlacklistedAt];

const AS_MANY: &str = "as many values as columns";

/// `SELECT` of the number that the token of this name is kept under.
fn outstanding(jti: &str) -> SelectStatement {
    use OutstandingToken::*;
    Query::select().column(Id).from(Table).and_where(Expr::col(Jti).eq(jti)).take()
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
