//! `rest-auth import`: what a Django project has, for rest-auth.

mod allauth;
mod apps;
mod convert;
mod database;
mod django;
mod effects;
mod json;
mod lists;
mod mail;
mod older;
mod plan;
mod python;
mod reasons;
mod render;
mod site;
mod source;
mod storage;
mod throttles;
mod tokens;
mod value;

use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use rest_auth::Settings;
use rest_auth::settings::SettingsError;

use django::Known;
use plan::{Plan, State};
use source::Source;

use crate::say::say;

/// Reads Django's settings and writes a settings file that says what became of each.
///
/// # Errors
/// If there is nothing to read, or the file is there already.
pub fn settings(file: Option<&Path>, output: &Path, force: bool) -> anyhow::Result<()> {
    if output.exists() && !force {
        bail!("{} is there already; --force replaces it", output.display());
    }
    let text = read(file)?;
    let Source { entries, strange_lines } = source::read(&text)?;
    let known = Known(Settings::default().list());
    let plan = Plan::new(django::translate(entries, &known), &known);
    let text = render::file(&plan, &strange_lines, &known);
    // Nothing of the text may be said: it holds secrets.
    if let Err(SettingsError(misfits)) = Settings::from_toml(&text)
        && !misfits.iter().all(|misfit| plan.is_missing(&misfit.path))
    {
        bail!("the settings make no file that can be used; please report this");
    }
    write(output, &text).with_context(|| format!("{} cannot be written", output.display()))?;
    say!("{}", summary(&plan, &strange_lines, output).trim_end());
    Ok(())
}

fn read(file: Option<&Path>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    match file.filter(|file| *file != Path::new("-")) {
        Some(file) => {
            bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        }
        None if file.is_none() && std::io::stdin().is_terminal() => {
            bail!("name a file, or pipe: python manage.py diffsettings --all | rest-auth import settings");
        }
        None => {
            std::io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
        }
    }
    String::from_utf8(bytes).ok().context("what was read is not in UTF-8")
}

/// Writes the file so that nobody but its owner can read it.
fn write(output: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(output)?;
    // One that is replaced keeps who may read it.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(text.as_bytes())
}

/// What the terminal says: counts and names, and no value.
fn summary(plan: &Plan, strange_lines: &[usize], output: &Path) -> String {
    let later = plan.count(|state| matches!(state, State::Later(_)));
    let refused = plan.count(|state| matches!(state, State::Refused(_)));
    let missing = plan.count(|state| matches!(state, State::Missing(_)));
    let no_place: usize = plan.no_place.iter().map(|(_, names)| names.len()).sum();
    let output = output.display();
    let mut text = format!("{output} is written; only its owner can read it, since it may hold secrets.\n\n");
    let look = plan.to_look_at();
    for (count, what) in [
        (plan.count(|state| *state == State::InForce), "in force"),
        (plan.same.len(), "the same as the default here"),
        (later, "commented out: of features that are not part of this version"),
        (refused, "commented out: rest-auth would refuse them"),
        (missing, "to be filled in before the server starts"),
        (no_place, "without a place here"),
        (plan.unreadable.len() + strange_lines.len(), "could not be read"),
        (look.len(), "to look at: clients or users may notice"),
    ] {
        // Writing into a String does not fail.
        let _ = writeln!(text, "{count:>6}  {what}");
    }
    if !look.is_empty() {
        let names = look.join(", ").replace(char::is_control, "\u{fffd}");
        let _ = writeln!(text, "\nLook at: {names}.");
    }
    let _ = writeln!(text, "\nThe file says why. Then: rest-auth check --deploy --config {output}");
    text
}
