//! `rest-auth backup`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use rest_auth::{Dialect, Settings, Store};
use tokio::time::MissedTickBehavior;

use crate::say::say;
use crate::setup::{self, unusable};

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(200);

pub async fn backup(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    if let Some(missing) = setup::missing_file(settings) {
        bail!("there is no database {}", missing.display());
    }
    if file.exists() {
        bail!("{} is there already; a backup replaces nothing", file.display());
    }
    let store = Store::open(settings).await.with_context(|| unusable(settings))?;
    match store.dialect() {
        Dialect::Sqlite => {}
        Dialect::Postgres => bail!("PostgreSQL has a better way: pg_dump --format=custom --file={} …", file.display()),
        Dialect::MySql => bail!("MySQL has a better way: mariadb-dump --single-transaction … > {}", file.display()),
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It goes if anything fails, and until it is whole it does not have the name; nobody else may read it.
    let unfinished = tempfile::Builder::new().prefix(".rest-auth-backup-").tempfile_in(folder);
    let unfinished = unfinished.with_context(|| format!("{} cannot be written to", folder.display()))?;
    let size = copy(&store, unfinished.path()).await.with_context(|| format!("{} is not made", file.display()))?;
    store.close().await;
    unfinished.as_file().sync_all()?;
    unfinished.persist_noclobber(file).with_context(|| format!("{} cannot be made", file.display()))?;
    // The name is on the disk with its folder.
    std::fs::File::open(folder)?.sync_all()?;
    say!("{} holds the accounts of {} ({size} bytes).", file.display(), settings.database_url);
    Ok(())
}

/// Copies the database, says how far it is, and gives the size of the copy in bytes.
async fn copy(store: &Store, file: &Path) -> anyhow::Result<u64> {
    let bar = crate::progress::bar("{msg} [{bar:40}] {bytes} of {total_bytes}", store.sqlite_size().await?);
    bar.set_message("copying");
    let copying = store.sqlite_backup(file);
    tokio::pin!(copying);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            copied = &mut copying => break copied?,
            _ = look.tick() => bar.set_position(size(file)?),
        }
    }
    bar.finish_and_clear();
    Ok(size(file)?)
}

fn size(file: &Path) -> std::io::Result<u64> {
    Ok(file.metadata()?.len())
}
