//! Everything that this crate's own tests have it say is looked through for secrets.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use regex::RegexSet;
use tracing_subscriber::fmt::MakeWriter;

use super::database::MARK;

/// Passwords of the tests; mail addresses, JSON Web Tokens, token keys, secret keys, hashes, session keys.
const SECRETS: [&str; 7] = [
    r"correct.horse|battery|staple",
    r"[A-Za-z0-9_.%+-]+@[A-Za-z0-9-]+\.[a-z]+",
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
    r"(?-u:\b)[0-9a-f]{40}(?-u:\b)",
    r"a-key-for-tests|(?-u:\b)[A-Za-z0-9]{64}(?-u:\b)",
    r"(pbkdf2_[a-z0-9]+|argon2[a-z]*|bcrypt[a-z0-9_]*|scrypt)\$",
    r"(?-u:\b)[a-z0-9]{32}(?-u:\b)",
];

static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Looks through the log as long as there is one; there may be many, and all see what is said anywhere.
#[derive(Debug)]
pub(super) struct Watch;

impl Watch {
    pub(super) fn begin() -> Self {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            let secrets = RegexSet::new(SECRETS).expect("patterns");
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_max_level(tracing::Level::TRACE)
                .with_writer(Reader(secrets));
            tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else listens");
        });
        Self
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let leaks = LEAKS.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(leaks.is_empty() || std::thread::panicking(), "the log holds secrets:\n{}", leaks.join("\n"));
    }
}

struct Reader(RegexSet);

struct Line<'a> {
    secrets: &'a RegexSet,
    text: Vec<u8>,
}

impl<'a> MakeWriter<'a> for Reader {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { secrets: &self.0, text: Vec::new() }
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        if self.secrets.is_match(&text) && !text.contains(MARK) {
            LEAKS.lock().unwrap_or_else(PoisonError::into_inner).push(text.into_owned());
        }
    }
}
