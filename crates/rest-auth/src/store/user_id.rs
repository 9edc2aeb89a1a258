//! What a user's row is found by.

use std::fmt;
use std::str::FromStr;

use sea_query::{Expr, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Dialect, StoreError};
use crate::settings::UserKey;

/// The primary key of a user: a number, or a UUID where `user.key` says so. It is written as Django writes it: `7`,
/// `0b6e7a4c-8f0a-4b6e-9d5e-0d9a3c1f2b47`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(Key);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
enum Key {
    Integer(i64),
    Uuid(Uuid),
}

impl UserId {
    /// The number, if it is one.
    pub fn integer(self) -> Option<i64> {
        match self.0 {
            Key::Integer(number) => Some(number),
            Key::Uuid(_) => None,
        }
    }

    /// The UUID, if it is one.
    pub fn uuid(self) -> Option<Uuid> {
        match self.0 {
            Key::Integer(_) => None,
            Key::Uuid(uuid) => Some(uuid),
        }
    }

    /// Whether it can be the key of a row in such a table.
    pub(crate) fn is_a(self, key: UserKey) -> bool {
        matches!((self.0, key), (Key::Integer(_), UserKey::Integer) | (Key::Uuid(_), UserKey::Uuid))
    }

    /// As bytes, for a hash of it.
    #[cfg(feature = "redis")]
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self.0 {
            Key::Integer(number) => number.to_be_bytes().to_vec(),
            Key::Uuid(uuid) => uuid.as_bytes().to_vec(),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Key::Integer(number) => number.fmt(f),
            Key::Uuid(uuid) => uuid.fmt(f),
        }
    }
}

/// What a text is that is no user's key.
#[derive(Debug, thiserror::Error)]
#[error("neither a number nor a UUID")]
pub struct NoUserId;

impl FromStr for UserId {
    type Err = NoUserId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text.parse::<i64>(), Uuid::try_parse(text)) {
            (Ok(number), _) => Ok(number.into()),
            (_, Ok(uuid)) => Ok(uuid.into()),
            _ => Err(NoUserId),
        }
    }
}

impl From<i64> for UserId {
    fn from(number: i64) -> Self {
        Self(Key::Integer(number))
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self(Key::Uuid(uuid))
    }
}

impl Dialect {
    /// A user's key as the database wants it: where it has no UUIDs, Django keeps them as 32 digits.
    pub(super) fn user_id(self, id: UserId) -> Expr {
        Expr::val(self.key(id))
    }

    /// The same, as a value.
    pub(super) fn key(self, id: UserId) -> Value {
        match (id.0, self) {
            (Key::Integer(number), _) => number.into(),
            (Key::Uuid(uuid), Self::Postgres) => uuid.into(),
            (Key::Uuid(uuid), _) => uuid.simple().to_string().into(),
        }
    }
}

impl super::row::Row {
    /// The user's key in this column.
    pub(super) fn user_id(&self, column: &str, key: UserKey) -> Result<UserId, StoreError> {
        match key {
            UserKey::Integer => self.integer(column).map(UserId::from),
            UserKey::Uuid => self.uuid(column).map(UserId::from),
        }
    }
}
