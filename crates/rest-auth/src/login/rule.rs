//! An application's own rules at login.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::store::User;

/// A login whose password is right: for the rule of [`Builder::check_login`](crate::Builder::check_login).
#[derive(Clone)]
#[non_exhaustive]
pub struct LoginAttempt {
    /// The user.
    pub user: User,
    /// The names of the user's groups, in order.
    pub groups: Vec<String>,
    input: Map<String, Value>,
}

impl std::fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginAttempt").field("user", &self.user).finish_non_exhaustive()
    }
}

impl LoginAttempt {
    pub(super) fn new(user: User, groups: Vec<String>, input: Map<String, Value>) -> Self {
        Self { user, groups, input }
    }

    /// Whether the user is in the group.
    pub fn in_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group == name)
    }

    /// What the client wrote into the login fields that are the application's own, as the type that declared them.
    ///
    /// # Errors
    /// If the type does not fit the fields.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(Value::Object(self.input.clone())).map_err(Error::internal)
    }
}
