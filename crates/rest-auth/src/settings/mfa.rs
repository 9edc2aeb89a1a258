//! `[mfa]`: a second factor at login.

use super::section::section;

section! {
    /// Second factors at login, which this version does not check.
    pub struct Mfa {
        /// Whether the server starts on a database in which users have set up a second factor. true: these users log in by
        /// their password alone.
        pub ignore_stored_factors: bool = false,
    }
}
