//! `[mfa]`: a second factor at login.

use super::section::section;

section! {
    /// A second factor at login, which this version does not ask for.
    pub struct Mfa {
        /// Whether the server starts on a database in which users have set up a second factor. If it is true, these users
        /// log in by their password alone.
        pub ignore_stored_factors: bool = false,
    }
}
