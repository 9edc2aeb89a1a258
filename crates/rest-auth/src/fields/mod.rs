//! A field of a body: what it is called, what it takes, and the errors of Django REST framework's
//! serializer fields when it gets something else.
//!
//! [`Field`]s come from `#[derive(Fields)]`, from calls, or from the settings' tables; [`Form::read`] applies a
//! list of them to a body. A profile's fields are columns, too: `store/profiles.rs`.

mod body;
mod charset;
mod choice;
mod date;
mod email;
mod file;
mod form;
#[cfg(test)]
mod hostile_tests;
mod json_error;
mod metadata;
mod number;
#[cfg(test)]
mod recorded_tests;
mod setting;
#[cfg(test)]
mod tests;
mod upload;
mod url;
mod value;

pub(crate) use body::{Data, may_hold_files, parse};
pub(crate) use charset::Charset;
pub(crate) use date::{read_date, read_datetime};
pub use file::{File, Image};
pub(crate) use form::{Form, Values};
pub(crate) use metadata::describe;
pub(crate) use number::fixed;
pub use rest_auth_macros::Fields;
pub(crate) use upload::Upload;
pub(crate) use value::trimmed;

/// A list of fields that a type stands for; derive it.
pub trait Fields {
    /// The fields, in the order of the struct.
    fn fields() -> Vec<Field>;
}

/// A profile beside the user that a type stands for: derive [`Fields`](trait@Fields) with
/// `#[fields(name = "profile", table = "app_userprofile")]`. What has no table is none:
///
/// ```compile_fail,E0277
/// use rest_auth::{Auth, Fields};
///
/// #[derive(Fields)]
/// struct Signup {
///     first_name: String,
/// }
///
/// let builder = Auth::builder().profile::<Signup>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no profile",
    label = "a profile has a name and a table",
    note = "derive Fields, and add #[fields(name = \"profile\", table = \"app_userprofile\")] to the struct"
)]
pub trait Profile: Fields {
    /// What the settings say of it: its name, its table, its fields.
    fn profile() -> crate::settings::Profile;
}

/// What a field takes, and how it is shown. A profile's field is a column as Django's model field of the same
/// name makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Text: DRF's `CharField`. White space around it is dropped.
    Char,
    /// Text without a limit: a `TextField`.
    Text,
    /// A mail address: DRF's `EmailField`.
    Email,
    /// An address of the web: DRF's `URLField`.
    Url,
    /// A whole number of 32 bits: DRF's `IntegerField`.
    Integer,
    /// A number with so many digits, shown as a text: DRF's `DecimalField`.
    Decimal,
    /// Yes or no: DRF's `BooleanField`.
    Boolean,
    /// A day, `2026-01-02`: DRF's `DateField`.
    Date,
    /// A moment, `2026-01-02T03:04:05Z`; without an offset it is in UTC: DRF's `DateTimeField`.
    DateTime,
    /// One of several texts: DRF's `ChoiceField`.
    Choice,
    /// Any JSON: DRF's `JSONField`.
    Json,
    /// A picture, which comes with a multipart form and is shown as its URL: DRF's `ImageField`.
    Image,
    /// Any file, in the same way: DRF's `FileField`.
    File,
    /// An object with fields of its own: a serializer in a serializer.
    #[serde(skip)]
    Nested,
}

/// One field of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) blank: bool,
    pub(crate) null: bool,
    pub(crate) default: Option<serde_json::Value>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_length: Option<usize>,
    pub(crate) min_value: Option<i64>,
    pub(crate) max_value: Option<i64>,
    pub(crate) max_digits: Option<usize>,
    pub(crate) decimal_places: Option<usize>,
    pub(crate) choices: Vec<String>,
    pub(crate) save_to: Option<String>,
    pub(crate) upload_to: Option<String>,
    pub(crate) read_only: bool,
    /// Whether the value keeps the white space around it, which the checks ignore.
    pub(crate) keeps_whitespace: bool,
    pub(crate) rule: Option<Rule>,
    /// The characters that the field's column can hold.
    pub(crate) charset: Charset,
    /// The fields of a nested object.
    pub(crate) fields: Vec<Field>,
    label: Option<&'static str>,
    help_text: Option<&'static str>,
}

/// A rule of a field's own: the message for a text that it refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule(pub(crate) fn(&str) -> Option<&'static str>);

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Field {
    /// A required field; neither null nor blank is allowed.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required: true,
            blank: false,
            null: false,
            default: None,
            max_length: None,
            min_length: None,
            min_value: None,
            max_value: None,
            max_digits: None,
            decimal_places: None,
            choices: Vec::new(),
            save_to: None,
            upload_to: None,
            read_only: false,
            keeps_whitespace: false,
            rule: None,
            charset: Charset::All,
            fields: Vec::new(),
            label: None,
            help_text: None,
        }
    }

    /// An object with fields of its own, which may be left out.
    pub(crate) fn nested(name: &str, fields: Vec<Self>) -> Self {
        Self { required: false, fields, ..Self::new(name, Kind::Nested) }
    }

    /// The field may be left out, or not.
    pub fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// The field may be the empty string, and may be left out.
    pub fn blank(mut self) -> Self {
        self.blank = true;
        self.required = false;
        self
    }

    /// The field may be null, and may be left out.
    pub fn null(mut self) -> Self {
        self.null = true;
        self.required = false;
        self
    }

    /// The field may be left out, and has this value then.
    pub fn default_value(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.default = Some(value.into());
        self.required = false;
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

    /// The least number that it takes.
    pub fn min_value(mut self, value: i64) -> Self {
        self.min_value = Some(value);
        self
    }

    /// The greatest number that it takes.
    pub fn max_value(mut self, value: i64) -> Self {
        self.max_value = Some(value);
        self
    }

    /// How many digits a [`Decimal`](Kind::Decimal) has, and how many of them stand behind the point.
    pub fn digits(mut self, max_digits: usize, decimal_places: usize) -> Self {
        (self.max_digits, self.decimal_places) = (Some(max_digits), Some(decimal_places));
        self
    }

    /// What a [`Choice`](Kind::Choice) may be.
    pub fn choices(mut self, choices: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.choices = choices.into_iter().map(Into::into).collect();
        self
    }

    /// Where registration keeps what a client writes: `user.first_name`, `user.last_name`, or `PROFILE.FIELD`.
    pub fn save_to(mut self, place: &str) -> Self {
        self.save_to = Some(place.to_owned());
        self
    }

    /// The folder of an [`Image`](Kind::Image) or a [`File`](Kind::File), below the media's; as in Django, `%Y`, `%m` and
    /// the like are the day's.
    pub fn upload_to(mut self, folder: &str) -> Self {
        self.upload_to = Some(folder.to_owned());
        self
    }

    /// The field is shown; what a client writes there is passed over.
    pub fn read_only(mut self) -> Self {
        self.required = false;
        self.read_only = true;
        self
    }

    /// Keeps the white space that the client sent around the value.
    ///
    /// The checks of the field still look at the trimmed text.
    pub(crate) fn keep_whitespace(mut self) -> Self {
        self.keeps_whitespace = true;
        self
    }

    /// The field's own rule.
    pub(crate) fn rule(mut self, rule: fn(&str) -> Option<&'static str>) -> Self {
        self.rule = Some(Rule(rule));
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

    /// Whether its values are texts, to which nothing but the empty one is missing: Django's
    /// `empty_strings_allowed`.
    pub(crate) fn is_textual(&self) -> bool {
        matches!(self.kind, Kind::Char | Kind::Text | Kind::Email | Kind::Url | Kind::Choice)
    }

    /// How many files these fields take.
    pub(crate) fn files_among(fields: &[Self]) -> usize {
        fields.iter().map(|field| usize::from(field.is_file()) + Self::files_among(&field.fields)).sum()
    }

    /// Whether its values are names of files.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.kind, Kind::Image | Kind::File)
    }

    /// What stands in the column of a row that nobody gave a value; `None` if there must be one.
    pub(crate) fn initial(&self) -> Option<serde_json::Value> {
        match &self.default {
            Some(default) => Some(default.clone()),
            None if self.null => Some(serde_json::Value::Null),
            None => (self.is_textual() || self.is_file()).then(|| "".into()),
        }
    }
}
