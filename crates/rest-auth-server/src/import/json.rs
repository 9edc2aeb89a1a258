//! Settings in JSON, where what JSON cannot hold has become a text.

use std::sync::LazyLock;

use anyhow::Context;
use regex::Regex;

use super::source::{Entry, Source};
use super::value::Value;
use super::{python, reasons};

/// A timedelta as `str` writes it (`1 day, 0:05:00`), or as Django's encoder does (`P1DT00H05M00S`).
static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?x)^(?: (?:(?<d>-?\d+)\ days?,\ )?(?<h>\d+):(?<m>\d\d):(?<s>\d\d(?:\.\d+)?) | P(?<D>\d+)DT(?<H>\d+)H(?<M>\d+)M(?<S>\d+(?:\.\d+)?)S )$")
        .expect("a pattern")
});

/// Matches an object or a member of an enumeration, but no `<address>`.
static OBJECT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^<[\w.<> ]+( object)? at 0x[0-9a-fA-F]+>$|^<\w[\w.]*: .*>$").expect("a pattern"));

/// Reads an object whose keys are the settings' names.
///
/// # Errors
/// If the text is no JSON; the message has the place and none of the text.
pub fn read(text: &str) -> anyhow::Result<Source> {
    let settings: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).context("it begins like an object in JSON, and is none")?;
    let entries = settings.into_iter().map(|(name, json)| {
        let value = value(&name, json);
        Entry { name, is_default: false, value }
    });
    Ok(Source { entries: entries.collect(), strange_lines: Vec::new() })
}

fn value(name: &str, json: serde_json::Value) -> Result<Value, String> {
    Ok(match json {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::Integer(number),
            (None, Some(number)) if number.abs() < 1e15 => Value::Float(number),
            _ => return Err("a number is too large".to_owned()),
        },
        // A secret is what it is, however much it may look like something else.
        serde_json::Value::String(text) if reasons::is_secret(name) => Value::Text(text),
        serde_json::Value::String(text) => thawed(text),
        serde_json::Value::Array(items) => {
            Value::List(items.into_iter().map(|item| value(name, item)).collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(table) => {
            let entry = |(key, json): (String, serde_json::Value)| value(&key, json).map(|value| (key, value));
            Value::Table(table.into_iter().map(entry).collect::<Result<_, _>>()?)
        }
    })
}

/// The value that a text stands for where Python's `str` or `repr` wrote it.
fn thawed(text: String) -> Value {
    if let Some(found) = DURATION.captures(&text) {
        let part = |small: &str, large: &str| {
            let part = found.name(small).or_else(|| found.name(large)).and_then(|part| part.as_str().parse().ok());
            part.unwrap_or(0.0)
        };
        let hours = part("d", "D") * 24.0 + part("h", "H");
        return python::whole((hours * 60.0 + part("m", "M")) * 60.0 + part("s", "S"));
    }
    let is_python = [
        "{",
        "[",
        "(",
        "<class '",
        "<function ",
        "<bound method ",
        "datetime.timedelta(",
        "PosixPath(",
        "WindowsPath(",
        "set(",
        "frozenset(",
        "re.compile(",
        "OrderedDict(",
        "defaultdict(",
        "deque(",
        "Decimal(",
    ];
    let is_object = OBJECT.is_match(&text);
    if (is_object || is_python.iter().any(|start| text.starts_with(start)))
        && let Ok(value) = python::parse(&text)
    {
        return value;
    }
    Value::Text(text)
}
