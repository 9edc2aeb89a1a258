//! `account_emailaddress`: the addresses that users named, and which are verified.

use sea_query::{Expr, ExprTrait, Query};

use super::tables::AccountEmailAddress::{Email, Id, Primary, Table, UserId as OfUser, Verified};
use super::{Connection, StoreError, UserId};

impl Connection {
    /// Whether anybody has verified the address, which is in lower case.
    pub(crate) async fn is_verified_by_anyone(&mut self, email: &str) -> Result<bool, StoreError> {
        let statement = Query::select()
            .column(Email)
            .from(Table)
            .and_where(Expr::col(Email).eq(email))
            .and_where(Expr::col(Verified).eq(true))
            .limit(1)
            .take();
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Whether the user has verified the address, or, asked for none, any address.
    pub(crate) async fn has_verified(&mut self, user: UserId, email: Option<&str>) -> Result<bool, StoreError> {
        let mut statement = Query::select()
            .column(Email)
            .from(Table)
            .and_where(Expr::col(OfUser).eq(user))
            .and_where(Expr::col(Verified).eq(true))
            .limit(1)
            .take();
        if let Some(email) = email {
            statement.and_where(Expr::col(Email).eq(email));
        }
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Whether anybody has named the address, which is in lower case.
    pub(crate) async fn is_named_by_anyone(&mut self, email: &str) -> Result<bool, StoreError> {
        let statement = Query::select().column(Email).from(Table).and_where(Expr::col(Email).eq(email)).limit(1).take();
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Every address that the user named.
    pub(crate) async fn addresses_of(&mut self, user: UserId) -> Result<Vec<String>, StoreError> {
        let statement = Query::select().column(Email).from(Table).and_where(Expr::col(OfUser).eq(user)).take();
        self.fetch_all(&statement).await?.iter().map(|row| row.text("email")).collect()
    }

    /// The number of the user's address, if it is not verified yet.
    pub(crate) async fn unverified_address(&mut self, user: UserId, email: &str) -> Result<Option<i64>, StoreError> {
        let statement = Query::select()
            .column(Id)
            .from(Table)
            .and_where(Expr::col(OfUser).eq(user))
            .and_where(Expr::col(Email).eq(email))
            .and_where(Expr::col(Verified).eq(false))
            .take();
        self.fetch_optional(&statement).await?.map(|row| row.integer("id")).transpose()
    }

    /// Notes the address that a new user named, not verified yet.
    pub(crate) async fn insert_address(&mut self, user: UserId, email: &str, primary: bool) -> Result<(), StoreError> {
        let statement = Query::insert()
            .into_table(Table)
            .columns([OfUser, Email, Verified, Primary])
            .values_panic([user.into(), email.into(), false.into(), primary.into()])
            .take();
        self.execute(&statement).await.map(drop)
    }
}
