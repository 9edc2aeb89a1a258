//! Where the keys are that sign tokens: in a folder, in a file, in the settings.

use std::path::{Path, PathBuf};

use crate::settings::{Secret, SimpleJwt};

/// The setting that is to blame, and what is wrong with it.
type Unreadable = (&'static str, String);

/// The settings' own key, from the file or from the text itself.
pub(super) fn signing_key(settings: &SimpleJwt) -> Result<Option<Secret>, Unreadable> {
    match &settings.signing_key_file {
        Some(file) => read("simple_jwt.signing_key_file", file).map(Some),
        None => Ok(settings.signing_key.clone()),
    }
}

/// The texts of every key, each with the setting that led to it; the first private one signs.
pub(super) fn pairs(settings: &SimpleJwt) -> Result<Vec<(&'static str, Secret)>, Unreadable> {
    let mut texts = Vec::new();
    if let Some(folder) = &settings.key_folder {
        for file in files(folder)? {
            texts.push(("simple_jwt.key_folder", read("simple_jwt.key_folder", &file)?));
        }
    }
    texts.extend(signing_key(settings)?.map(|key| ("simple_jwt.signing_key", key)));
    texts.extend(settings.verifying_key.iter().map(|key| ("simple_jwt.verifying_key", key.clone())));
    let former = settings.signing_key_fallbacks.iter();
    texts.extend(former.map(|key| ("simple_jwt.signing_key_fallbacks", key.clone())));
    Ok(texts)
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

fn read(setting: &'static str, file: &Path) -> Result<Secret, Unreadable> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Secret::from(text.trim_end_matches(['\r', '\n']))),
        Err(error) => Err((setting, format!("{} cannot be read: {error}", file.display()))),
    }
}
