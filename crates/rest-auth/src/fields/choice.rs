//! A value as Python's `str` writes it, for the error that repeats what is no choice.

use serde_json::value::RawValue;

use super::body::JsonValue;

/// The text that a choice is looked up by. Lists and objects are never one; they stay as they were written.
pub(super) fn as_text(raw: &RawValue) -> String {
    match raw.get() {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        text => match JsonValue::of(raw) {
            JsonValue::Text(text) => text,
            _ => text.to_owned(),
        },
    }
}
