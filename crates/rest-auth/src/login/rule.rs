//! An application's own rules at login.

use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::auth::Auth;
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
    /// Where the client connects from, as far as `trusted_proxies` say; `None` if the server does not tell.
    pub client_address: Option<IpAddr>,
    input: Map<String, Value>,
}

impl std::fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginAttempt").field("user", &self.user).finish_non_exhaustive()
    }
}

impl LoginAttempt {
    pub(super) fn new(
        user: User,
        groups: Vec<String>,
        client_address: Option<IpAddr>,
        input: Map<String, Value>,
    ) -> Self {
        Self { user, groups, client_address, input }
    }

    /// Whether the user is in the group.
    pub fn in_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group == name)
    }

    /// What the client wrote into the login fields that are the application's own.
    #[cfg(feature = "webhook")]
    pub(super) fn fields(&self) -> &Map<String, Value> {
        &self.input
    }

    /// What the client wrote into the login fields that are the application's own, as the type that declared them.
    ///
    /// # Errors
    /// If the type does not fit the fields.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(Value::Object(self.input.clone())).map_err(Error::internal)
    }
}

impl Auth {
    /// Whether anybody is asked once a password is known to be right.
    pub(super) fn checks_login(&self) -> bool {
        self.hooks().checks_login() || self.settings().login.webhook.url.is_some()
    }

    /// Asks each of the application's rules, then the webhook.
    pub(super) async fn check_login(&self, attempt: LoginAttempt) -> Result<(), Error> {
        self.hooks().check_login(&attempt).await?;
        #[cfg(feature = "webhook")]
        if let Some(webhook) = self.login_webhook() {
            webhook.ask(self, &attempt).await?;
        }
        Ok(())
    }
}
