//! `rest-auth migrate`.

use anyhow::Context;
use rest_auth::{Dialect, Settings, Store};

use crate::say::say;
use crate::setup::{self, unusable};

pub async fn migrate(settings: &Settings, plan: bool) -> anyhow::Result<()> {
    if plan {
        let statements = match setup::missing_file(settings) {
            Some(_) => Store::statements(Dialect::Sqlite, settings),
            None => Store::open(settings).await.with_context(|| unusable(settings))?.migration_plan().await?,
        };
        if statements.is_empty() {
            say!("-- Nothing to do: every table and every index is there.");
        }
        statements.iter().for_each(|statements| say!("{statements}\n"));
        return Ok(());
    }
    let store = Store::connect(settings).await.with_context(|| unusable(settings))?;
    let bar = crate::progress::bar("{msg} [{bar:40}] {pos} of {len}", 0);
    let made = store
        .migrate_with(|table, done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            bar.set_message(format!("making {table}"));
        })
        .await?;
    bar.finish_and_clear();
    let findings = rest_auth::left_behind(&store, settings).await?;
    store.close().await;
    for table in &made {
        say!("made {table}");
    }
    // A column is told with its table in front, an index and a group as such.
    let tables_alone = made.iter().all(|name| !name.contains(['.', ' ']));
    let things = if tables_alone { "tables" } else { "tables, columns, groups and indexes" };
    for finding in &findings {
        say!("{}: {finding}", finding.severity);
    }
    say!("{} {things} made in {}; what was there is as it was.", made.len(), settings.database_url);
    Ok(())
}
