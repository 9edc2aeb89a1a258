//! `rest-auth migrate`.

use anyhow::Context;
use rest_auth::{Settings, Store};

pub async fn migrate(settings: &Settings, plan: bool) -> anyhow::Result<()> {
    let store = Store::connect(&settings.database_url).await.context("the database cannot be used")?;
    if plan {
        let statements = store.migration_plan().await?;
        if statements.is_empty() {
            println!("-- Nothing to do: every table is there.");
        }
        statements.iter().for_each(|statements| println!("{statements}\n"));
        return Ok(());
    }
    let made = store.migrate().await?;
    for table in &made {
        println!("made {table}");
    }
    println!("{} tables made in {}; what was there is as it was.", made.len(), settings.database_url);
    Ok(())
}
