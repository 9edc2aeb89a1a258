//! `auth_user`, or the table that the settings name in its place.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Order, Query, SelectStatement};
use sea_query_sqlx::SqlxBinder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::connection::in_a_box;
use super::letter_case::{at, closest};
use super::profiles::{read, write_expression};
use super::row::Row;
use super::spellings::Spellings;
use super::tables::AccountEmailAddress;
use super::user_table::UserColumn;
use super::{Connection, Dialect, ProfileValues, StoreError, UserId};
use crate::settings::UserTable;

/// How many spellings of a name are looked for before the whole table is.
const MOST_SPELLINGS: usize = 100;

/// A user: a row of `auth_user`, or of the table that `user.table` names. Where users have no name of their own, it is
/// their address.
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
    /// The table's further columns: `user.fields`.
    pub(crate) fields: ProfileValues,
    /// The columns that hold NULL, which an adopted table may allow.
    nulls: Nulls,
}

/// A set of columns of the users' table.
#[derive(Clone, Copy, Default, PartialEq)]
struct Nulls(u16);

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

    /// Returns whether the row holds NULL in the column that Django gives this name.
    ///
    /// The field of this struct is empty in this case.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        let column = UserColumn::ALL.into_iter().find(|column| column.name() == name);
        column.is_some_and(|column| self.nulls.0 & bit(column) != 0)
    }

    /// What a further column of the table holds: a field of `user.fields`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// The table's further columns, all of them.
    ///
    /// # Errors
    /// If they are not what the type wants.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.fields.clone()))
    }

    /// A user whom no row is about.
    pub(crate) fn nobody(now: OffsetDateTime) -> Self {
        Self {
            id: UserId::from(0),
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
            fields: ProfileValues::new(),
            nulls: Nulls::default(),
        }
    }

    pub(super) fn from_row(row: &Row, table: &UserTable) -> Result<Self, StoreError> {
        let mut nulls = Nulls::default();
        Ok(Self {
            id: row.user_id("id", table.key)?,
            username: nulls.or_null(UserColumn::Username, row.optional_text("username")?),
            email: nulls.or_null(UserColumn::Email, row.optional_text("email")?),
            first_name: nulls.or_null(UserColumn::FirstName, row.optional_text("first_name")?),
            last_name: nulls.or_null(UserColumn::LastName, row.optional_text("last_name")?),
            is_active: nulls.or_null(UserColumn::IsActive, row.optional_boolean("is_active")?),
            is_staff: nulls.or_null(UserColumn::IsStaff, row.optional_boolean("is_staff")?),
            is_superuser: nulls.or_null(UserColumn::IsSuperuser, row.optional_boolean("is_superuser")?),
            last_login: row.optional_time("last_login")?,
            date_joined: nulls
                .noted(UserColumn::DateJoined, row.optional_time("date_joined")?)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
            password: nulls.or_null(UserColumn::Password, row.optional_text("password")?),
            fields: table
                .fields
                .iter()
                .map(|field| Ok((field.name.clone(), read(row, field)?)))
                .collect::<Result<_, StoreError>>()?,
            nulls,
        })
    }
}

/// A user with an address of theirs.
struct NamedUser {
    user: User,
    address: String,
    verified: bool,
}

impl From<User> for NamedUser {
    fn from(user: User) -> Self {
        Self { address: user.email.clone(), user, verified: false }
    }
}

fn each_once(mut named: Vec<NamedUser>) -> Vec<NamedUser> {
    named.sort_by_key(|named| named.user.id);
    named.dedup_by_key(|named| named.user.id);
    named
}

fn bit(column: UserColumn) -> u16 {
    1 << column as u16
}

impl Nulls {
    /// Returns the value, and notes a missing one.
    fn noted<T>(&mut self, column: UserColumn, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.0 |= bit(column);
        }
        value
    }

    /// Returns the value, or an empty one with a note.
    fn or_null<T: Default>(&mut self, column: UserColumn, value: Option<T>) -> T {
        self.noted(column, value).unwrap_or_default()
    }
}

/// A user that is about to be made.
#[derive(Clone, Default)]
pub(crate) struct NewUser {
    /// The key, where the database does not count.
    pub(crate) id: Option<Uuid>,
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
    /// What is to stand in the table's further columns.
    pub(crate) fields: ProfileValues,
}

/// What is to be changed of a user; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserChanges {
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// Of the table's further columns.
    pub(crate) fields: ProfileValues,
}

impl Connection {
    /// `SELECT` of whole users.
    pub(super) fn select_users(&self) -> SelectStatement {
        self.user_table().select(self.dialect())
    }

    /// The same, of the one with this key.
    fn select_user(&self, key: Expr) -> SelectStatement {
        let column = self.user_table().at(UserColumn::Id);
        self.select_users().and_where(Expr::col(column).eq(key)).take()
    }

    pub(super) async fn user(&mut self, statement: &impl SqlxBinder) -> Result<Option<User>, StoreError> {
        let row = self.fetch_optional(statement).await?;
        row.map(|row| User::from_row(&row, self.user_table())).transpose()
    }

    async fn users(&mut self, statement: &impl SqlxBinder) -> Result<Vec<User>, StoreError> {
        let rows = self.fetch_all(statement).await?;
        rows.iter().map(|row| User::from_row(row, self.user_table())).collect()
    }

    /// The user with this key, which may be of a kind that the table does not have.
    pub(crate) async fn user_by_id(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        if !id.is_a(self.user_table().key) {
            return Ok(None);
        }
        if let Some(found) = self.find_together(|database| &database.users_by_id, id).await {
            return Ok(found);
        }
        let database = Arc::clone(self.database());
        let statement = database.texts.user_by_id.with(self.dialect().key(id), |key| self.select_user(key.into()));
        self.user(&statement).await
    }

    /// The users with these keys.
    pub(super) async fn users_by_ids(&mut self, ids: Vec<UserId>) -> Result<HashMap<UserId, User>, StoreError> {
        let database = Arc::clone(self.database());
        let keys = ids.into_iter().map(|id| self.dialect().key(id)).collect();
        let statement = database.texts.users_by_ids.with(self.dialect(), keys, |key| self.select_user(key));
        Ok(self.users(&statement).await?.into_iter().map(|user| (user.id, user)).collect())
    }

    /// The user of exactly this name.
    pub(crate) async fn user_by_username(&mut self, username: &str) -> Result<Option<User>, StoreError> {
        // MySQL's equality ignores case and accents.
        Ok(self.user_by_natural_key(username).await?.filter(|user| user.username == username))
    }

    /// Returns the user of this name, as the database compares names.
    ///
    /// Django's `get_by_natural_key`.
    pub(crate) async fn user_by_natural_key(&mut self, username: &str) -> Result<Option<User>, StoreError> {
        let column = self.user_table().at(UserColumn::Username);
        let statement = self.select_users().and_where(Expr::col(column).eq(username)).take();
        self.user(&statement).await
    }

    /// The users of this name, whatever the case.
    pub(crate) async fn users_by_username_without_case(&mut self, username: &str) -> Result<Vec<User>, StoreError> {
        if self.dialect() == Dialect::Sqlite
            && let Some(users) = self.users_by_spelling(username).await?
        {
            return Ok(users);
        }
        let column = self.user_table().at(UserColumn::Username);
        let is_called = match self.dialect() {
            Dialect::MySql => self.holds_text(column, username).await?,
            dialect => dialect.equals_without_case(column, username),
        };
        let statement = self.select_users().and_where(is_called).take();
        self.users(&statement).await
    }

    /// The same by an index that knows case: it is asked for the first name from the first spelling on, then from the first
    /// spelling behind that name on. Names are seldom so many and so alike that this does not end soon; then nothing is
    /// given.
    async fn users_by_spelling(&mut self, username: &str) -> Result<Option<Vec<User>>, StoreError> {
        let spellings = Spellings::of(username);
        let column = self.user_table().at(UserColumn::Username);
        let mut users = Vec::new();
        let mut next = spellings.first_from("");
        for _ in 0..MOST_SPELLINGS {
            let Some(spelling) = next else { return Ok(Some(users)) };
            let statement = self
                .select_users()
                .and_where(Expr::col(column.clone()).gte(Expr::cust_with_values("? COLLATE BINARY", [spelling])))
                .order_by_expr(Expr::cust_with_exprs("? COLLATE BINARY", [Expr::col(column.clone())]), Order::Asc)
                .limit(1)
                .take();
            let Some(row) = self.fetch_optional(&statement).await? else { return Ok(Some(users)) };
            let found = row.text("username")?;
            if spellings.contains(&found) {
                users.push(User::from_row(&row, self.user_table())?);
            }
            next = spellings.first_from(&format!("{found}\0"));
        }
        Ok(None)
    }

    /// Returns the users to whom the address belongs; case does not matter.
    ///
    /// If users have verified the address, only these are returned.
    /// allauth's `filter_users_by_email(…, prefer_verified=True)`.
    pub(crate) async fn users_by_email(&mut self, email: &str) -> Result<Vec<User>, StoreError> {
        let mut named = self.users_with_address(email).await?;
        if !named.iter().any(|named| named.verified && named.address == email) {
            named.extend(self.users_with_email(email).await?.into_iter().map(NamedUser::from));
        }
        let mut named = closest(named, email, |named| &named.address);
        if named.iter().any(|named| named.verified) {
            named.retain(|named| named.verified);
        }
        Ok(each_once(named).into_iter().map(|named| named.user).collect())
    }

    /// Returns the users who named the address, with its stored spelling.
    ///
    /// Users count even if another user has verified the address.
    pub(crate) async fn users_naming(&mut self, email: &str) -> Result<Vec<(User, String)>, StoreError> {
        let mut named = self.users_with_address(email).await?;
        named.extend(self.users_with_email(email).await?.into_iter().map(NamedUser::from));
        let named = each_once(closest(named, email, |named| &named.address));
        Ok(named.into_iter().map(|named| (named.user, named.address)).collect())
    }

    /// Returns the users with the address in `account_emailaddress`, in any case.
    async fn users_with_address(&mut self, email: &str) -> Result<Vec<NamedUser>, StoreError> {
        let id = self.user_table().at(UserColumn::Id);
        let holds = self.holds_text(at(AccountEmailAddress::Table, AccountEmailAddress::Email), email).await?;
        let statement = self
            .select_users()
            .expr_as(Expr::col((AccountEmailAddress::Table, AccountEmailAddress::Email)), Alias::new("address"))
            .expr_as(
                Expr::col((AccountEmailAddress::Table, AccountEmailAddress::Verified)),
                Alias::new("address_verified"),
            )
            .inner_join(
                AccountEmailAddress::Table,
                Expr::col((AccountEmailAddress::Table, AccountEmailAddress::UserId)).equals(id),
            )
            .and_where(holds)
            .take();
        let rows = self.fetch_all(&statement).await?;
        rows.iter()
            .map(|row| {
                Ok(NamedUser {
                    user: User::from_row(row, self.user_table())?,
                    address: row.text("address")?,
                    verified: row.boolean("address_verified")?,
                })
            })
            .collect()
    }

    /// Returns the users with the address in their row; case does not matter.
    pub(crate) async fn users_with_email(&mut self, email: &str) -> Result<Vec<User>, StoreError> {
        let column = self.user_table().at(UserColumn::Email);
        let holds = self.holds_text(column, email).await?;
        let statement = self.select_users().and_where(holds).take();
        Ok(closest(self.users(&statement).await?, email, |user| &user.email))
    }

    /// A page of the users, by id: at most `limit` behind `after`.
    pub(crate) async fn users_after(&mut self, after: Option<UserId>, limit: u64) -> Result<Vec<User>, StoreError> {
        let id = self.user_table().at(UserColumn::Id);
        let mut statement = self.select_users();
        if let Some(after) = after.filter(|after| after.is_a(self.user_table().key)) {
            statement.and_where(Expr::col(id.clone()).gt(self.dialect().user_id(after)));
        }
        self.users(statement.order_by(id, Order::Asc).limit(limit)).await
    }

    pub(crate) async fn insert_user(&mut self, user: &NewUser, now: OffsetDateTime) -> Result<User, StoreError> {
        let (dialect, table) = (self.dialect(), self.user_table().clone());
        let email = match &*user.email {
            // A unique index refuses a second empty text, but not NULL, which Django writes as well.
            "" if in_a_box(self.takes_null(&table.table, table.called("email").unwrap_or("email"))).await? => {
                Expr::cust("NULL")
            }
            email => email.into(),
        };
        let mut row: Vec<(DynIden, Expr)> = Vec::new();
        for column in UserColumn::ALL {
            let value = match column {
                UserColumn::Id => match user.id {
                    Some(id) => dialect.user_id(id.into()),
                    None => continue,
                },
                UserColumn::LastLogin => continue,
                // It is the address then.
                UserColumn::Username if !table.has_usernames() => continue,
                UserColumn::Username => user.username.as_str().into(),
                UserColumn::Email => email.clone(),
                UserColumn::FirstName => user.first_name.as_str().into(),
                UserColumn::LastName => user.last_name.as_str().into(),
                UserColumn::Password => user.password.as_str().into(),
                UserColumn::IsActive => true.into(),
                UserColumn::IsStaff => user.is_staff.into(),
                UserColumn::IsSuperuser => user.is_superuser.into(),
                UserColumn::DateJoined => dialect.time(now),
            };
            row.extend(table.optional(column).map(|iden| (iden, value)));
        }
        let mut fields = ProfileValues::new();
        for field in table.fields.iter() {
            let value = user.fields.get(&field.name).cloned().or_else(|| field.initial());
            if let Some(value) = &value {
                row.push((Alias::new(field.name()).into_iden(), write_expression(dialect, field, value)));
            }
            fields.insert(field.name.clone(), value.unwrap_or_default());
        }
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let mut statement = Query::insert().into_table(table.iden()).columns(columns).values_panic(values).take();
        let id: UserId = match user.id {
            Some(id) => {
                let inserted = self.execute(&statement).await;
                self.with_violation(&table.table, inserted).await?;
                id.into()
            }
            None => {
                let inserted = self.insert_counted(&mut statement, table.called("id").unwrap_or("id")).await;
                self.with_violation(&table.table, inserted).await?.into()
            }
        };
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
            fields,
            nulls: Nulls::default(),
        })
    }

    pub(crate) async fn update_user(&mut self, id: UserId, changes: &UserChanges) -> Result<(), StoreError> {
        let dialect = self.dialect();
        let columns = [
            (UserColumn::Username, &changes.username),
            (UserColumn::FirstName, &changes.first_name),
            (UserColumn::LastName, &changes.last_name),
        ];
        let table = self.user_table();
        let columns =
            columns.into_iter().filter_map(|(column, value)| Some((table.optional(column)?, value.as_deref()?.into())));
        let fields = table.fields.iter().filter_map(|field| {
            let value = changes.fields.get(&field.name)?;
            Some((Alias::new(field.name()).into_iden(), write_expression(dialect, field, value)))
        });
        let changes: Vec<(DynIden, Expr)> = columns.chain(fields).collect();
        self.update(id, changes).await
    }

    pub(crate) async fn set_last_login(&mut self, id: UserId, now: OffsetDateTime) -> Result<(), StoreError> {
        let column = self.user_table().optional(UserColumn::LastLogin);
        let time = self.dialect().time(now);
        self.update(id, column.map(|column| (column, time)).into_iter().collect()).await
    }

    pub(crate) async fn set_active(&mut self, id: UserId, active: bool) -> Result<(), StoreError> {
        let column = self.existing(UserColumn::IsActive)?;
        self.update(id, vec![(column, active.into())]).await
    }

    pub(crate) async fn set_superuser(&mut self, id: UserId, superuser: bool) -> Result<(), StoreError> {
        let columns = [self.existing(UserColumn::IsStaff)?, self.existing(UserColumn::IsSuperuser)?];
        self.update(id, columns.map(|column| (column, superuser.into())).into()).await
    }

    /// Sets the hash of the user's new password.
    pub(crate) async fn set_password(&mut self, id: UserId, hash: &str) -> Result<(), StoreError> {
        let column = self.user_table().iden_of(UserColumn::Password);
        self.update(id, vec![(column, hash.into())]).await?;
        self.forget_replaced(id).await
    }

    /// Sets the hash of the new password unless the password was changed in between.
    pub(crate) async fn change_password(&mut self, user: &User, hash: &str) -> Result<bool, StoreError> {
        let changed = self.replace_hash(user, hash).await?;
        if changed {
            self.forget_replaced(user.id).await?;
        }
        Ok(changed)
    }

    pub(crate) async fn set_email(&mut self, id: UserId, email: &str) -> Result<(), StoreError> {
        let column = self.user_table().iden_of(UserColumn::Email);
        self.update(id, vec![(column, email.into())]).await
    }

    /// Replaces a hash by another of the same password, unless the password was changed in between.
    pub(crate) async fn replace_hash(&mut self, user: &User, hash: &str) -> Result<bool, StoreError> {
        let table = self.user_table();
        let password = table.iden_of(UserColumn::Password);
        let statement = Query::update()
            .table(table.iden())
            .value(password.clone(), hash)
            .and_where(table.is(self.dialect(), user.id))
            .and_where(match user.is_null("password") {
                true => Expr::col(password).is_null(),
                false => Expr::col(password).eq(user.password.as_str()),
            })
            .take();
        Ok(self.execute(&statement).await? > 0)
    }

    /// A column that something is to be written into.
    fn existing(&self, column: UserColumn) -> Result<DynIden, StoreError> {
        let table = self.user_table();
        table.optional(column).ok_or_else(|| StoreError::UnfitTable {
            table: table.table.clone(),
            problem: format!("user.without says that it has no column {}", column.name()),
        })
    }

    async fn update(&mut self, id: UserId, changes: Vec<(DynIden, Expr)>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let table = self.user_table().clone();
        let statement =
            Query::update().table(table.iden()).values(changes).and_where(table.is(self.dialect(), id)).take();
        let updated = self.execute(&statement).await;
        self.with_violation(&table.table, updated).await.map(drop)
    }
}
