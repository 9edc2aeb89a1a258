//! `[login]`: rules of one's own at login.

use std::collections::BTreeMap;

use super::section::section;
use super::{Misfit, Named, Webhook};
use crate::fields::{Field, Fields};

section! {
    /// Rules at login beyond a right password.
    pub struct Login {
        /// Refuses a user without any verified address, with this error: { field = "message" }. Where
        /// account.email_verification is "mandatory", its own error comes first.
        pub unverified_email_error: Option<BTreeMap<String, String>> = None,
        /// Fields beside the name and the password, for the webhook, or for a rule of an application in Rust.
        pub fields: Named<Field> = Named::default(),
        /// Login webhook
        pub webhook: Webhook = Webhook::default(),
    }
}

impl Login {
    /// Refuses a user without any verified address, with this message for this field.
    pub fn unverified_email_error(mut self, field: &str, message: &str) -> Self {
        self.unverified_email_error.get_or_insert_default().insert(field.to_owned(), message.to_owned());
        self
    }

    /// Fields beside the name and the password, for the rule of [`Builder::check_login`](crate::Builder::check_login), or
    /// for the webhook.
    pub fn fields<F: Fields>(mut self) -> Self {
        self.fields = F::fields().into();
        self
    }

    /// Asks a webhook, once the password is known to be right. Wants the feature `webhook`.
    pub fn webhook(mut self, webhook: Webhook) -> Self {
        self.webhook = webhook;
        self
    }

    /// Fields of a file that no rule looks at: other rules than the webhook are written in Rust.
    pub(super) fn idle_fields(&self) -> Vec<Misfit> {
        if self.webhook.url.is_some() {
            return Vec::new();
        }
        let misfit = |field: &Field| Misfit {
            path: format!("login.fields.{}", field.name()),
            problem: "nothing would become of it: no rule looks at it".to_owned(),
            hint: Some(
                "Set login.webhook.url, or remove it; an application in Rust may have rules of its own.".to_owned(),
            ),
            origin: None,
        };
        self.fields.iter().map(misfit).collect()
    }
}
