//! What the flows ask of a database. One definition a query, in the file of its table; what differs from
//! one database to another is in `dialect.rs`, `row.rs` and the schema.

mod adopted;
mod backup;
mod connection;
mod database;
mod description;
mod dialect;
mod direct;
mod email_addresses;
mod error;
mod expired;
mod groups;
mod held;
mod indexes;
mod letter_case;
mod limits;
mod outbox;
mod packages;
mod patience;
mod pool;
mod postgres;
mod profile_schema;
mod profiles;
mod refresh_tokens;
mod replaced_hashes;
mod rotations;
mod row;
mod schema;
mod search_path;
mod sending;
mod sequences;
mod sessions;
mod spellings;
mod statements;
mod stored_hashes;
mod tables;
mod text;
mod together;
mod token_keys;
mod user_id;
mod user_schema;
mod user_table;
mod users;
mod violation;
mod writer;

pub use connection::Connection;
pub(crate) use description::Present;
pub use dialect::Dialect;
pub(crate) use email_addresses::{ADDRESSES, EmailAddress};
pub use error::StoreError;
pub(crate) use letter_case::same_address;
pub(crate) use limits::Limits;
pub(crate) use outbox::{Content, WaitingMail};
pub(crate) use packages::PackageTable;
pub use pool::Pool;
pub(crate) use profiles::ProfileValues;
pub(crate) use refresh_tokens::NewOutstandingToken;
pub(crate) use replaced_hashes::Replaced;
pub(crate) use rotations::Rotation;
pub(crate) use schema::is_djangos_table;
pub(crate) use sessions::StoredSession;
pub use user_id::{NoUserId, UserId};
pub use users::User;
pub(crate) use users::{NewUser, UserChanges};
pub use violation::Violation;

use std::sync::Arc;

use crate::settings::{Profile, Settings, UserTable};
use database::Database;
use schema::Step;

/// The accounts' database.
#[derive(Clone, Debug)]
pub struct Store {
    database: Arc<Database>,
    /// The profiles whose tables it holds.
    profiles: Arc<[Profile]>,
    /// Django's apps whose tables the database does not hold.
    unused_apps: Arc<[&'static str]>,
    /// The groups that it holds, and whether a migration makes them.
    groups: Arc<[String]>,
    creates_groups: bool,
}

impl From<Pool> for Store {
    fn from(pool: Pool) -> Self {
        Self {
            database: Database::new(pool, None, UserTable::default()),
            profiles: Arc::default(),
            unused_apps: Arc::default(),
            groups: Arc::default(),
            creates_groups: false,
        }
    }
}

impl Store {
    /// Opens the database of the settings; a SQLite file that is missing is made, empty.
    ///
    /// # Errors
    /// If the URL is of no known database, or nothing answers there.
    pub async fn connect(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self::from(Pool::connect(&settings.database_url, true, settings).await?).holding(settings))
    }

    /// Opens the database of the settings, which must be there.
    ///
    /// # Errors
    /// As [`Store::connect`], and if a SQLite file is missing.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        Ok(Self::from(Pool::connect(&settings.database_url, false, settings).await?).holding(settings))
    }

    /// The same, with what the settings want to be kept in it beside Django's tables.
    pub(crate) fn holding(self, settings: &Settings) -> Self {
        let mut groups: Vec<String> = settings.registration.forms().flat_map(|form| form.groups.to_vec()).collect();
        groups.sort();
        groups.dedup();
        Self {
            profiles: settings.profiles.to_vec().into(),
            unused_apps: settings.unused_apps().into(),
            database: Database::new(self.pool().clone(), patience::patience(settings), settings.user.clone()),
            groups: groups.into(),
            creates_groups: settings.registration.create_groups,
        }
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.database.pool
    }

    /// The kind of database.
    pub fn dialect(&self) -> Dialect {
        self.pool().dialect()
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// If none can be had in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Connection::pooled(&self.database).await
    }

    /// A connection for looking a few rows up by their keys, which is quickest. What walks through a table would keep the
    /// thread from everything else.
    pub(crate) fn reader(&self) -> Connection {
        Connection::reader(&self.database)
    }

    /// Begins a transaction that will write. Dropped without [`Connection::commit`], it changes nothing. On SQLite
    /// it is a turn of the one writer, so that whoever waits for another writer in between waits in vain.
    ///
    /// # Errors
    /// If no connection, or no turn, can be had in time.
    pub async fn begin(&self) -> Result<Connection, StoreError> {
        Connection::in_transaction(&self.database).await
    }

    /// The statements that were sent since this was last asked, without their values.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn take_statements(&self) -> Vec<String> {
        self.database.sent.take()
    }

    /// Closes every connection, once it is free.
    pub async fn close(&self) {
        if let Some(direct) = &self.database.direct {
            direct.close();
        }
        self.pool().close().await;
    }

    /// What is missing: tables by their names, columns of profiles as `TABLE.COLUMN`, groups as `the group NAME`.
    ///
    /// # Errors
    /// If the database does not answer, or a table cannot be a profile's.
    pub async fn missing_tables(&self) -> Result<Vec<String>, StoreError> {
        let missing = self.missing_in(&mut self.connection().await?).await?;
        Ok(missing.into_iter().map(|step| step.name).collect())
    }

    /// The indexes that are missing, without which some look-ups walk through a table, as `the index NAME`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn missing_indexes(&self) -> Result<Vec<String>, StoreError> {
        let missing = self.missing_indexes_in(&mut self.connection().await?).await?;
        Ok(missing.into_iter().map(|step| step.name).collect())
    }

    /// Returns the tables that exist.
    pub(crate) async fn present(&self) -> Result<Present, StoreError> {
        self.connection().await?.present().await
    }

    /// Whether the database holds no table at all.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.present().await?.is_empty())
    }

    /// Makes the tables that are missing, the columns that profiles lack, groups, if
    /// `registration.create_groups` says so, and the indexes that look-ups want beside Django's; tells which. What is
    /// there is not touched. Where the database can (MySQL cannot), it is all or none.
    ///
    /// # Errors
    /// If the database does not answer, or refuses, or a table cannot be a profile's.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.migrate_with(|_, _, _| {}).await
    }

    /// As [`Store::migrate`], telling before each table its name, how many are made, and how many there are to
    /// make.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_with(&self, progress: impl Fn(&str, usize, usize)) -> Result<Vec<String>, StoreError> {
        let mut tx = self.begin().await?;
        tx.claim("rest-auth migrate").await?;
        // An index of many rows takes its time.
        tx.take_as_long_as_it_takes().await?;
        let mut made = Vec::new();
        let missing = self.missing_with_indexes(&mut tx).await?;
        for step in &missing {
            progress(&step.name, made.len(), missing.len());
            tx.execute_script(&step.statements).await?;
            made.push(step.name.clone());
        }
        tx.commit().await?;
        Ok(made)
    }

    /// Makes those of these tables that are missing.
    pub(crate) async fn make_tables(&self, names: &[&str]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.claim("rest-auth migrate").await?;
        let mut missing = self.missing_in(&mut tx).await?;
        missing.retain(|step| names.contains(&step.name.as_str()));
        for step in self.placed(&mut tx, missing).await? {
            tx.execute_script(&step.statements).await?;
        }
        tx.commit().await
    }

    /// The statements that [`Store::migrate`] would run.
    ///
    /// # Errors
    /// If the database does not answer, or a table cannot be a profile's.
    pub async fn migration_plan(&self) -> Result<Vec<String>, StoreError> {
        let missing = self.missing_with_indexes(&mut self.connection().await?).await?;
        Ok(missing.iter().map(|step| step.statements.trim().to_owned()).collect())
    }

    /// The statements that make every table in a database that has none.
    pub fn statements(dialect: Dialect, settings: &Settings) -> Vec<String> {
        let users = &settings.user;
        let key_type = user_schema::usual_key_type(dialect, users);
        let unused = settings.unused_apps();
        let tables = schema::without_apps(user_schema::steps(dialect, users, key_type), &unused).into_iter();
        let profiles =
            settings.profiles.iter().map(|profile| profile_schema::create(dialect, profile, users, key_type));
        let groups = settings.registration.forms().flat_map(|form| form.groups);
        let groups = groups.filter(|_| settings.registration.create_groups).map(|name| groups::create(dialect, name));
        let indexes = indexes::steps(dialect, users, &unused).into_iter();
        tables.chain(profiles).chain(groups).chain(indexes).map(|step| step.statements.trim().to_owned()).collect()
    }

    /// The groups that registration puts users into, and that are not there.
    pub(crate) async fn missing_groups(&self) -> Result<Vec<String>, StoreError> {
        if self.groups.is_empty() {
            return Ok(Vec::new());
        }
        let there = self.connection().await?.group_names().await?;
        Ok(self.groups.iter().filter(|name| !there.contains(name)).cloned().collect())
    }

    async fn missing_with_indexes(&self, db: &mut Connection) -> Result<Vec<Step>, StoreError> {
        let missing = self.missing_in(db).await?;
        let mut missing = self.placed(db, missing).await?;
        missing.extend(self.missing_indexes_in(db).await?);
        Ok(missing)
    }

    /// Returns the same steps, which make tables in the schema of the existing ones.
    async fn placed(&self, db: &mut Connection, steps: Vec<Step>) -> Result<Vec<Step>, StoreError> {
        let users = &self.database.user_table;
        let own = self.profiles.iter().map(|profile| profile.table.clone());
        let own = own.chain([users.table.clone(), users.groups_table()]).collect();
        search_path::placed(db, steps, own, &users.table).await
    }

    async fn missing_indexes_in(&self, db: &mut Connection) -> Result<Vec<Step>, StoreError> {
        let present = db.index_names().await?;
        let mut missing = indexes::steps(self.dialect(), &self.database.user_table, &self.unused_apps);
        missing.retain(|step| !present.iter().any(|name| step.name == indexes::told(name)));
        Ok(missing)
    }

    async fn missing_in(&self, db: &mut Connection) -> Result<Vec<Step>, StoreError> {
        let present = db.present().await?;
        let key_type = user_schema::key_type(db, &present).await?;
        let steps = user_schema::steps(self.dialect(), &self.database.user_table, &key_type);
        let mut missing = schema::without_apps(steps, &self.unused_apps);
        missing.retain(|step| !present.contains(&step.name));
        for profile in self.profiles.iter() {
            missing.extend(profile_schema::missing(db, profile, &present, &key_type).await?);
        }
        if self.creates_groups {
            let there = match present.contains("auth_group") {
                true => db.group_names().await?,
                false => Vec::new(),
            };
            let groups = self.groups.iter().filter(|name| !there.contains(name));
            missing.extend(groups.map(|name| groups::create(self.dialect(), name)));
        }
        for step in &missing {
            if let Some(twin) = present.in_another_case(&step.name) {
                let problem =
                    format!("the database has {twin}, whose name differs in case alone: write the name as it is there");
                return Err(StoreError::UnfitTable { table: step.name.clone(), problem });
            }
        }
        Ok(missing)
    }
}
