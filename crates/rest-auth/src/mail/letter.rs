//! How a mail is written: a template, the values in it, and what the application has to say about it.

use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::{Mail, link};
use crate::auth::Auth;
use crate::error::Error;
use crate::request::Request;
use crate::settings::Settings;
use crate::store::User;
use crate::templates::{self, Templates};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailKind {
    /// Asks a new user to verify their address.
    EmailConfirmation,
    /// Gives a new password.
    PasswordReset,
    /// Asks to verify the address that is to replace another.
    EmailChange,
    /// Tells the former address that there is another now.
    EmailChanged,
    /// Tells that so many logins failed that nobody can log in for a while.
    LoginLocked,
    /// Shows that mails arrive.
    Test,
}

impl MailKind {
    /// The name of its templates, without `mail/` and extension.
    pub fn template(self) -> &'static str {
        match self {
            Self::EmailConfirmation => "email_confirmation",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
            Self::EmailChanged => "email_changed",
            Self::LoginLocked => "login_locked",
            Self::Test => "test",
        }
    }
}

/// A mail about to be written, as [`Builder::email_options`](crate::Builder::email_options) is asked about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MailRequest {
    /// What it is about.
    pub kind: MailKind,
    /// Whom it is about.
    pub user: User,
    /// The address that it goes to.
    pub to: String,
    /// The language that it is written in, one of `languages`.
    pub language: String,
}

/// What an application wants otherwise in a mail: the reference's `get_email_options`. What is not set stays.
#[derive(Clone, Debug, Default)]
pub struct EmailOptions {
    from: Option<String>,
    subject: Option<String>,
    template: Option<String>,
    context: Map<String, serde_json::Value>,
}

impl EmailOptions {
    /// Nothing otherwise.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who the mail comes from: an address, or `Name <address>`. The reference's `from_email`.
    pub fn from(mut self, from: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// The subject; the template's first line is passed over.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Other templates: `"welcome"` stands for `mail/welcome.txt` and, if there is one, `mail/welcome.html`. The
    /// reference's `email_template_name` and `html_email_template_name`.
    pub fn template(mut self, name: impl Into<String>) -> Self {
        self.template = Some(name.into());
        self
    }

    /// A value for the templates. The reference's `extra_email_context`.
    pub fn context(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.context.insert(name.into(), value.into());
        self
    }
}

/// How whoever sends a request is written to: where links lead, and in which language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manner {
    pub(crate) origin: String,
    pub(crate) language: String,
}

impl Manner {
    pub(crate) fn to_json(&self) -> String {
        // Two texts are always written.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Request {
    /// How whoever sends the request is written to.
    pub(crate) fn manner(&self) -> Manner {
        Manner {
            origin: link::origin(&self.auth, &self.head),
            language: templates::asked_for(&self.auth, &self.head).to_owned(),
        }
    }
}

impl Auth {
    /// Writes a mail, after asking the application. `values` are for its templates, beside what every mail has.
    ///
    /// # Errors
    /// What the application's own function fails with.
    pub(crate) async fn letter(
        &self,
        manner: &Manner,
        kind: MailKind,
        to: &str,
        user: &User,
        values: Value,
    ) -> Result<Mail, Error> {
        let language = &manner.language;
        let asked = MailRequest { kind, user: user.clone(), to: to.to_owned(), language: language.clone() };
        let options = self.hooks().email_options(asked).await?;
        let site_name = &link::site_name(self.settings(), &manner.origin);
        let envelope = Envelope { kind, to, user, language, site_name };
        compose(self.settings(), self.templates(), &envelope, options, values)
            .ok_or_else(|| Error::internal("a mail cannot be written"))
    }
}

/// What a mail is about, whom, and whom it goes to.
pub(crate) struct Envelope<'a> {
    pub(crate) kind: MailKind,
    pub(crate) to: &'a str,
    pub(crate) user: &'a User,
    pub(crate) language: &'a str,
    pub(crate) site_name: &'a str,
}

/// Fills in the templates; `None` if even the program's own fail.
pub(super) fn compose(
    settings: &Settings,
    templates: &Templates,
    envelope: &Envelope<'_>,
    options: EmailOptions,
    values: Value,
) -> Option<Mail> {
    let Envelope { kind, to, user, language, site_name } = *envelope;
    let person = context! {
        username => user.username,
        email => user.email,
        first_name => user.first_name,
        last_name => user.last_name,
    };
    // What stands first counts.
    let values = context! {
        ..Value::from_serialize(&options.context),
        ..values,
        ..context! { site_name, language, user => person, email => to },
        ..Value::from_serialize(&settings.email.context),
    };
    let name = options.template.as_deref().unwrap_or_else(|| kind.template());
    let text = |name: &str| templates.render(&format!("mail/{name}.txt"), language, &values);
    let text = text(name).or_else(|| text(kind.template()))?;
    let (first_line, text) = text.split_once('\n').unwrap_or((&text, ""));
    let subject = options.subject.as_deref().unwrap_or(first_line);
    // A header is one line, whatever a user is called.
    let subject: String =
        format!("{}{subject}", settings.email.subject_prefix).chars().filter(|held| !held.is_control()).collect();
    let html = templates.render(&format!("mail/{name}.html"), language, &context! { subject, ..values });
    let from = options.from.unwrap_or_else(|| settings.email.from.clone());
    Some(Mail { to: to.to_owned(), from, subject, text: text.trim_start().to_owned(), html })
}
