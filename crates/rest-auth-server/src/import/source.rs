//! The text that is imported → settings by name.

use std::sync::LazyLock;

use anyhow::bail;
use regex::Regex;

use super::value::Value;
use super::{json, python};

/// A setting of Django.
#[derive(Clone)]
pub struct Entry {
    /// `SESSION_COOKIE_AGE`.
    pub name: String,
    /// Whether Django says that it is its own default.
    pub is_default: bool,
    /// The value, or why there is none.
    pub value: Result<Value, String>,
}

/// All that was read.
#[derive(Default)]
pub struct Source {
    /// The settings, in the order read.
    pub entries: Vec<Entry>,
    /// The numbers of lines that hold no setting.
    pub strange_lines: Vec<usize>,
}

/// A line of `diffsettings`: `### ` or two spaces before a default, `+ ` before a setting that has another, and
/// `- ` before the default that is not in force.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?<mark>### |\+ |- |  )?(?<name>\p{Lu}[\p{Lu}\p{Nd}_]*) = (?<value>.*)$").expect("a pattern")
});

/// How many lines one value may go on.
const LONGEST: usize = 100;

/// What colours a terminal.
static COLOUR: LazyLock<Regex> = LazyLock::new(|| Regex::new("\x1b\\[[0-9;]*m").expect("a pattern"));

/// Reads what `diffsettings` printed, or an object in JSON.
///
/// # Errors
/// If there is no setting in it at all.
pub fn read(text: &str) -> anyhow::Result<Source> {
    let text = text.trim_start_matches('\u{feff}');
    let source =
        if text.trim_start().starts_with('{') { json::read(text)? } else { lines(&COLOUR.replace_all(text, "")) };
    if source.entries.is_empty() {
        bail!("there is no setting in it: `python manage.py diffsettings --all` prints one a line");
    }
    Ok(source)
}

fn lines(text: &str) -> Source {
    let mut source = Source::default();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let Some(found) = LINE.captures(line) else {
            if !line.trim().is_empty() {
                source.strange_lines.push(number + 1);
            }
            continue;
        };
        let mark = found.name("mark").map(|mark| mark.as_str());
        if mark == Some("- ") {
            continue;
        }
        let text = |text: &str| text.strip_suffix("  ###").unwrap_or(text).to_owned();
        let mut value = python::parse(&text(&found["value"]));
        // The repr of an object may go over lines. If all of them together are no value, each stays strange.
        let mut longer = found["value"].to_owned();
        let mut ahead = lines.clone();
        let mut more = 0;
        while value.is_err()
            && more < LONGEST
            && let Some((_, line)) = ahead.next_if(|(_, line)| !LINE.is_match(line))
        {
            more += 1;
            longer.push('\n');
            longer.push_str(line);
            if let Ok(read) = python::parse(&text(&longer)) {
                value = Ok(read);
                lines.by_ref().take(more).for_each(drop);
                break;
            }
        }
        let is_default = matches!(mark, Some("### " | "  "));
        source.entries.push(Entry { name: found["name"].to_owned(), is_default, value });
    }
    source
}
