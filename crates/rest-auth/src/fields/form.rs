//! Applying fields to a body.

use serde_json::{Map, Value};

use super::body::{Data, FormValue, JsonValue};
use super::{Field, Kind, email};
use crate::error::{Error, FieldErrors, NON_FIELD_ERRORS};

/// Values that passed their fields. An absent field is absent here, too.
#[derive(Default)]
pub(crate) struct Values(Map<String, Value>);

impl Values {
    /// The text of a field, if the body had it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The values as a type that derives `Fields` and `Deserialize`.
    ///
    /// # Errors
    /// If the type does not fit the fields that were read: a mistake of the program, not of the client.
    pub(crate) fn into<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        serde_json::from_value(Value::Object(self.0)).map_err(Error::internal)
    }
}

/// A body under examination: the values that passed, and what is wrong with the others.
pub(crate) struct Form<'a> {
    fields: &'a [Field],
    values: Values,
    errors: FieldErrors,
}

impl<'a> Form<'a> {
    /// Applies the fields to a body. A `partial` body (PATCH) may leave any field out.
    ///
    /// # Errors
    /// If the body is no table of fields at all; what is wrong with a field is kept for [`Form::finish`].
    pub(crate) fn read(fields: &'a [Field], data: &Data, partial: bool) -> Result<Self, Error> {
        if let Data::OtherJson(kind) = data {
            return Err(Error::non_field(match *kind {
                "NoneType" => "No data provided".to_owned(),
                kind => format!("Invalid data. Expected a dictionary, but got {kind}."),
            }));
        }
        let mut form = Self { fields, values: Values::default(), errors: FieldErrors::default() };
        for field in fields.iter().filter(|field| !field.read_only) {
            match field.read(data) {
                Ok(Some(value)) => {
                    form.values.0.insert(field.name.clone(), value);
                }
                Ok(None) if field.required && !partial => form.errors.add(&field.name, "This field is required."),
                Ok(None) => {}
                Err(messages) => messages.into_iter().for_each(|message| form.errors.add(&field.name, message)),
            }
        }
        Ok(form)
    }

    /// Applies the fields to texts that come from elsewhere than a request.
    pub(crate) fn of<const N: usize>(fields: &'a [Field], texts: [(&str, &str); N]) -> Result<Self, Error> {
        let pairs = texts.map(|(name, text)| (name.to_owned(), FormValue::Text(text.to_owned())));
        Self::read(fields, &Data::Form(pairs.into()), false)
    }

    /// The text of a field that passed.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.text(name)
    }

    /// Replaces the text of a field.
    pub(crate) fn set(&mut self, name: &str, text: String) {
        self.values.0.insert(name.to_owned(), Value::String(text));
    }

    /// Refuses a field.
    pub(crate) fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.errors.add(name, message);
    }

    /// Refuses a field for several reasons, or for none.
    pub(crate) fn refuse_all(&mut self, name: &str, messages: Vec<String>) {
        messages.into_iter().for_each(|message| self.refuse(name, message));
    }

    /// The values, if nothing is wrong with any.
    ///
    /// # Errors
    /// 400 with everything that is wrong, in the order of the fields.
    pub(crate) fn finish(mut self) -> Result<Values, Error> {
        if self.errors.is_empty() {
            return Ok(self.values);
        }
        self.errors.sort_by(self.fields.iter().map(Field::name).chain([NON_FIELD_ERRORS]));
        Err(Error::Invalid(self.errors))
    }
}

const NOT_AN_ADDRESS: &str = "Enter a valid email address.";

impl Field {
    /// The message for a value of quite another type.
    fn invalid(&self) -> Vec<String> {
        let message = if self.kind == Kind::Email { NOT_AN_ADDRESS } else { "Not a valid string." };
        vec![message.to_owned()]
    }

    /// The field's value in the body, `None` where it is absent.
    fn read(&self, data: &Data) -> Result<Option<Value>, Vec<String>> {
        let text = match data {
            Data::Json(object) => match object.get(&self.name) {
                None => return Ok(None),
                Some(raw) => match JsonValue::of(raw) {
                    JsonValue::Null => return Err(vec!["This field may not be null.".to_owned()]),
                    JsonValue::Text(text) => text,
                    JsonValue::Surrogate(code) => {
                        return Err(vec![format!("Surrogate characters are not allowed: U+{code:X}.")]);
                    }
                    JsonValue::Other => return Err(self.invalid()),
                },
            },
            Data::Form(pairs) => match pairs.iter().rev().find(|(name, _)| *name == self.name) {
                None => return Ok(None),
                Some((_, FormValue::File)) => return Err(self.invalid()),
                // In a form, an empty text is how a field is left out.
                Some((_, FormValue::Text(text))) if text.is_empty() && !self.required && !self.blank => {
                    return Ok(None);
                }
                Some((_, FormValue::Text(text))) => text.clone(),
            },
            Data::OtherJson(_) => return Ok(None),
        };
        self.clean(trimmed(&text)).map(|text| Some(Value::String(text.to_owned())))
    }

    fn clean<'t>(&self, text: &'t str) -> Result<&'t str, Vec<String>> {
        if text.is_empty() {
            return if self.blank { Ok(text) } else { Err(vec!["This field may not be blank.".to_owned()]) };
        }
        let mut messages: Vec<String> = self.rule.and_then(|rule| rule(text)).map(str::to_owned).into_iter().collect();
        let length = text.chars().count();
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            messages.push(format!("Ensure this field has no more than {most} characters."));
        }
        if let Some(fewest) = self.min_length.filter(|fewest| length < *fewest) {
            messages.push(format!("Ensure this field has at least {fewest} characters."));
        }
        if text.contains('\0') {
            messages.push("Null characters are not allowed.".to_owned());
        }
        if self.kind == Kind::Email && !email::is_valid(text) {
            messages.push(NOT_AN_ADDRESS.to_owned());
        }
        if messages.is_empty() { Ok(text) } else { Err(messages) }
    }
}

/// The text without the white space around it, as Python's `str.strip` sees it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}
