//! Writes values into HTML so that links stay readable.

use std::fmt::Write;

use minijinja::{AutoEscape, Error, Output, State, Value, escape_formatter};

/// Writes a value into a template's text.
///
/// Unlike minijinja's own formatter, this one does not escape a slash in HTML, as Django does not: a developer may copy
/// a link from the source of a mail.
pub(super) fn write(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
            text.chars().try_for_each(|held| match held {
                '&' => out.write_str("&amp;"),
                '<' => out.write_str("&lt;"),
                '>' => out.write_str("&gt;"),
                '"' => out.write_str("&quot;"),
                '\'' => out.write_str("&#x27;"),
                held => out.write_char(held),
            })?;
            Ok(())
        }
        _ => escape_formatter(out, state, value),
    }
}
