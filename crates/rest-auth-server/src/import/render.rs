//! The text of `rest-auth.toml`.

use std::fmt::Write;

use super::django::{Known, not_yet};
use super::plan::{Line, Plan, State};

const HEAD: &str = "The settings of a Django project as rest-auth has them, written by `rest-auth import settings`. \
    Above each stands what it is called in Django. At the end stands what is not here, and why. \
    `rest-auth config --defaults` prints every setting with what it means.";

const SECRET_KEY: &str = "Better in a file of its own (secret_key_file) or in the environment (REST_AUTH__SECRET_KEY).";

/// Writing into a String does not fail.
macro_rules! line {
    ($out:expr, $($text:tt)*) => { let _ = writeln!($out, $($text)*); };
}

/// The settings in force alone, for the library to examine.
pub fn in_force<'a>(lines: impl IntoIterator<Item = &'a Line>) -> String {
    let mut lines: Vec<&Line> = lines.into_iter().filter(|line| line.state == State::InForce).collect();
    lines.sort_by_key(|line| section(&line.path).to_owned());
    let mut text = String::new();
    let mut current = "";
    for line in lines {
        if section(&line.path) != current {
            current = section(&line.path);
            line!(text, "[{current}]");
        }
        line!(text, "{}", assignment(line));
    }
    text
}

/// The whole file.
pub fn file(plan: &Plan, strange_lines: &[usize], known: &Known) -> String {
    let mut text = String::new();
    comment(HEAD, "", &mut text);
    for section in sections(plan, known) {
        let mut lines: Vec<&Line> = plan.lines.iter().filter(|line| self::section(&line.path) == section).collect();
        let place = |line: &Line| known.0.iter().position(|setting| setting.path == line.path).unwrap_or(usize::MAX);
        lines.sort_by_key(|line| place(line));
        text.push('\n');
        if !section.is_empty() {
            let is_there = |line: &&Line| matches!(line.state, State::InForce | State::Missing(_));
            let mark = if lines.iter().any(is_there) { "" } else { "# " };
            line!(text, "{mark}[{section}]");
        }
        for line in lines {
            write_line(line, &mut text);
        }
    }
    report(plan, strange_lines, &mut text);
    text
}

/// The sections of the lines: first those of the library, in its order.
fn sections<'a>(plan: &'a Plan, known: &'a Known) -> Vec<&'a str> {
    let known = known.0.iter().map(|setting| setting.path.as_str());
    let mut sections: Vec<&str> = Vec::new();
    for section in known.chain(plan.lines.iter().map(|line| line.path.as_str())).map(section) {
        if !sections.contains(&section) && plan.lines.iter().any(|line| self::section(&line.path) == section) {
            sections.push(section);
        }
    }
    sections
}

fn section(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(section, _)| section)
}

fn assignment(line: &Line) -> String {
    let key = line.path.rsplit('.').next().unwrap_or(&line.path);
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let key = if is_bare { key.to_owned() } else { toml::Value::from(key).to_string() };
    format!("{key} = {}", line.value)
}

fn write_line(line: &Line, text: &mut String) {
    let about = match &line.state {
        State::InForce => line.source.clone(),
        State::Later(feature) => format!("{}: {}.", line.source, not_yet(feature)),
        State::Refused(problem) => format!("{}: not in force: {problem}", line.source),
        State::Missing(why) => format!("{}: {why}. Fill it in; the server does not start without it.", line.source),
    };
    comment(&about, "", text);
    line.notes.iter().for_each(|note| comment(note, "", text));
    if line.path == "secret_key" {
        comment(SECRET_KEY, "", text);
    }
    let assignment = assignment(line);
    if matches!(line.state, State::InForce | State::Missing(_)) {
        line!(text, "{assignment}");
    } else {
        assignment.lines().for_each(|part| verbatim(part, text));
    }
}

/// What is not in the file, and why.
fn report(plan: &Plan, strange_lines: &[usize], text: &mut String) {
    let mut group = |about: &str, names: &[String]| {
        if !names.is_empty() {
            text.push('\n');
            comment(&format!("{about}:"), "", text);
            comment(&names.join(", "), "    ", text);
        }
    };
    let told = |list: &[(String, String)]| list.iter().map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>();
    for unreadable in told(&plan.unreadable) {
        group("Could not be read", &[unreadable]);
    }
    let strange: Vec<String> = strange_lines.iter().map(usize::to_string).collect();
    group("Lines of what was read that hold no setting", &strange);
    for heed in told(&plan.heed) {
        group("To look at", &[heed]);
    }
    group("The same as the default here", &plan.same);
    for (why, names) in &plan.no_place {
        group(&format!("No place here ({why})"), names);
    }
}

/// Writes a comment, broken at 100 characters.
fn comment(about: &str, indent: &str, text: &mut String) {
    let mut line = String::new();
    for word in about.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() + indent.len() > 96 {
            verbatim(&format!("{indent}{line}"), text);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    verbatim(&format!("{indent}{line}"), text);
}

/// Writes a line of a comment, in which TOML wants no control characters.
fn verbatim(part: &str, text: &mut String) {
    let part: String = part.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    line!(text, "# {part}");
}
