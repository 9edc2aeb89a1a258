//! `[email]`: how mails leave.

use std::path::PathBuf;

use super::section::section;
use super::values::Secret;

section! {
    /// How mails leave. Without smtp_url and folder they are printed to standard output, for development.
    pub struct Email {
        /// The server that takes mails: smtp://HOST:25, or smtps://USER:PASSWORD@HOST:465 where TLS is spoken from the
        /// start, or smtp://USER:PASSWORD@HOST:587?tls=required where it follows on STARTTLS. (EMAIL_HOST and others)
        pub smtp_url: Option<Secret> = None,
        /// A folder that mails are put into, a file each, instead of being sent.
        pub folder: Option<PathBuf> = None,
        /// Who mails come from: an address, or "Name <address>". (DEFAULT_FROM_EMAIL)
        pub from: String = "webmaster@localhost".to_owned(),
        /// What stands in front of every subject. (ACCOUNT_EMAIL_SUBJECT_PREFIX)
        pub subject_prefix: String = String::new(),
    }
}
