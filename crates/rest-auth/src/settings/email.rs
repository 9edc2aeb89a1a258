//! `[email]`: how mails leave.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::section::section;
use super::values::{Lifetime, Secret};

section! {
    /// How mails leave. Without smtp_url and folder they are printed to standard output, for development.
    pub struct Email {
        /// The server that takes mails: smtp://HOST:25, or smtps://USER:PASSWORD@HOST:465 where TLS is spoken from the
        /// start, or smtp://USER:PASSWORD@HOST:587?tls=required where it follows on STARTTLS. (EMAIL_HOST and others)
        pub smtp_url: Option<Secret> = None,
        /// A folder that mails are put into, a file each, instead of being sent.
        pub folder: Option<PathBuf> = None,
        /// The name that the server gives itself in EHLO and in the Message-ID of mails: a full host name, or an address literal
        /// such as "[192.0.2.5]". Default: the machine's full name; without one, EHLO has the literal of the machine's
        /// address, and Message-ID the domain of from. Django uses socket.getfqdn().
        pub local_hostname: Option<String> = None,
        /// Who mails come from: an address, or "Name <address>". (DEFAULT_FROM_EMAIL)
        pub from: String = "webmaster@localhost".to_owned(),
        /// What stands in front of every subject. (ACCOUNT_EMAIL_SUBJECT_PREFIX)
        pub subject_prefix: String = String::new(),
        /// What mails and pages call the site; without it, the host that their links lead to.
        pub site_name: Option<String> = None,
        /// Values for the templates of mails, beside those that they have: { support = "help@example.com" }.
        pub context: BTreeMap<String, String> = BTreeMap::new(),
        /// How long a mail server may take for one mail. (EMAIL_TIMEOUT)
        pub timeout: Lifetime = Lifetime::from(Duration::from_secs(60)),
        /// How many mails one server process sends at the same time.
        pub max_connections: usize = 4,
        /// A file with the certificates, as PEM, that a mail server's may be signed by, beside those that everybody trusts.
        pub ca_file: Option<PathBuf> = None,
    }
}
