//! `rest-auth check`.

use std::path::Path;

use anyhow::bail;
use rest_auth::settings::Loaded;
use rest_auth::{Settings, Severity};

use crate::say::say;
use crate::setup;

pub async fn check(config: Option<&Path>, deploy: bool, offline: bool) -> anyhow::Result<()> {
    let Loaded { settings, notes } = setup::load(config)?;
    let source =
        setup::file(config).map_or("the defaults and the environment".to_owned(), |file| file.display().to_string());
    let problems = settings.template_problems();
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(|(name, problem)| format!("- {name}: {problem}")).collect();
        bail!(
            "templates of {source} are not as they should be; the server's own take the place of those that fail:\n{}",
            lines.join("\n")
        );
    }
    say!("The settings of {source} can be used.");
    for note in notes {
        say!("note: {note}");
    }
    let in_browsers = settings.browser_warnings();
    for warning in &in_browsers {
        say!("warning: {warning}.");
    }
    for explanation in settings.cookie_explanations() {
        say!("{explanation}");
    }
    let warnings = settings.deployment_warnings();
    // Without that header, no user can log in from a browser, so this warning is always shown.
    for warning in warnings.iter().filter(|warning| deploy || warning.path == "secure_proxy_ssl_header") {
        say!("warning: {warning}");
    }
    if deploy {
        say!("Warnings for a deployment: {}.", warnings.len());
    }
    if offline { Ok(()) } else { examine(&settings).await }
}

/// Prints the problems in the database and at the services that the settings name.
async fn examine(settings: &Settings) -> anyhow::Result<()> {
    let findings = rest_auth::examine(settings).await;
    for finding in &findings {
        say!("{}: {finding}", finding.severity);
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    match count(Severity::Error) {
        0 => say!("The database {} was examined; warnings: {}.", settings.database_url, count(Severity::Warning)),
        errors => bail!("the database or a service cannot be used as it is; errors: {errors}"),
    }
    Ok(())
}
