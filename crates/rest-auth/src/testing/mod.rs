//! An application's accounts in a test: a database of their own (one of each kind that is reachable, with
//! [`each_database`]), cheap hashes, a clock that stands still,
//! and clients that keep their cookies. Behind the feature `testing`.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use rest_auth::testing::TestApp;
//! use serde_json::json;
//!
//! let app = TestApp::new().await;
//! app.user("jane", "correct horse").await;
//! let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
//! assert_eq!(login.status(), 200);
//! # });
//! ```

mod client;
mod database;
#[cfg(test)]
mod log;
mod pieces;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use serde_json::Value;
use time::macros::datetime;

pub use client::{Answer, Client};
pub use database::on_each_database;
#[doc(hidden)]
pub use pieces::Pieces;
pub use rest_auth_macros::each_database;

use crate::auth::Auth;
use crate::builder::Builder;
use crate::client_address::counted;
use crate::error::Error;
use crate::mail::Mail;
use crate::passwords::HasherSetting;
use crate::settings::Settings;
use crate::source::{Clock, Random};
use crate::store::User;
use crate::throttling::Scope;
use crate::users::NewAccount;

/// Accounts of their own, as an application would have them.
#[derive(Debug)]
pub struct TestApp {
    auth: Auth,
    /// Goes when the test ends, as the files of users do.
    database: database::TestDatabase,
    files: tempfile::TempDir,
    #[cfg(test)]
    _log: log::Watch,
}

impl TestApp {
    /// With the default settings.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With settings as they would stand in `rest-auth.toml`.
    ///
    /// # Panics
    /// If they cannot be used.
    pub async fn with(toml: &str) -> Self {
        let loaded = Settings::from_toml(toml).unwrap_or_else(|error| panic!("{error}"));
        Self::with_settings(loaded.settings).await
    }

    /// With these settings. The database is always the test's own, so is the default folder of users' files, and the
    /// default hash is a cheap one.
    ///
    /// # Panics
    /// If they cannot be used.
    pub async fn with_settings(settings: Settings) -> Self {
        Self::built(settings, |builder| builder).await
    }

    /// With these settings, and whatever else an application adds to the builder.
    ///
    /// # Panics
    /// If that cannot be used.
    pub async fn built(mut settings: Settings, add: impl FnOnce(Builder) -> Builder) -> Self {
        #[cfg(test)]
        let log = log::Watch::begin();
        let database = database::TestDatabase::make().await;
        if settings.password_hashers == HasherSetting::defaults() {
            settings.password_hashers = vec![HasherSetting::pbkdf2_sha256(1000)];
        }
        settings.secret_key.get_or_insert_with(|| "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvw".into());
        let files = tempfile::tempdir().expect("a folder");
        if settings.media.root == crate::settings::Media::default().root {
            settings.media.root = files.path().to_owned();
        }
        let builder = Auth::builder().settings(settings).database_url(&database.url);
        let auth = add(builder)
            .sources(Clock::Fixed(datetime!(2026-01-02 03:04:05 UTC).into()), Random::seeded(7))
            .migrate()
            .build()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            auth,
            database,
            files,
            #[cfg(test)]
            _log: log,
        }
    }

    /// The accounts.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Makes a user NAME with the address NAME@example.com, by no password rules.
    ///
    /// # Panics
    /// If there is such a user.
    pub async fn user(&self, username: &str, password: &str) -> User {
        let account = NewAccount {
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            ..NewAccount::default()
        };
        let user = self.auth.users().create(account).await.expect("a user");
        let hash = self.auth.passwords().make(password).await.expect("a hash");
        let mut tx = self.auth.store().begin().await.expect("a transaction");
        tx.set_password(user.id, &hash).await.expect("the password is set");
        tx.commit().await.expect("the password is kept");
        self.auth.users().find(&format!("#{}", user.id)).await.expect("an answer").expect("the user")
    }

    /// Runs a statement on the database and gives its rows: numbers, truths as 0 and 1, texts and nulls.
    ///
    /// # Panics
    /// If the database refuses it, or a column is of another type.
    pub async fn sql(&self, sql: &str) -> Vec<Vec<Value>> {
        self.database.sql(sql).await
    }

    /// The files of users, by their names below the folder, in order.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn files(&self) -> Vec<String> {
        let (mut folders, mut files) = (vec![self.files.path().to_owned()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => files.push(path.strip_prefix(self.files.path()).expect("below").display().to_string()),
                }
            }
        }
        files.sort();
        files
    }

    /// The mails that were sent since this was last asked.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn mails(&self) -> Vec<Mail> {
        self.auth.sent_mails().await.expect("the outbox")
    }

    /// The statements that the accounts sent to their database since this was last asked, without their values. Before
    /// this was asked for the first time, they were not kept.
    pub fn statements(&self) -> Vec<String> {
        self.auth.store().take_statements()
    }

    /// Lets time go by.
    pub fn advance(&self, by: Duration) {
        self.auth.clock().advance(by);
    }

    /// Counts a request to `login/` from an address, as the endpoint does before anything else. For measuring what that
    /// costs.
    ///
    /// # Errors
    /// 429.
    pub async fn count_login(&self, address: std::net::IpAddr) -> Result<(), Error> {
        let address = Some(counted(address));
        self.auth.throttling().check_as(&self.auth, address, None, Scope::Shared("login")).await
    }

    /// A client without cookies, at the endpoints.
    pub fn client(&self) -> Client {
        self.client_of(self.auth.router())
    }

    /// A client at an application's own router.
    pub fn client_of(&self, router: Router) -> Client {
        Client { router, cookies: BTreeMap::new(), headers: HeaderMap::new(), address: None }
    }
}
