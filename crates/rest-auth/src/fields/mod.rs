//! A field of a body: what it is called, what it takes, and the errors of Django REST framework's
//! serializer fields when it gets something else.
//!
//! [`Field`]s come from `#[derive(Fields)]` or from calls; [`Form::read`] applies a list of them to a body.

mod body;
mod email;
mod form;
mod json_error;
mod number;
#[cfg(test)]
mod tests;

pub(crate) use body::{Data, parse};
pub(crate) use form::Form;
pub use rest_auth_macros::Fields;

/// A list of fields that a type stands for; derive it.
pub trait Fields {
    /// The fields, in the order of the struct.
    fn fields() -> Vec<Field>;
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text: DRF's `CharField`. White space around it is dropped.
    Char,
    /// A mail address: DRF's `EmailField`.
    Email,
    /// A whole number, which is only shown.
    Integer,
}

/// One field of a body.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) blank: bool,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_length: Option<usize>,
    pub(crate) read_only: bool,
    pub(crate) rule: Option<Rule>,
    label: Option<&'static str>,
    help_text: Option<&'static str>,
}

/// A rule of a field's own: the message for a text that it refuses.
pub(crate) type Rule = fn(&str) -> Option<&'static str>;

impl Field {
    /// A required field; neither null nor blank is allowed.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required: true,
            blank: false,
            max_length: None,
            min_length: None,
            read_only: false,
            rule: None,
            label: None,
            help_text: None,
        }
    }

    /// The field may be left out, or not.
    pub fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// The field may be the empty string.
    pub fn blank(mut self) -> Self {
        self.blank = true;
        self
    }

    /// The most characters it may have.
    pub fn max_length(mut self, characters: usize) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// The fewest characters it may have.
    pub fn min_length(mut self, characters: usize) -> Self {
        self.min_length = Some(characters);
        self
    }

    /// The field is shown; what a client writes there is passed over.
    pub(crate) fn read_only(mut self) -> Self {
        self.required = false;
        self.read_only = true;
        self
    }

    /// The field's own rule.
    pub(crate) fn rule(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// What a form would call the field, where that is not its name.
    pub(crate) fn label(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// What a form would explain beside the field.
    pub(crate) fn help_text(mut self, text: &'static str) -> Self {
        self.help_text = Some(text);
        self
    }

    /// The name of the field, as it stands in a body.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `OPTIONS` says of the field: DRF's `SimpleMetadata`.
    pub(crate) fn metadata(&self) -> serde_json::Value {
        let mut words = self.name.replace('_', " ");
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let kind = match self.kind {
            Kind::Char => "string",
            Kind::Email => "email",
            Kind::Integer => "integer",
        };
        let mut about = serde_json::json!({
            "type": kind,
            "required": self.required,
            "read_only": self.read_only,
            "label": self.label.unwrap_or(&words),
        });
        if let Some(text) = self.help_text {
            about["help_text"] = text.into();
        }
        for (key, length) in [("min_length", self.min_length), ("max_length", self.max_length)] {
            if let Some(length) = length {
                about[key] = length.into();
            }
        }
        about
    }
}
