//! The folder that the server puts mails into.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where it is.
pub fn folder(of: &Path) -> PathBuf {
    of.join("mails")
}

/// A mail in it.
#[derive(Clone)]
pub struct Mail {
    pub recipient: String,
    pub text: String,
}

impl Mail {
    /// What a link for a new password holds.
    pub fn reset(&self) -> Option<(&str, &str)> {
        self.text
            .split_once("https://app.example.com/reset/")?
            .1
            .split_whitespace()
            .next()?
            .trim_end_matches('/')
            .split_once('/')
    }
}

/// All of them, each read once.
pub struct Mails {
    folder: PathBuf,
    read: Mutex<BTreeMap<PathBuf, Mail>>,
}

impl Mails {
    pub fn of(database_folder: &Path) -> Self {
        Self { folder: folder(database_folder), read: Mutex::default() }
    }

    /// Those that are there for somebody.
    pub fn for_address(&self, address: &str) -> Vec<Mail> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        for file in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|ending| ending == "eml") && !read.contains_key(&path) {
                let mail = whole(&std::fs::read(&path).expect("a mail"));
                read.insert(path, mail);
            }
        }
        read.values().filter(|mail| mail.recipient == address).cloned().collect()
    }
}

/// A mail; one that was written in part is none.
fn whole(bytes: &[u8]) -> Mail {
    let parsed = mail_parser::MessageParser::default().parse(bytes).expect("a mail");
    let recipient = parsed.to().and_then(|to| to.first()?.address.clone()).expect("a recipient").into_owned();
    Mail { recipient, text: parsed.body_text(0).expect("a text").into_owned() }
}
