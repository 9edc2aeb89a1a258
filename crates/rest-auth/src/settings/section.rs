//! How a section of settings is declared, read and documented: one definition feeds all three.

use figment::value::{Dict, Value};

use super::{KnownSetting, later};

/// A value that can stand in the settings: a scalar, a list, or a section of more settings.
pub(crate) trait Setting: Sized + serde::Serialize {
    /// Reads the value that stands at the reader's path; what is wrong with it goes to the reader.
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self>;

    /// Writes the setting with its documentation, as it would stand in `rest-auth.toml`.
    fn annotate(&self, path: &str, about: &str, out: &mut String);

    /// Adds the setting, or those of the section, to a list.
    fn list(&self, path: &str, about: &str, out: &mut Vec<KnownSetting>) {
        out.push(KnownSetting::new(path, about, self));
    }
}

/// Declares a section: its settings, what each means, its type and its default.
macro_rules! section {
    (
        $(#[doc = $about:expr])+
        pub struct $name:ident {
            $( $(#[doc = $doc:expr])+ pub $key:ident: $type:ty = $default:expr, )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub struct $name {
            $( $(#[doc = $doc])+ pub $key: $type, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $key: $default, )* }
            }
        }

        impl $crate::settings::section::Setting for $name {
            fn read(
                value: &figment::value::Value,
                reader: &mut $crate::settings::section::Reader<'_>,
            ) -> Option<Self> {
                let table = reader.table(value, &[$( stringify!($key) ),*])?;
                let mut section = Self::default();
                $(
                    if let Some(value) = table.get(stringify!($key))
                        && let Some(value) = reader.at(stringify!($key), value)
                    {
                        section.$key = value;
                    }
                )*
                Some(section)
            }

            fn annotate(&self, path: &str, _about: &str, out: &mut String) {
                use $crate::settings::section::heading;
                heading(path, concat!($( $about, "\n" ),+), out);
                $(
                    self.$key.annotate(
                        &$crate::settings::section::joined(path, stringify!($key)),
                        concat!($( $doc, "\n" ),+),
                        out,
                    );
                )*
            }

            fn list(&self, path: &str, _about: &str, out: &mut Vec<$crate::settings::KnownSetting>) {
                $(
                    self.$key.list(
                        &$crate::settings::section::joined(path, stringify!($key)),
                        concat!($( $doc, "\n" ),+),
                        out,
                    );
                )*
            }
        }
    };
}
pub(crate) use section;

/// Types whose serde form is their form in the settings.
macro_rules! plain {
    ($($type:ty),+ $(,)?) => { $(
        impl $crate::settings::section::Setting for $type {
            fn read(
                value: &figment::value::Value,
                reader: &mut $crate::settings::section::Reader<'_>,
            ) -> Option<Self> {
                reader.plain(value)
            }

            fn annotate(&self, path: &str, about: &str, out: &mut String) {
                $crate::settings::section::annotate_plain(Some(self), path, about, out);
            }
        }

        impl $crate::settings::section::Setting for Option<$type> {
            fn read(
                value: &figment::value::Value,
                reader: &mut $crate::settings::section::Reader<'_>,
            ) -> Option<Self> {
                reader.plain(value).map(Some)
            }

            fn annotate(&self, path: &str, about: &str, out: &mut String) {
                $crate::settings::section::annotate_plain(self.as_ref(), path, about, out);
            }
        }
    )+ };
}
pub(crate) use plain;

plain!(bool, i64, u32, u64, usize, String, Vec<String>, (String, String), std::path::PathBuf);

/// Types that hold a secret: like plain ones, but an error does not repeat the value.
macro_rules! secret {
    ($($type:ty => $wanted:literal),+ $(,)?) => { $(
        impl $crate::settings::section::Setting for $type {
            fn read(
                value: &figment::value::Value,
                reader: &mut $crate::settings::section::Reader<'_>,
            ) -> Option<Self> {
                reader.secret(value, $wanted)
            }

            fn annotate(&self, path: &str, about: &str, out: &mut String) {
                $crate::settings::section::annotate_plain(Some(self), path, about, out);
            }
        }
    )+ };
}
pub(crate) use secret;

/// One thing that is wrong with the settings, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// The setting, e.g. `account.email_verification`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// What to change.
    pub hint: Option<String>,
    /// The file or environment variable that it stands in, where that is known.
    pub origin: Option<String>,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)?;
        if let Some(origin) = &self.origin {
            write!(f, " (in {origin})")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n    {hint}")?;
        }
        Ok(())
    }
}

/// Walks the merged settings, and gathers every misfit instead of stopping at the first.
pub(crate) struct Reader<'a> {
    figment: &'a figment::Figment,
    /// Where each key of the file stands.
    places: std::collections::HashMap<String, usize>,
    path: Vec<String>,
    pub(crate) misfits: Vec<Misfit>,
    /// Settings that are known, but of a feature that this version does not have.
    pub(crate) notes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(figment: &'a figment::Figment, file: &str) -> Self {
        let mut places = std::collections::HashMap::new();
        // What is no TOML was said already.
        if let Ok(table) = toml::de::DeTable::parse(file) {
            note_places("", table.get_ref(), &mut places);
        }
        Self { figment, places, path: Vec::new(), misfits: Vec::new(), notes: Vec::new() }
    }

    /// The value as a table whose keys are all known.
    pub(crate) fn table(&mut self, value: &Value, known: &[&str]) -> Option<Dict> {
        let Some(table) = value.as_dict() else {
            self.misfit("a table of settings is wanted here", None);
            return None;
        };
        for (key, value) in table.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            self.path.push(key.clone());
            let path = self.path.join(".");
            match later::feature(&path) {
                Some(feature) if feature.is_off(value) => {}
                Some(feature) if feature.may_wait => {
                    self.notes.push(format!("{path} has no effect yet: {} is not part of this version", feature.name));
                }
                Some(feature) => {
                    self.misfit(&format!("{} is not part of this version", feature.name), Some("Remove it.".into()));
                }
                None => self.misfit("no such setting", nearest(key, known)),
            }
            self.path.pop();
        }
        Some(table.clone())
    }

    /// The value as a table whose keys are names of the application's own, in the order of the file.
    pub(crate) fn named(&mut self, value: &Value) -> Option<Vec<(String, Value)>> {
        let Some(table) = value.as_dict() else {
            self.misfit("a table of tables is wanted here", None);
            return None;
        };
        let path = self.path.join(".");
        let mut items: Vec<_> = table.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        items.sort_by_key(|(name, _)| self.places.get(&joined(&path, name)).copied().unwrap_or(usize::MAX));
        Some(items)
    }

    /// Reads what stands below the current path under `key`.
    pub(crate) fn at<T: Setting>(&mut self, key: &str, value: &Value) -> Option<T> {
        self.at_name(key, |reader| T::read(value, reader))
    }

    /// Reads with `read` what stands below the current path under `key`.
    pub(crate) fn at_name<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let read = read(self);
        self.path.pop();
        read
    }

    /// Reads a value by its serde form.
    pub(crate) fn plain<T: serde::de::DeserializeOwned>(&mut self, value: &Value) -> Option<T> {
        match value.deserialize() {
            Ok(read) => Some(read),
            Err(error) => {
                for error in error {
                    self.misfit(&error.kind.to_string(), None);
                }
                None
            }
        }
    }

    /// Reads a text that no error may repeat.
    pub(crate) fn secret<T: serde::de::DeserializeOwned>(&mut self, value: &Value, wanted: &str) -> Option<T> {
        let read = value.deserialize().ok();
        if read.is_none() {
            self.misfit(wanted, Some("Put a text between quotation marks, and a list between brackets.".to_owned()));
        }
        read
    }

    /// Returns the file or the environment variable that sets the value at a path.
    pub(crate) fn origin(&self, path: &str) -> Option<String> {
        let metadata = self.figment.find_metadata(path)?;
        match &metadata.source {
            Some(source) => Some(source.to_string()),
            // Other sources without a file are texts that an application passed.
            None if metadata.name.contains("environment") => {
                Some(format!("REST_AUTH__{}", path.replace('.', "__").to_uppercase()))
            }
            None => None,
        }
    }

    /// Notes what is wrong at the current path.
    pub(crate) fn misfit(&mut self, problem: &str, hint: Option<String>) {
        let path = self.path.join(".");
        let origin = self.origin(&path);
        self.misfits.push(Misfit { path, problem: problem.to_owned(), hint, origin });
    }
}

/// Notes where the keys of a table, and of those in it, stand in the file.
fn note_places(path: &str, table: &toml::de::DeTable<'_>, places: &mut std::collections::HashMap<String, usize>) {
    for (key, value) in table {
        let path = joined(path, key.get_ref());
        places.insert(path.clone(), key.span().start);
        if let toml::de::DeValue::Table(table) = value.get_ref() {
            note_places(&path, table, places);
        }
    }
}

/// The known key that was probably meant.
fn nearest(key: &str, known: &[&str]) -> Option<String> {
    if let Some(replacement) = later::renamed(key) {
        return Some(format!("Use `{replacement}`."));
    }
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(key, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!("Did you mean `{candidate}`?"))
}

pub(crate) fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

pub(crate) fn heading(path: &str, about: &str, out: &mut String) {
    if !path.is_empty() {
        out.push('\n');
        comment(about, out);
        out.push_str(&format!("[{path}]\n"));
    }
}

pub(crate) fn annotate_plain<T: serde::Serialize>(value: Option<&T>, path: &str, about: &str, out: &mut String) {
    let key = path.rsplit('.').next().unwrap_or(path);
    comment(about, out);
    match value.map(toml::Value::try_from) {
        Some(Ok(value)) => out.push_str(&format!("# {key} = {value}\n")),
        _ => out.push_str(&format!("# {key} =\n")),
    }
}

fn comment(text: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(format!("# {}", line.trim()).trim_end());
        out.push('\n');
    }
}
