//! The texts of mails and of the server's own pages: templates that the program brings along, each of which a file of
//! the same name in `templates.folder` replaces.
//!
//! `mail/password_reset.txt` is the English one, `de/mail/password_reset.txt` the German. Whatever the folder has comes
//! before what the program brings, and in each the language asked for before the one without a name.

mod html;
mod language;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::path::Path;
use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::settings::{Misfit, Settings};
pub(crate) use language::asked_for;

/// Every template that the program brings along.
macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("files/", $name)))),*] };
}

const FILES: &[(&str, &str)] = files![
    "mail/base.html",
    "mail/email_change.html",
    "mail/email_change.txt",
    "mail/email_changed.html",
    "mail/email_changed.txt",
    "mail/email_confirmation.html",
    "mail/email_confirmation.txt",
    "mail/login_locked.html",
    "mail/login_locked.txt",
    "mail/password_reset.html",
    "mail/password_reset.txt",
    "mail/test.html",
    "mail/test.txt",
    "pages/base.html",
    "pages/email_confirm.html",
    "pages/email_confirmation_sent.html",
    "pages/email_confirmed.html",
    "pages/error.html",
    "pages/link_invalid.html",
    "pages/mails.html",
    "pages/password_reset_complete.html",
    "pages/password_reset_confirm.html",
    "de/mail/email_change.html",
    "de/mail/email_change.txt",
    "de/mail/email_changed.html",
    "de/mail/email_changed.txt",
    "de/mail/email_confirmation.html",
    "de/mail/email_confirmation.txt",
    "de/mail/login_locked.html",
    "de/mail/login_locked.txt",
    "de/mail/password_reset.html",
    "de/mail/password_reset.txt",
    "de/pages/email_confirm.html",
    "de/pages/email_confirmation_sent.html",
    "de/pages/email_confirmed.html",
    "de/pages/error.html",
    "de/pages/link_invalid.html",
    "de/pages/password_reset_complete.html",
    "de/pages/password_reset_confirm.html",
];

/// Why a folder of templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0} is no template: {1:#}")]
    Malformed(String, #[source] minijinja::Error),
}

/// The program's own, made when the first of them is wanted: a server that sends no mail yet needs no memory for them.
static OWN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut own = Environment::new();
    own.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    own.set_formatter(html::write);
    for (name, text) in FILES {
        own.add_template(name, text).expect("the program's own templates are some");
    }
    own
});

/// The templates, ready to be filled in.
#[derive(Debug)]
pub(crate) struct Templates {
    folder: Option<Folder>,
}

/// What the folder has.
#[derive(Debug)]
struct Folder {
    /// Its templates, and the program's own beside them.
    all: Environment<'static>,
    /// The names of its own.
    names: BTreeSet<String>,
}

impl Templates {
    /// Those that the settings name.
    ///
    /// # Errors
    /// What is wrong with `templates.folder`.
    pub(crate) fn of(settings: &Settings) -> Result<Self, Misfit> {
        Self::load(settings.templates.folder.as_deref()).map_err(|error| Misfit {
            path: "templates.folder".to_owned(),
            problem: error.to_string(),
            hint: None,
            origin: None,
        })
    }

    /// The program's own, and those of a folder.
    ///
    /// # Errors
    /// If a file of the folder cannot be read, or is no template.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        Ok(Self { folder: folder.map(Folder::load).transpose()? })
    }

    /// A template filled in, in the language if there is such a one; `None` if there is none at all, or if it fails,
    /// which is logged. Where one of the folder's fails, the program's own takes its place.
    pub(crate) fn render(&self, name: &str, language: &str, values: &Value) -> Option<String> {
        let localized = format!("{language}/{name}");
        let names = [localized.as_str(), name];
        if let Some(text) = self.folder.as_ref().and_then(|folder| folder.render(names, values)) {
            return Some(text);
        }
        let name = names.into_iter().find(|name| FILES.iter().any(|(held, _)| held == name))?;
        // On top of the folder's base, if that does not fail, too; what the folder has of this name has failed already.
        let folder = self.folder.iter().filter(|folder| !folder.names.contains(name));
        let mut environments = folder.map(|folder| &folder.all).chain(iter::once_with(|| &*OWN));
        environments.find_map(|environment| render(environment, name, values))
    }

    /// What is wrong with the folder's templates, filled in with a value for each name that there is, and these.
    pub(crate) fn problems(&self, more: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let known = NAMES.iter().map(|name| ((*name).to_owned(), Value::from("…")));
        let user = context! { username => "jane", email => "jane@example.com", first_name => "", last_name => "" };
        let more = more.iter().map(|(name, value)| (name.clone(), Value::from(value)));
        let values: BTreeMap<String, Value> = known.chain([("user".to_owned(), user)]).chain(more).collect();
        let values = Value::from_serialize(&values);
        let Some(Folder { all, names }) = &self.folder else { return BTreeMap::new() };
        let problem = |name: &str| match all.get_template(name).ok()?.render(&values) {
            Err(error) => Some(Shown(&error).to_string()),
            Ok(text) if is_text_of_a_mail(name) && text.lines().next().is_none_or(|line| line.trim().is_empty()) => {
                Some("its first line, the subject, is empty".to_owned())
            }
            Ok(_) => None,
        };
        names.iter().filter_map(|name| Some((name.clone(), problem(name)?))).collect()
    }
}

impl Folder {
    fn load(path: &Path) -> Result<Self, TemplateError> {
        let (mut all, mut names) = (OWN.clone(), BTreeSet::new());
        for (name, text) in files_in(path)? {
            names.insert(name.clone());
            all.add_template_owned(name.clone(), text).map_err(|error| TemplateError::Malformed(name, error))?;
        }
        Ok(Self { all, names })
    }

    /// The first of these that it has, filled in; `None` also if that fails.
    fn render(&self, names: [&str; 2], values: &Value) -> Option<String> {
        render(&self.all, names.into_iter().find(|name| self.names.contains(*name))?, values)
    }
}

/// Whether it is the text part of a mail, in whichever language.
fn is_text_of_a_mail(name: &str) -> bool {
    name.ends_with(".txt") && name.rsplit('/').nth(1) == Some("mail")
}

/// A template filled in; `None` if it fails, which is logged.
fn render(environment: &Environment<'_>, name: &str, values: &Value) -> Option<String> {
    let rendered = environment.get_template(name).and_then(|template| template.render(values));
    rendered.inspect_err(|error| tracing::error!(name, error = %Shown(error), "a template fails")).ok()
}

/// The names of the values that mails and pages have, beside `user`.
const NAMES: [&str; 16] = [
    "csrf_token",
    "email",
    "errors",
    "from_email",
    "key",
    "language",
    "login_url",
    "message",
    "minutes",
    "site_name",
    "subject",
    "to_email",
    "token",
    "uid",
    "url",
    "username",
];

/// An error without the values that stand in the template.
struct Shown<'a>(&'a minijinja::Error);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.kind())?;
        if let Some(detail) = self.0.detail().filter(|_| self.0.kind() != minijinja::ErrorKind::BadSerialization) {
            write!(f, ": {detail}")?;
        }
        self.0.line().map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

/// The files of a folder and of those in it, by their names from there, with slashes.
fn files_in(folder: &Path) -> Result<Vec<(String, String)>, TemplateError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |error| TemplateError::Unreadable(path, error)
    };
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(unreadable(&next))? {
            let path = entry.map_err(unreadable(&next))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !path.extension().is_some_and(|extension| extension == "txt" || extension == "html") {
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path);
            let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            files.push((name, std::fs::read_to_string(&path).map_err(unreadable(&path))?));
        }
    }
    files.sort();
    Ok(files)
}
