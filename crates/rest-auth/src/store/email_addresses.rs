//! `account_emailaddress`: the addresses that users named, and which are verified.

use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::letter_case::{at, closest, same_address};
use super::row::Row;
use super::tables::AccountEmailAddress::{Email, Id, Primary, Table, UserId as OfUser, Verified};
use super::tables::AccountEmailConfirmation;
use super::{Connection, StoreError, UserId};
use crate::settings::UserKey;

/// The table, as a database calls it.
pub(crate) const ADDRESSES: &str = "account_emailaddress";

/// An address that a user named.
pub(crate) struct EmailAddress {
    pub(crate) id: i64,
    pub(crate) user_id: UserId,
    pub(crate) email: String,
    pub(crate) verified: bool,
    /// Whether it is the one that stands in the user's row, too.
    pub(crate) primary: bool,
}

impl EmailAddress {
    fn read(row: &Row, key: UserKey) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.integer("id")?,
            user_id: row.user_id("user_id", key)?,
            email: row.text("email")?,
            verified: row.boolean("verified")?,
            primary: row.boolean("primary")?,
        })
    }
}

/// The condition that a flag is not set; an adopted table may hold NULL there.
fn is_not(flag: super::tables::AccountEmailAddress) -> Expr {
    Expr::col(flag).eq(false).or(Expr::col(flag).is_null())
}

/// Addresses, whole.
fn addresses() -> SelectStatement {
    Query::select().columns([Id, OfUser, Email, Verified, Primary]).from(Table).take()
}

impl Connection {
    async fn address(&mut self, statement: &SelectStatement) -> Result<Option<EmailAddress>, StoreError> {
        let row = self.fetch_optional(statement).await?;
        row.map(|row| EmailAddress::read(&row, self.user_table().key)).transpose()
    }

    async fn addresses(&mut self, statement: &SelectStatement) -> Result<Vec<EmailAddress>, StoreError> {
        let rows = self.fetch_all(statement).await?;
        rows.iter().map(|row| EmailAddress::read(row, self.user_table().key)).collect()
    }

    /// An address by its number.
    pub(crate) async fn email_address(&mut self, id: i64) -> Result<Option<EmailAddress>, StoreError> {
        let statement = addresses().and_where(Expr::col(Id).eq(id)).take();
        self.address(&statement).await
    }

    /// Returns the address of the user who named it first; case does not matter.
    pub(crate) async fn first_address(&mut self, email: &str) -> Result<Option<EmailAddress>, StoreError> {
        let holds = self.holds_text(at(Table, Email), email).await?;
        let statement = addresses().and_where(holds).take();
        let found = closest(self.addresses(&statement).await?, email, |found| &found.email);
        Ok(found.into_iter().min_by_key(|found| found.id))
    }

    /// The user's primary address.
    pub(crate) async fn primary_address(&mut self, user: UserId) -> Result<Option<EmailAddress>, StoreError> {
        let statement = addresses()
            .and_where(Expr::col(OfUser).eq(self.dialect().user_id(user)))
            .and_where(Expr::col(Primary).eq(true))
            .limit(1)
            .take();
        self.address(&statement).await
    }

    /// Notes that an address is its user's; `false` if somebody noted that already.
    pub(crate) async fn verify_address(&mut self, id: i64) -> Result<bool, StoreError> {
        let statement = Query::update()
            .table(Table)
            .value(Verified, true)
            .and_where(Expr::col(Id).eq(id))
            .and_where(is_not(Verified))
            .take();
        let verified = self.execute(&statement).await;
        Ok(self.with_violation(ADDRESSES, verified).await? > 0)
    }

    /// Makes an address its user's primary one, who must have no other, and puts it into their row.
    pub(crate) async fn make_primary(&mut self, address: &EmailAddress) -> Result<(), StoreError> {
        let statement =
            Query::update().table(Table).value(Primary, true).and_where(Expr::col(Id).eq(address.id)).take();
        let made = self.execute(&statement).await;
        self.with_violation(ADDRESSES, made).await?;
        self.set_email(address.user_id, &address.email).await
    }

    /// Removes every other address of the user's, with the keys that allauth may have mailed there.
    pub(crate) async fn delete_other_addresses(&mut self, address: &EmailAddress) -> Result<(), StoreError> {
        let is_other =
            || Expr::col(OfUser).eq(self.dialect().user_id(address.user_id)).and(Expr::col(Id).ne(address.id));
        self.delete_addresses(is_other()).await
    }

    /// Removes the addresses that the user wanted to change to, and did not verify.
    pub(crate) async fn delete_pending_addresses(&mut self, user: UserId) -> Result<(), StoreError> {
        let is_pending = Expr::col(OfUser).eq(self.dialect().user_id(user)).and(is_not(Verified)).and(is_not(Primary));
        self.delete_addresses(is_pending).await
    }

    async fn delete_addresses(&mut self, which: Expr) -> Result<(), StoreError> {
        let select = Query::select().column(Id).from(Table).and_where(which).take();
        let ids: Vec<i64> =
            self.fetch_all(&select).await?.iter().map(|row| row.integer("id")).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(());
        }
        let keys = Query::delete()
            .from_table(AccountEmailConfirmation::Table)
            .and_where(Expr::col(AccountEmailConfirmation::EmailAddressId).is_in(ids.clone()))
            .take();
        self.execute(&keys).await?;
        let statement = Query::delete().from_table(Table).and_where(Expr::col(Id).is_in(ids)).take();
        self.execute(&statement).await.map(drop)
    }

    /// Returns whether any user has verified the address; case does not matter.
    pub(crate) async fn is_verified_by_anyone(&mut self, email: &str) -> Result<bool, StoreError> {
        let holds = self.holds_text(at(Table, Email), email).await?;
        let statement = addresses().and_where(holds).and_where(Expr::col(Verified).eq(true)).take();
        Ok(self.addresses(&statement).await?.iter().any(|found| same_address(&found.email, email)))
    }

    /// Returns whether the user has verified the address; case does not matter.
    ///
    /// Without an address, any verified address of the user counts.
    pub(crate) async fn has_verified(&mut self, user: UserId, email: Option<&str>) -> Result<bool, StoreError> {
        let statement = addresses()
            .and_where(Expr::col(OfUser).eq(self.dialect().user_id(user)))
            .and_where(Expr::col(Verified).eq(true))
            .take();
        let verified = self.addresses(&statement).await?;
        Ok(verified.iter().any(|found| email.is_none_or(|email| same_address(&found.email, email))))
    }

    /// Returns whether any user has named the address; case does not matter.
    pub(crate) async fn is_named_by_anyone(&mut self, email: &str) -> Result<bool, StoreError> {
        let holds = self.holds_text(at(Table, Email), email).await?;
        let statement = addresses().and_where(holds).take();
        Ok(self.addresses(&statement).await?.iter().any(|found| same_address(&found.email, email)))
    }

    /// Every address that the user named.
    pub(crate) async fn addresses_of(&mut self, user: UserId) -> Result<Vec<String>, StoreError> {
        let statement = Query::select()
            .column(Email)
            .from(Table)
            .and_where(Expr::col(OfUser).eq(self.dialect().user_id(user)))
            .take();
        self.fetch_all(&statement).await?.iter().map(|row| row.text("email")).collect()
    }

    /// Returns the user's address if it is not verified yet; case does not matter.
    pub(crate) async fn unverified_address(
        &mut self,
        user: UserId,
        email: &str,
    ) -> Result<Option<EmailAddress>, StoreError> {
        let statement = addresses()
            .and_where(Expr::col(OfUser).eq(self.dialect().user_id(user)))
            .and_where(is_not(Verified))
            .take();
        let found = closest(self.addresses(&statement).await?, email, |found| &found.email);
        Ok(found.into_iter().next())
    }

    /// Notes an address that a user named, not verified yet.
    pub(crate) async fn insert_address(
        &mut self,
        user_id: UserId,
        email: &str,
        primary: bool,
    ) -> Result<EmailAddress, StoreError> {
        let mut statement = Query::insert()
            .into_table(Table)
            .columns([OfUser, Email, Verified, Primary])
            .values_panic([self.dialect().user_id(user_id), email.into(), false.into(), primary.into()])
            .take();
        let inserted = self.insert(&mut statement).await;
        let id = self.with_violation(ADDRESSES, inserted).await?;
        Ok(EmailAddress { id, user_id, email: email.to_owned(), verified: false, primary })
    }
}
