//! A file that came with a multipart form.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

/// A file as a client sent it, under a name that leads nowhere: Django's `UploadedFile`.
#[derive(Clone)]
pub(crate) struct Upload {
    name: String,
    content: Bytes,
    /// Why it is no picture, or that it is one; empty until somebody looked.
    verdict: Arc<OnceLock<Result<(), String>>>,
}

impl Upload {
    pub(super) fn new(name: String, content: Bytes) -> Self {
        Self { name, content, verdict: Arc::default() }
    }

    /// What the client called it, without folders.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn content(&self) -> &Bytes {
        &self.content
    }

    /// Says whether it is a picture. To decode one takes long, so that it is done before the fields are read.
    pub(crate) fn judge(&self, verdict: Result<(), String>) {
        // Of a file that came for two fields, both verdicts are the same.
        let _ = self.verdict.set(verdict);
    }

    /// Why it is no picture; `None` if it is one.
    pub(super) fn refusal(&self) -> Option<&str> {
        match self.verdict.get() {
            Some(Ok(())) => None,
            Some(Err(message)) => Some(message),
            None => Some("Nobody looked at this picture."),
        }
    }
}

/// The most characters of a file's name that are kept.
const LONGEST: usize = 255;

/// The last part of a name, whatever a client put in front of it: Django's `sanitize_file_name`; `None` if nothing is left.
pub(super) fn safe_name(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable: Vec<char> = last.chars().filter(|char| !char.is_control()).collect();
    let name: String = match printable.iter().rposition(|char| *char == '.').filter(|dot| *dot > 0) {
        Some(dot) if printable.len() > LONGEST => {
            let ending = &printable[dot..printable.len().min(dot + LONGEST)];
            printable[..dot].iter().take(LONGEST - ending.len()).chain(ending).collect()
        }
        _ => printable.iter().take(LONGEST).collect(),
    };
    (!["", ".", ".."].contains(&name.as_str())).then_some(name)
}
