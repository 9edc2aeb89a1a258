//! `[login]`: rules of one's own at login.

use std::collections::BTreeMap;

use super::section::section;

section! {
    /// Rules at login beyond a right password.
    pub struct Login {
        /// Refuses a user without any verified address, with this error: { field = "message" }. Where
        /// account.email_verification is "mandatory", its own error comes first.
        pub unverified_email_error: Option<BTreeMap<String, String>> = None,
    }
}
