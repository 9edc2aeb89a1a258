//! Applying fields to a body.

use serde_json::{Map, Value, json};

use super::body::{Data, FormValue};
use super::file::NONE_SUBMITTED;
use super::{Field, Kind};
use crate::error::{Error, FieldErrors, NON_FIELD_ERRORS};

const REQUIRED: &str = "This field is required.";

/// What is said of a JSON value where a table of fields is wanted.
fn no_table(kind: &str) -> String {
    format!("Invalid data. Expected a dictionary, but got {kind}.")
}

/// Values that passed their fields. An absent field is absent here, too.
#[derive(Default)]
pub(crate) struct Values(Map<String, Value>);

impl Values {
    /// The text of a field, if the body had it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Takes the value of a field away.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    /// Takes the text of a field away, if the body had it.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Takes the values of several fields away; one that was left out has its default.
    pub(crate) fn take_all(&mut self, fields: &[Field]) -> Map<String, Value> {
        let value = |field: &Field| {
            let value = self.take(&field.name).or_else(|| field.default.clone())?;
            Some((field.name.clone(), value))
        };
        fields.iter().filter_map(value).collect()
    }

    /// Takes the values of these fields that the client sent, without defaults.
    pub(crate) fn take_sent(&mut self, fields: &[Field]) -> Map<String, Value> {
        fields.iter().filter_map(|field| Some((field.name.clone(), self.take(&field.name)?))).collect()
    }

    /// The values of a nested object's fields, if the body had it.
    pub(crate) fn take_nested(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.take(name)? {
            Value::Object(values) => Some(values),
            _ => None,
        }
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
                kind => no_table(kind),
            }));
        }
        let mut form = Self { fields, values: Values::default(), errors: FieldErrors::default() };
        for field in fields.iter().filter(|field| !field.read_only) {
            match form.read_field(field, data, partial) {
                Ok(Some(value)) => {
                    form.values.0.insert(field.name.clone(), value);
                }
                Ok(None) if partial => {}
                Ok(None) if field.required => {
                    form.errors.add(&field.name, if field.is_file() { NONE_SUBMITTED } else { REQUIRED })
                }
                Ok(None) => {}
                Err(refusal) => form.errors.set(&field.name, refusal),
            }
        }
        Ok(form)
    }

    /// A field's value, or what is wrong with it: a list of messages, or a table of them for a nested object.
    fn read_field(&self, field: &Field, data: &Data, partial: bool) -> Result<Option<Value>, Value> {
        if field.kind != Kind::Nested {
            return field.read(data, partial).map_err(Value::from);
        }
        let nested = match data.nested(&field.name) {
            None => return Ok(None),
            Some(Data::OtherJson("NoneType")) => return Err(json!(["This field may not be null."])),
            Some(Data::OtherJson(kind)) => return Err(json!({ NON_FIELD_ERRORS: [no_table(kind)] })),
            Some(nested) => nested,
        };
        match Form::read(&field.fields, &nested, partial).and_then(Form::finish) {
            Ok(values) => Ok(Some(Value::Object(values.0))),
            Err(Error::Invalid(errors)) => Err(errors.into()),
            Err(error) => Err(json!([error.to_string()])),
        }
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
