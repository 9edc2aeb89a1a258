//! From the command line to settings, and from settings to accounts.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rest_auth::settings::{Loaded, Secret};
use rest_auth::{Auth, Settings, Store};

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "rest-auth.toml";

/// The file of the secret key that development makes for itself, beside the database.
const DEVELOPMENT_KEY: &str = "rest-auth.secret-key";

/// The settings file, if there is one.
pub fn file(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(file) => Some(file.to_owned()),
        None => Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists()),
    }
}

/// Reads the settings of the file and the environment.
pub fn load(named: Option<&Path>) -> anyhow::Result<Loaded> {
    let file = file(named);
    if let Some(file) = &file {
        std::fs::metadata(file).with_context(|| format!("the settings file {} cannot be read", file.display()))?;
    }
    Ok(Settings::load(file.as_deref())?)
}

/// The settings, after a word about those that have no effect.
pub fn settings(named: Option<&Path>) -> anyhow::Result<Settings> {
    let Loaded { settings, notes } = load(named)?;
    for note in notes {
        eprintln!("rest-auth: note: {note}");
    }
    Ok(settings)
}

/// What is said of a database that does not answer.
pub fn unusable(settings: &Settings) -> String {
    format!("the database {} cannot be used", settings.database_url)
}

/// The file of a SQLite database.
fn database_file(settings: &Settings) -> Option<PathBuf> {
    let path = settings.database_url.expose().strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path).split('?').next()?;
    Some(PathBuf::from(path))
}

/// The file of a SQLite database that is not there yet.
pub fn missing_file(settings: &Settings) -> Option<PathBuf> {
    database_file(settings).filter(|file| !file.exists())
}

/// Gives settings without a secret key one of their own, kept in a file beside the database. Tells which file.
pub fn development_key(settings: &mut Settings) -> anyhow::Result<Option<PathBuf>> {
    if settings.secret_key.is_some() {
        return Ok(None);
    }
    let Some(database) = database_file(settings) else { return Ok(None) };
    let file = database.with_file_name(DEVELOPMENT_KEY);
    if !file.exists() {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut new = options.open(&file).with_context(|| format!("{} cannot be made", file.display()))?;
        writeln!(new, "{}", rest_auth::settings::new_secret_key().expose())?;
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    settings.secret_key = Some(Secret::from(text.lines().next().unwrap_or_default()));
    Ok(Some(file))
}

/// The accounts, on a database that is made if it is missing and gets its tables if it is empty, so that
/// whoever begins need not know of them.
pub async fn auth(settings: Settings) -> anyhow::Result<Auth> {
    let store = Store::connect(&settings).await.with_context(|| unusable(&settings))?;
    let builder = Auth::builder().pool(store.pool().clone()).settings(settings);
    let builder = if store.is_empty().await? { builder.migrate() } else { builder };
    Ok(builder.build().await?)
}

/// The accounts, on a database that is there.
pub async fn existing_auth(mut settings: Settings) -> anyhow::Result<Auth> {
    if let Some(file) = missing_file(&settings) {
        anyhow::bail!("there is no database {}: run `rest-auth migrate` to make it", file.display());
    }
    development_key(&mut settings)?;
    // A command does not log users in.
    settings.mfa.ignore_stored_factors = true;
    let store = Store::open(&settings).await.with_context(|| unusable(&settings))?;
    Ok(Auth::builder().pool(store.pool().clone()).settings(settings).build().await?)
}
