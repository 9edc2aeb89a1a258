//! What `OPTIONS` says of a field: DRF's `SimpleMetadata`.

use serde_json::{Map, Value, json};

use super::{Field, Kind};

impl Field {
    /// The field as `OPTIONS` describes it.
    pub(crate) fn metadata(&self) -> Value {
        let mut words = self.name.replace('_', " ");
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let kind = match self.kind {
            Kind::Char | Kind::Text => "string",
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::Integer => "integer",
            Kind::Decimal => "decimal",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
            Kind::Choice => "choice",
            Kind::Json => "field",
            Kind::Image => "image upload",
            Kind::File => "file upload",
            Kind::Nested => "nested object",
        };
        let mut about = json!({
            "type": kind,
            "required": self.required,
            "read_only": self.read_only,
            "label": self.label.unwrap_or(&words),
        });
        if let Some(text) = self.help_text {
            about["help_text"] = text.into();
        }
        let (min_value, max_value) = self.range().map_or((self.min_value, self.max_value), |(least, greatest)| {
            // A number that is only shown has no limits.
            if self.read_only { (None, None) } else { (Some(least), Some(greatest)) }
        });
        let numbers = [
            ("min_length", self.min_length.map(Value::from)),
            ("max_length", self.max_length.filter(|_| self.kind != Kind::Choice).map(Value::from)),
            ("min_value", min_value.map(Value::from)),
            ("max_value", max_value.map(Value::from)),
            ("max_digits", self.max_digits.map(Value::from)),
            ("decimal_places", self.decimal_places.map(Value::from)),
        ];
        for (key, number) in numbers {
            if let Some(number) = number {
                about[key] = number;
            }
        }
        if self.kind == Kind::Nested {
            about["children"] = describe(&self.fields);
        }
        if self.kind == Kind::Choice && !self.read_only {
            let choice = |choice: &String| json!({ "value": choice, "display_name": choice });
            about["choices"] = self.choices.iter().map(choice).collect();
        }
        about
    }
}

/// Fields by their names, each as `OPTIONS` describes it.
pub(crate) fn describe(fields: &[Field]) -> Value {
    let fields: Map<String, Value> = fields.iter().map(|field| (field.name().to_owned(), field.metadata())).collect();
    Value::Object(fields)
}
