//! Reading the settings from their layers.

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format};
use figment::value::{Dict, Tag, Value};

use serde::de::DeserializeOwned;

use super::section::{Reader, Setting};
use super::{Misfit, Secret, Settings};

/// TOML as a layer, read by what also tells where in a file a setting stands.
struct Toml;

impl Format for Toml {
    type Error = toml::de::Error;

    const NAME: &'static str = "TOML";

    fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error> {
        toml::from_str(text)
    }
}

/// Settings, and what there is to say about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Settings that are known, but belong to a feature that this version does not have.
    pub notes: Vec<String>,
}

/// The settings cannot be used: everything that is wrong with them.
#[derive(Debug, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct SettingsError(pub Vec<Misfit>);

fn listed(misfits: &[Misfit]) -> String {
    let lines: Vec<String> = misfits.iter().map(|misfit| format!("- {misfit}")).collect();
    format!("The settings cannot be used:\n{}", lines.join("\n"))
}

impl Settings {
    /// Reads the defaults, the file (if one is given) and the environment.
    ///
    /// # Errors
    /// Names every setting that is unknown, of the wrong type, or at odds with another.
    pub fn load(file: Option<&Path>) -> Result<Loaded, SettingsError> {
        let mut figment = Figment::new();
        let mut text = String::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
            // A file that cannot be read is told of by what is merged.
            text = std::fs::read_to_string(file).unwrap_or_default();
        }
        Self::from_figment(figment.merge(Env::prefixed("REST_AUTH__").split("__")), &text)
    }

    /// Reads the settings from the text of a `rest-auth.toml`, without the environment.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_toml(text: &str) -> Result<Loaded, SettingsError> {
        Self::from_figment(Figment::new().merge(Toml::string(text)), text)
    }

    fn from_figment(figment: Figment, file: &str) -> Result<Loaded, SettingsError> {
        let merged: Dict = figment.extract().map_err(|error| {
            SettingsError(
                error
                    .into_iter()
                    .map(|error| Misfit {
                        path: error.path.join("."),
                        problem: error.kind.to_string(),
                        hint: None,
                        origin: error.metadata.and_then(|metadata| metadata.source).map(|source| source.to_string()),
                    })
                    .collect(),
            )
        })?;
        let mut reader = Reader::new(&figment, file);
        let mut settings = Settings::read(&Value::Dict(Tag::Default, merged), &mut reader).unwrap_or_default();
        settings.user.fields_as_columns();
        let mut misfits = std::mem::take(&mut reader.misfits);
        let settings = settings.with_secret_key_from_file(&mut misfits);
        // A key may come from an environment variable, which is easy to overlook.
        let located = |mut misfit: Misfit| {
            if misfit.path.starts_with("simple_jwt.") && misfit.origin.is_none() {
                misfit.origin = reader.origin(&misfit.path);
            }
            misfit
        };
        misfits.extend(settings.contradictions().into_iter().map(located));
        let Reader { notes, .. } = reader;
        misfits.extend(settings.registration.idle_fields());
        misfits.extend(settings.login.idle_fields());
        if misfits.is_empty() { Ok(Loaded { settings, notes }) } else { Err(SettingsError(misfits)) }
    }

    fn with_secret_key_from_file(mut self, misfits: &mut Vec<Misfit>) -> Self {
        if let (None, Some(file)) = (&self.secret_key, &self.secret_key_file) {
            let key = std::fs::read_to_string(file).map(|text| text.lines().next().unwrap_or_default().to_owned());
            match key {
                Ok(key) => self.secret_key = Some(Secret::from(key)),
                Err(error) => misfits.push(Misfit {
                    path: "secret_key_file".to_owned(),
                    problem: format!("{} cannot be read: {error}", file.display()),
                    hint: None,
                    origin: None,
                }),
            }
        }
        self
    }
}
