//! A field as a table of the settings: `{ type = "char", max_length = 100, blank = true }`.

use figment::value::Value;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::{Field, Kind};
use crate::settings::named::Item;
use crate::settings::section::Reader;

/// What a field's table may say.
const KEYS: [&str; 15] = [
    "type",
    "max_length",
    "min_length",
    "min_value",
    "max_value",
    "max_digits",
    "decimal_places",
    "choices",
    "blank",
    "null",
    "default",
    "required",
    "read_only",
    "save_to",
    "upload_to",
];

impl Item for Field {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(name: &str, value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let table = reader.table(value, &KEYS)?;
        let Some(kind) = table.get("type") else {
            reader.misfit("it has no type", Some("For example { type = \"char\", max_length = 100 }.".to_owned()));
            return None;
        };
        let mut field = Self::new(name, reader.at("type", kind)?);
        let on = |key: &str, reader: &mut Reader<'_>| {
            table.get(key).is_some_and(|value| reader.at::<bool>(key, value) == Some(true))
        };
        field.blank = on("blank", reader);
        field.null = on("null", reader);
        field.read_only = on("read_only", reader);
        macro_rules! take {
            ($($key:ident),+) => { $(
                if let Some(value) = table.get(stringify!($key)) {
                    field.$key = reader.at(stringify!($key), value);
                }
            )+ };
        }
        take!(max_length, min_length, min_value, max_value, max_digits, decimal_places);
        if let Some(value) = table.get("choices") {
            field.choices = reader.at("choices", value).unwrap_or_default();
        }
        if let Some(value) = table.get("default") {
            field.default = reader.at_name("default", |reader| reader.plain(value));
        }
        if let Some(value) = table.get("save_to") {
            field.save_to = reader.at("save_to", value);
        }
        if let Some(value) = table.get("upload_to") {
            field.upload_to = reader.at("upload_to", value);
        }
        field.required = match table.get("required") {
            Some(value) => reader.at("required", value)?,
            None => field.must_be_sent(),
        };
        Some(field)
    }
}

impl Field {
    /// Whether a field like this is required where nothing else is said, as in a serializer of a Django model.
    fn must_be_sent(&self) -> bool {
        !(self.blank || self.null || self.read_only || self.default.is_some())
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.kind)?;
        for (key, number) in [
            ("max_length", self.max_length),
            ("min_length", self.min_length),
            ("max_digits", self.max_digits),
            ("decimal_places", self.decimal_places),
        ] {
            if let Some(number) = number {
                map.serialize_entry(key, &number)?;
            }
        }
        for (key, number) in [("min_value", self.min_value), ("max_value", self.max_value)] {
            if let Some(number) = number {
                map.serialize_entry(key, &number)?;
            }
        }
        if !self.choices.is_empty() {
            map.serialize_entry("choices", &self.choices)?;
        }
        for (key, on) in [("blank", self.blank), ("null", self.null), ("read_only", self.read_only)] {
            if on {
                map.serialize_entry(key, &true)?;
            }
        }
        if let Some(default) = &self.default {
            map.serialize_entry("default", default)?;
        }
        if self.required != self.must_be_sent() {
            map.serialize_entry("required", &self.required)?;
        }
        for (key, text) in [("save_to", &self.save_to), ("upload_to", &self.upload_to)] {
            if let Some(text) = text {
                map.serialize_entry(key, text)?;
            }
        }
        map.end()
    }
}

crate::settings::section::plain!(Kind);
