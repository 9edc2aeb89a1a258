//! Applications of Django's that the settings do without, as a site does whose INSTALLED_APPS lacks them.

use super::Settings;

impl Settings {
    /// Returns the labels of the applications that the settings do without.
    ///
    /// Their tables are not made, not required and not read.
    pub(crate) fn unused_apps(&self) -> Vec<&'static str> {
        let mut unused = Vec::new();
        if !self.simple_jwt.blacklist {
            unused.push("token_blacklist");
        }
        unused
    }
}
