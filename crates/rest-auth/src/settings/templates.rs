//! `[templates]`: the texts of mails and pages.

use std::path::PathBuf;

use super::section::section;

section! {
    /// The texts of mails and of the server's own pages.
    pub struct Templates {
        /// A folder whose files take the place of the server's own, file by file: mail/password_reset.txt, or
        /// de/mail/password_reset.txt for one language.
        pub folder: Option<PathBuf> = None,
    }
}
