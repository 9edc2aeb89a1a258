//! `rest-auth check`.

use std::path::Path;

use rest_auth::settings::Loaded;

use crate::say::say;
use crate::setup;

pub fn check(config: Option<&Path>, deploy: bool) -> anyhow::Result<()> {
    let Loaded { settings, notes } = setup::load(config)?;
    let source =
        setup::file(config).map_or("the defaults and the environment".to_owned(), |file| file.display().to_string());
    let problems = settings.template_problems();
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(|(name, problem)| format!("- {name}: {problem}")).collect();
        anyhow::bail!(
            "templates of {source} are not as they should be; the server's own take the place of those that fail:\n{}",
            lines.join("\n")
        );
    }
    say!("The settings of {source} can be used.");
    for note in notes {
        say!("note: {note}");
    }
    if !deploy {
        return Ok(());
    }
    let warnings = settings.deployment_warnings();
    for warning in &warnings {
        say!("warning: {warning}");
    }
    say!("Warnings for a deployment: {}.", warnings.len());
    Ok(())
}
