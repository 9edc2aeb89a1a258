//! `auth_user`.

use std::collections::BTreeMap;

use sea_query::{Expr, ExprTrait, Query, SelectStatement};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::row::Row;
use super::tables::{AccountEmailAddress, AuthUser};
use super::{Connection, ProfileValues, StoreError};

/// The primary key of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub(super) i64);

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for UserId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl From<UserId> for i64 {
    fn from(id: UserId) -> Self {
        id.0
    }
}

impl From<UserId> for sea_query::Value {
    fn from(id: UserId) -> Self {
        id.0.into()
    }
}

/// A user: a row of `auth_user`.
#[derive(Clone, PartialEq)]
#[allow(missing_docs)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Whether the user may log in at all.
    pub is_active: bool,
    /// Whether the user may enter Django's admin.
    pub is_staff: bool,
    /// Whether the user may do anything there.
    pub is_superuser: bool,
    pub last_login: Option<OffsetDateTime>,
    pub date_joined: OffsetDateTime,
    /// The hash of the password.
    pub(crate) password: String,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

impl User {
    /// Whether there is a password that the user could log in with: Django's `has_usable_password`.
    pub(crate) fn has_usable_password(&self) -> bool {
        !self.password.starts_with('!')
    }

    /// A user whom no row is about.
    pub(crate) fn nobody(now: OffsetDateTime) -> Self {
        Self {
            id: UserId(0),
            username: String::new(),
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            is_active: false,
            is_staff: false,
            is_superuser: false,
            last_login: None,
            date_joined: now,
            password: String::new(),
        }
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: UserId(row.integer("id")?),
            username: row.text("username")?,
            email: row.text("email")?,
            first_name: row.text("first_name")?,
            last_name: row.text("last_name")?,
            is_active: row.boolean("is_active")?,
            is_staff: row.boolean("is_staff")?,
            is_superuser: row.boolean("is_superuser")?,
            last_login: row.optional_time("last_login")?,
            date_joined: row.time("date_joined")?,
            password: row.text("password")?,
        })
    }
}

/// A user that is about to be made.
#[derive(Clone, Default)]
pub(crate) struct NewUser {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// The hash.
    pub(crate) password: String,
    pub(crate) is_staff: bool,
    pub(crate) is_superuser: bool,
    /// What is to stand in their profiles, by the profile's name; who has a profile that not everyone has, is named
    /// here.
    pub(crate) profiles: BTreeMap<String, ProfileValues>,
}

/// What is to be changed of a user; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserChanges {
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
}

/// `SELECT` of whole users, from `auth_user` and whatever is joined to it.
pub(super) fn select_users() -> SelectStatement {
    use AuthUser::*;
    Query::select()
        .columns(
            [Id, Username, Email, FirstName, LastName, IsActive, IsStaff, IsSuperuser, LastLogin, DateJoined, Password]
                .map(|column| (Table, column)),
        )
        .from(Table)
        .take()
}

/// The same, of those with this address in `account_emailaddress`.
fn select_users_with_address(email: &str) -> SelectStatement {
    select_users()
        .inner_join(
            AccountEmailAddress::Table,
            Expr::col((AccountEmailAddress::Table, AccountEmailAddress::UserId))
                .equals((AuthUser::Table, AuthUser::Id)),
        )
        .and_where(Expr::col((AccountEmailAddress::Table, AccountEmailAddress::Email)).eq(email))
        .take()
}

impl Connection {
    async fn user(&mut self, statement: &SelectStatement) -> Result<Option<User>, StoreError> {
        self.fetch_optional(statement).await?.map(|row| User::from_row(&row)).transpose()
    }

    async fn users(&mut self, statement: &SelectStatement) -> Result<Vec<User>, StoreError> {
        self.fetch_all(statement).await?.iter().map(User::from_row).collect()
    }

    pub(crate) async fn user_by_id(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.user(select_users().and_where(Expr::col((AuthUser::Table, AuthUser::Id)).eq(id))).await
    }

    /// The user of exactly this name.
    pub(crate) async fn user_by_username(&mut self, username: &str) -> Result<Option<User>, StoreError> {
        let user = self.user(select_users().and_where(Expr::col(AuthUser::Username).eq(username))).await?;
        // MySQL's equality leaves case and accents out of account.
        Ok(user.filter(|user| user.username == username))
    }

    /// The users of this name, whatever the case.
    pub(crate) async fn users_by_username_without_case(&mut self, username: &str) -> Result<Vec<User>, StoreError> {
        let dialect = self.dialect();
        self.users(select_users().and_where(dialect.equals_without_case(AuthUser::Username, username))).await
    }

    /// Which of the names are taken, whatever the case; in lower case.
    pub(crate) async fn taken_usernames(&mut self, names: &[String]) -> Result<Vec<String>, StoreError> {
        let dialect = self.dialect();
        let any = names
            .iter()
            .fold(sea_query::Cond::any(), |any, name| any.add(dialect.equals_without_case(AuthUser::Username, name)));
        let statement = Query::select().column(AuthUser::Username).from(AuthUser::Table).cond_where(any).take();
        self.fetch_all(&statement).await?.iter().map(|row| Ok(row.text("username")?.to_lowercase())).collect()
    }

    /// The users whom the address, in lower case, belongs to. Where one has verified it, only those who did.
    /// allauth's `filter_users_by_email(…, prefer_verified=True)`.
    pub(crate) async fn users_by_email(&mut self, email: &str) -> Result<Vec<User>, StoreError> {
        let verified = self
            .users(
                select_users_with_address(email)
                    .and_where(Expr::col((AccountEmailAddress::Table, AccountEmailAddress::Verified)).eq(true)),
            )
            .await?;
        if verified.is_empty() { self.users_naming(email).await } else { Ok(verified) }
    }

    /// The users who named the address, in lower case, whoever verified it.
    pub(crate) async fn users_naming(&mut self, email: &str) -> Result<Vec<User>, StoreError> {
        let mut users = self.users(&select_users_with_address(email)).await?;
        users.extend(self.users(select_users().and_where(Expr::col(AuthUser::Email).eq(email))).await?);
        users.sort_by_key(|user| user.id);
        users.dedup_by_key(|user| user.id);
        Ok(users)
    }

    /// A page of the users, by id: at most `limit` behind `after`.
    pub(crate) async fn users_after(&mut self, after: Option<UserId>, limit: u64) -> Result<Vec<User>, StoreError> {
        let mut statement = select_users();
        if let Some(after) = after {
            statement.and_where(Expr::col(AuthUser::Id).gt(after));
        }
        self.users(statement.order_by(AuthUser::Id, sea_query::Order::Asc).limit(limit)).await
    }

    pub(crate) async fn insert_user(&mut self, user: &NewUser, now: OffsetDateTime) -> Result<User, StoreError> {
        use AuthUser::*;
        let mut statement = Query::insert()
            .into_table(Table)
            .columns([Username, Email, FirstName, LastName, IsActive, IsStaff, IsSuperuser, DateJoined, Password])
            .values_panic([
                user.username.as_str().into(),
                user.email.as_str().into(),
                user.first_name.as_str().into(),
                user.last_name.as_str().into(),
                true.into(),
                user.is_staff.into(),
                user.is_superuser.into(),
                self.dialect().time(now),
                user.password.as_str().into(),
            ])
            .take();
        let id = UserId(self.insert(&mut statement).await?);
        let NewUser { username, email, first_name, last_name, password, is_staff, is_superuser, .. } = user.clone();
        Ok(User {
            id,
            username,
            email,
            first_name,
            last_name,
            is_active: true,
            is_staff,
            is_superuser,
            last_login: None,
            date_joined: now,
            password,
        })
    }

    pub(crate) async fn update_user(&mut self, id: UserId, changes: &UserChanges) -> Result<(), StoreError> {
        let columns = [
            (AuthUser::Username, &changes.username),
            (AuthUser::FirstName, &changes.first_name),
            (AuthUser::LastName, &changes.last_name),
        ];
        let changes: Vec<_> =
            columns.into_iter().filter_map(|(column, value)| Some((column, value.as_deref()?.into()))).collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.update(id, changes).await
    }

    pub(crate) async fn set_last_login(&mut self, id: UserId, now: OffsetDateTime) -> Result<(), StoreError> {
        self.update(id, vec![(AuthUser::LastLogin, self.dialect().time(now))]).await
    }

    pub(crate) async fn set_active(&mut self, id: UserId, active: bool) -> Result<(), StoreError> {
        self.update(id, vec![(AuthUser::IsActive, active.into())]).await
    }

    pub(crate) async fn set_superuser(&mut self, id: UserId, superuser: bool) -> Result<(), StoreError> {
        self.update(id, vec![(AuthUser::IsStaff, superuser.into()), (AuthUser::IsSuperuser, superuser.into())]).await
    }

    pub(crate) async fn set_password(&mut self, id: UserId, hash: &str) -> Result<(), StoreError> {
        self.update(id, vec![(AuthUser::Password, hash.into())]).await
    }

    /// Replaces a hash by another of the same password, unless the password was changed in between.
    pub(crate) async fn replace_hash(&mut self, user: &User, hash: &str) -> Result<bool, StoreError> {
        let statement = Query::update()
            .table(AuthUser::Table)
            .value(AuthUser::Password, hash)
            .and_where(Expr::col(AuthUser::Id).eq(user.id))
            .and_where(Expr::col(AuthUser::Password).eq(user.password.as_str()))
            .take();
        Ok(self.execute(&statement).await? > 0)
    }

    async fn update(&mut self, id: UserId, changes: Vec<(AuthUser, Expr)>) -> Result<(), StoreError> {
        let statement =
            Query::update().table(AuthUser::Table).values(changes).and_where(Expr::col(AuthUser::Id).eq(id)).take();
        self.execute(&statement).await.map(drop)
    }
}
