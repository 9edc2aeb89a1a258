//! `rest-auth breached build`.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rest_auth::breached;

use crate::cli::BreachedAction;
use crate::progress;
use crate::say::say;

pub fn run(action: BreachedAction) -> anyhow::Result<()> {
    let BreachedAction::Build { from, output, min_count } = action;
    build(&from, &output, min_count)
}

fn build(from: &Path, output: &Path, min_count: u64) -> anyhow::Result<()> {
    let progress = progress::spinner("{spinner} reading hashes");
    progress.enable_steady_tick(Duration::from_millis(200));
    let count =
        breached::build(from, output, min_count).with_context(|| format!("{} cannot be made", output.display()))?;
    progress.finish_and_clear();
    let bytes = std::fs::metadata(output)?.len();
    say!(
        "{} holds {count} hashes in {} MiB. To use it, add this to password_validators:",
        output.display(),
        bytes >> 20
    );
    say!("    {{ name = \"breached_password\", hashes = \"{}\" }}", output.display());
    Ok(())
}
