//! Where the keys are that sign tokens: in a folder, in a file, in the settings.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::settings::{Secret, SimpleJwt};

/// The text of a key, and its place.
pub(super) struct Source {
    /// The setting that holds the key, or names its file.
    pub(super) setting: &'static str,
    /// Which of the setting's keys it is, and a blank: a file, or "key 2"; else empty.
    pub(super) which: String,
    /// The file that holds the key.
    pub(super) file: Option<PathBuf>,
    pub(super) text: Secret,
    /// Whether the text is the base64 of a file that is not text.
    pub(super) is_binary: bool,
}

/// The setting that is to blame, and what is wrong with it.
type Unreadable = (&'static str, String);

/// The settings' own key, from the file or from the text itself.
pub(super) fn signing_key(settings: &SimpleJwt) -> Result<Option<Source>, Unreadable> {
    match &settings.signing_key_file {
        Some(file) => read("simple_jwt.signing_key_file", file).map(Some),
        None => Ok(settings.signing_key.as_ref().map(|key| in_setting("simple_jwt.signing_key", key))),
    }
}

/// Returns the keys of the folder, the newest first.
pub(super) fn in_folder(settings: &SimpleJwt) -> Result<Vec<Source>, Unreadable> {
    let files = settings.key_folder.as_deref().map_or(Ok(Vec::new()), files)?;
    files.iter().map(|file| read("simple_jwt.key_folder", file)).collect()
}

/// Returns the public key of the settings.
pub(super) fn verifying_key(settings: &SimpleJwt) -> Option<Source> {
    Some(in_setting("simple_jwt.verifying_key", settings.verifying_key.as_ref()?))
}

/// Returns the former keys.
pub(super) fn former(settings: &SimpleJwt) -> impl Iterator<Item = Source> {
    let numbered = settings.signing_key_fallbacks.iter().enumerate();
    numbered.map(|(index, key)| Source {
        which: format!("key {} ", index + 1),
        ..in_setting("simple_jwt.signing_key_fallbacks", key)
    })
}

fn in_setting(setting: &'static str, key: &Secret) -> Source {
    Source { setting, which: String::new(), file: None, text: key.clone(), is_binary: false }
}

/// The keys of a folder, the newest first: `rest-auth key` names them by the time they were made.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let unreadable = |error| ("simple_jwt.key_folder", format!("{} cannot be read: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "pem") {
            files.push(file);
        }
    }
    files.sort();
    files.reverse();
    Ok(files)
}

fn read(setting: &'static str, file: &Path) -> Result<Source, Unreadable> {
    let bytes =
        std::fs::read(file).map_err(|error| (setting, format!("{} cannot be read: {error}", file.display())))?;
    let (text, is_binary) = match String::from_utf8(bytes) {
        Ok(text) => (text.trim_end_matches(['\r', '\n']).to_owned(), false),
        // DER is kept in base64, as in PEM.
        Err(error) => (STANDARD.encode(error.as_bytes()), true),
    };
    let which = format!("{} ", file.display());
    Ok(Source { setting, which, file: Some(file.to_owned()), text: Secret::from(text), is_binary })
}
