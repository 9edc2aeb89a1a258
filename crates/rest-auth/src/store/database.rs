//! What all connections of a store have in common.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use super::direct::Direct;
use super::letter_case::Collation;
use super::statements::Statements;
use super::text::Texts;
use super::together::Together;
use super::writer::Writer;
use super::{Dialect, Pool, User, UserId};
use crate::settings::UserTable;

#[derive(Debug)]
pub(super) struct Database {
    pub(super) pool: Pool,
    /// How long a server may say nothing, where that is limited.
    pub(super) patience: Option<Duration>,
    /// For reading SQLite without sqlx, if it is a file.
    pub(super) direct: Option<Arc<Direct>>,
    /// SQLite's, from the first transaction on.
    pub(super) writer: OnceLock<Writer>,
    /// What was sent, in tests.
    pub(super) sent: Statements,
    /// The table that users are in.
    pub(super) user_table: Arc<UserTable>,
    /// How columns of MySQL's compare texts, by table and column.
    pub(super) collations: Mutex<HashMap<(String, String), Collation>>,
    pub(super) texts: Texts,
    pub(super) users_by_id: Together<UserId, User>,
    pub(super) blacklisted: Together<String, ()>,
}

impl Database {
    pub(super) fn new(pool: Pool, patience: Option<Duration>, user_table: UserTable) -> Arc<Self> {
        Arc::new(Self {
            patience: patience.filter(|_| pool.dialect() != Dialect::Sqlite),
            direct: pool.file().map(Direct::new),
            pool,
            writer: OnceLock::new(),
            sent: Statements::default(),
            user_table: Arc::new(user_table),
            collations: Mutex::default(),
            texts: Texts::default(),
            users_by_id: Together::new(|db, ids| Box::pin(db.users_by_ids(ids))),
            blacklisted: Together::new(|db, names| Box::pin(db.blacklisted_among(names))),
        })
    }
}
