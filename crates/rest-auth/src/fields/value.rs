//! One field's value, out of a body: what each kind takes, and what DRF says to anything else.

use serde_json::Value;
use serde_json::value::RawValue;
use time::macros::format_description;

use super::body::{Data, Given, JsonValue};
use super::date::NoMoment;
use super::file::NO_FILE;
use super::number::{self, Decimal};
use super::{Field, Kind, choice, email, read_date, read_datetime, url};
use crate::pairs::Pairs;
use crate::reply;

const NULL: &str = "This field may not be null.";
const BLANK: &str = "This field may not be blank.";
const NO_STRING: &str = "Not a valid string.";
const NO_ADDRESS: &str = "Enter a valid email address.";
const NO_URL: &str = "Enter a valid URL.";
const NO_INTEGER: &str = "A valid integer is required.";
const NO_NUMBER: &str = "A valid number is required.";
const NO_BOOLEAN: &str = "Must be a valid boolean.";
const NO_DATE: &str = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
const NO_DATETIME: &str = "Datetime has wrong format. Use one of these formats instead: \
                           YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
const NO_JSON: &str = "Value must be valid JSON.";
const NULL_CHARACTERS: &str = "Null characters are not allowed.";
const TOO_LONG: &str = "String value too large.";

/// The most characters of a number in a text.
const LONGEST_NUMBER: usize = 1000;

/// What is wrong with a value.
pub(super) type Messages = Vec<String>;

/// One message, as a refusal.
pub(super) fn refused<T>(message: impl Into<String>) -> Result<T, Messages> {
    Err(vec![message.into()])
}

impl Field {
    /// The field's value in the body, `None` where it is absent.
    pub(super) fn read(&self, data: &Data, partial: bool) -> Result<Option<Value>, Messages> {
        match data.given(&self.name) {
            Some(given) if self.is_file() => self.read_file(given),
            // A box that is not ticked is how a form says no.
            None if self.kind == Kind::Boolean && data.is_form() && !partial => {
                Ok(Some(if self.null { Value::Null } else { Value::Bool(false) }))
            }
            None => Ok(None),
            Some(Given::Json(raw)) if raw.get() == "null" => self.read_null(),
            Some(Given::Json(raw)) => self.read_json(raw).map(Some),
            Some(Given::Text(text)) if self.kind == Kind::Json => json_in_form(text, self).map(Some),
            // In a form, an empty text is how a field is left out, or made null.
            Some(Given::Text("")) if !self.blank && self.null => Ok(Some(Value::Null)),
            Some(Given::Text("")) if !self.blank && !self.required => Ok(None),
            Some(Given::Text(text)) => self.read_text(text).map(Some),
            Some(Given::File(_)) => self.wrong().map(Some),
        }
    }

    /// What a client would be told that sent the field's default.
    pub(crate) fn default_problem(&self) -> Option<String> {
        let default = self.default.as_ref()?;
        let sent = (self.name.clone(), serde_json::value::to_raw_value(default).ok()?);
        Some(self.read(&Data::Json(Pairs(vec![sent])), false).err()?.join(" "))
    }

    pub(super) fn read_null(&self) -> Result<Option<Value>, Messages> {
        if self.null { Ok(Some(Value::Null)) } else { refused(NULL) }
    }

    fn read_json(&self, raw: &RawValue) -> Result<Value, Messages> {
        match self.kind {
            Kind::Json => json(raw.get()),
            Kind::Boolean => self.boolean(match raw.get() {
                "true" => "1".to_owned(),
                "false" => "0".to_owned(),
                _ => match JsonValue::of(raw) {
                    // As numbers, 1 and 1.0 are the same.
                    JsonValue::Text(text) if !raw.get().starts_with('"') => {
                        text.strip_suffix(".0").unwrap_or(&text).replace("-0", "0")
                    }
                    JsonValue::Text(text) => text,
                    _ => return self.wrong(),
                },
            }),
            Kind::Choice => self.choice(choice::as_text(raw)),
            Kind::Date | Kind::DateTime if !raw.get().starts_with('"') => self.wrong(),
            _ => match JsonValue::of(raw) {
                JsonValue::Text(text) => self.read_text(&text),
                JsonValue::Surrogate(code) => refused(format!("Surrogate characters are not allowed: U+{code:X}.")),
                JsonValue::Null | JsonValue::Other => self.wrong(),
            },
        }
    }

    fn read_text(&self, text: &str) -> Result<Value, Messages> {
        match self.kind {
            Kind::Char | Kind::Text | Kind::Email | Kind::Url => {
                let kept = self.clean(trimmed(text))?;
                Ok(Value::from(if self.keeps_whitespace { text } else { kept }))
            }
            Kind::Integer => self.integer(text),
            Kind::Decimal if self.null && trimmed(text).is_empty() => Ok(Value::Null),
            Kind::Decimal => self.decimal(trimmed(text)),
            Kind::Boolean => self.boolean(text.to_owned()),
            Kind::Date => match read_date(text).and_then(|date| date.format(DAY).ok()) {
                Some(date) => Ok(Value::String(date)),
                None => self.wrong(),
            },
            Kind::DateTime => match read_datetime(text) {
                Ok(moment) => Ok(Value::String(reply::time(moment.assume_utc()))),
                Err(NoMoment::Form) => self.wrong(),
                Err(NoMoment::Range) => refused("Datetime value out of range."),
            },
            Kind::Choice => self.choice(text.to_owned()),
            Kind::Json => json(text),
            Kind::Image | Kind::File | Kind::Nested => self.wrong(),
        }
    }

    /// The message for a value of quite another type.
    fn wrong<T>(&self) -> Result<T, Messages> {
        refused(match self.kind {
            Kind::Char | Kind::Text => NO_STRING,
            Kind::Email => NO_ADDRESS,
            Kind::Url => NO_URL,
            Kind::Integer => NO_INTEGER,
            Kind::Decimal => NO_NUMBER,
            Kind::Boolean => NO_BOOLEAN,
            Kind::Date => NO_DATE,
            Kind::DateTime => NO_DATETIME,
            Kind::Choice => "\"\" is not a valid choice.",
            Kind::Image | Kind::File => NO_FILE,
            Kind::Json | Kind::Nested => NO_JSON,
        })
    }

    fn clean<'t>(&self, text: &'t str) -> Result<&'t str, Messages> {
        if text.is_empty() {
            return if self.blank { Ok(text) } else { refused(BLANK) };
        }
        let mut messages: Messages = self.rule.and_then(|rule| (rule.0)(text)).map(str::to_owned).into_iter().collect();
        let length = text.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            messages.push(format!("Ensure this field has no more than {most} characters."));
        }
        if let Some(fewest) = self.min_length.filter(|fewest| length < *fewest) {
            messages.push(format!("Ensure this field has at least {fewest} characters."));
        }
        if text.contains('\0') {
            messages.push(NULL_CHARACTERS.to_owned());
        }
        if let Some(character) = self.charset.beyond(text) {
            messages.push(format!("This character is not allowed: U+{:X}.", u32::from(character)));
        }
        if self.kind == Kind::Email && !email::is_valid(text) {
            messages.push(NO_ADDRESS.to_owned());
        }
        if self.kind == Kind::Url && !url::is_valid(text) {
            messages.push(NO_URL.to_owned());
        }
        if messages.is_empty() { Ok(text) } else { Err(messages) }
    }

    /// The numbers that an integer's column holds, and its limits allow.
    pub(super) fn range(&self) -> Option<(i64, i64)> {
        let column = (i64::from(i32::MIN), i64::from(i32::MAX));
        (self.kind == Kind::Integer).then(|| (self.min_value.unwrap_or(column.0), self.max_value.unwrap_or(column.1)))
    }

    fn integer(&self, text: &str) -> Result<Value, Messages> {
        if text.chars().count() > LONGEST_NUMBER {
            return refused(TOO_LONG);
        }
        let Some(number) = number::integer(text) else { return self.wrong() };
        let (least, greatest) = self.range().unwrap_or((i64::MIN, i64::MAX));
        in_range(number, Some(least), Some(greatest), 0)?;
        // It lies within the limits.
        Ok(i64::try_from(number).unwrap_or_default().into())
    }

    fn decimal(&self, text: &str) -> Result<Value, Messages> {
        if text.chars().count() > LONGEST_NUMBER {
            return refused(TOO_LONG);
        }
        let Some(number) = Decimal::parse(text) else { return self.wrong() };
        let (digits, places, whole) = number.extent();
        let (max_digits, max_places) = (self.max_digits.unwrap_or(usize::MAX), self.decimal_places.unwrap_or(places));
        let max_whole = max_digits.saturating_sub(max_places);
        if digits > max_digits {
            return refused(format!("Ensure that there are no more than {max_digits} digits in total."));
        }
        if places > max_places {
            return refused(format!("Ensure that there are no more than {max_places} decimal places."));
        }
        if whole > max_whole {
            return refused(format!("Ensure that there are no more than {max_whole} digits before the decimal point."));
        }
        in_range(number.scaled(max_places), self.min_value, self.max_value, max_places)?;
        Ok(number.fixed(max_places).into())
    }

    fn boolean(&self, text: String) -> Result<Value, Messages> {
        match text.to_lowercase().as_str() {
            "t" | "y" | "yes" | "true" | "on" | "1" => Ok(Value::Bool(true)),
            "f" | "n" | "no" | "false" | "off" | "0" => Ok(Value::Bool(false)),
            "null" | "" if self.null => Ok(Value::Null),
            _ => self.wrong(),
        }
    }

    fn choice(&self, text: String) -> Result<Value, Messages> {
        if (text.is_empty() && self.blank) || self.choices.contains(&text) {
            Ok(Value::String(text))
        } else {
            refused(format!("\"{text}\" is not a valid choice."))
        }
    }
}

const DAY: &[time::format_description::BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Holds a number, which counts so many decimal places, to its limits.
fn in_range(number: i128, least: Option<i64>, greatest: Option<i64>, places: usize) -> Result<(), Messages> {
    let scale = u32::try_from(places).ok().and_then(|places| 10_i128.checked_pow(places)).unwrap_or(i128::MAX);
    let scaled = |limit: i64| i128::from(limit).saturating_mul(scale);
    if let Some(greatest) = greatest.filter(|greatest| number > scaled(*greatest)) {
        return refused(format!("Ensure this value is less than or equal to {greatest}."));
    }
    if let Some(least) = least.filter(|least| number < scaled(*least)) {
        return refused(format!("Ensure this value is greater than or equal to {least}."));
    }
    Ok(())
}

/// A text of a form as JSON; `null` is a value like any other there.
fn json_in_form(text: &str, field: &Field) -> Result<Value, Messages> {
    match json(text)? {
        Value::Null if !field.null => refused(NULL),
        value => Ok(value),
    }
}

/// Any JSON that a database can hold: PostgreSQL knows no null characters.
fn json(text: &str) -> Result<Value, Messages> {
    match serde_json::from_str(text) {
        Ok(value) if has_null_character(&value) => refused(NULL_CHARACTERS),
        Ok(value) => Ok(value),
        Err(_) => refused(NO_JSON),
    }
}

fn has_null_character(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_null_character),
        Value::Object(values) => values.iter().any(|(key, value)| key.contains('\0') || has_null_character(value)),
        _ => false,
    }
}

/// The text without the white space around it, as Python's `str.strip` sees it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}
