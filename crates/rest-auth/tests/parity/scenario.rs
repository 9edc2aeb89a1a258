//! A recording, and the settings that it stands for.

use std::path::Path;

use rest_auth::Settings;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The reference's.
pub const SECRET_KEY: &str = "reference-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz";

#[derive(Deserialize)]
pub struct Scenario {
    pub name: String,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub users: Vec<Map<String, Value>>,
    pub steps: Vec<Map<String, Value>>,
    pub answers: Vec<Value>,
    #[serde(default)]
    pub stateless: bool,
}

impl Scenario {
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a recording");
        let mut value: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        value["name"] = name.into();
        let scenario: Self =
            serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(scenario.steps.len(), scenario.answers.len(), "{}", scenario.name);
        scenario
    }

    /// The settings by our names: Django's in lower case, in their sections, and then the recording's own.
    pub fn settings(&self) -> Settings {
        let mut config = json!({
            "secret_key": SECRET_KEY,
            "authentication": ["jwt", "token", "session"],
            "password_validators": [],
            "account": { "rate_limits": { "confirm_email": false } },
            "throttle": { "rates": {} },
            "frontend": {
                "origin": "http://localhost",
                "verify_email_url": "{origin}/verify-email/{key}/",
                "password_reset_url": "{origin}/password-reset/confirm/{uid}/{token}/",
            },
        });
        for (name, value) in &self.settings {
            match name.as_str() {
                "REST_AUTH" => {
                    for (key, value) in value.as_object().expect("a table") {
                        if !key.ends_with("_SERIALIZER") && !value.is_null() {
                            config["rest_auth"][key.to_lowercase()] = value.clone();
                        }
                    }
                }
                "SIMPLE_JWT" => {
                    for (key, value) in value.as_object().expect("a table") {
                        config["simple_jwt"][key.to_lowercase()] = value.clone();
                    }
                }
                "REST_FRAMEWORK" => {
                    // What has no rate says the recording's own part.
                    let rates = value["DEFAULT_THROTTLE_RATES"].as_object().into_iter().flatten();
                    let rates = rates.filter(|(_, rate)| !rate.is_null());
                    config["throttle"]["rates"] = rates.map(|(scope, rate)| (scope.clone(), rate.clone())).collect();
                }
                "AUTH_PASSWORD_VALIDATORS" => {
                    let validators = value.as_array().expect("a list").iter().map(validator);
                    config["password_validators"] = validators.collect();
                }
                "PASSWORD_HASHERS" => {
                    // As Django makes them, not as cheap as other tests.
                    config["password_hashers"] = json!([{ "name": "pbkdf2_sha256", "iterations": 1_000_000 }]);
                }
                // The recording's own part has the corresponding settings.
                "INSTALLED_APPS_REMOVE" | "MIDDLEWARE" => {}
                name => match name.strip_prefix("ACCOUNT_") {
                    Some(name) => config["account"][name.to_lowercase()] = value.clone(),
                    None => config[name.to_lowercase()] = value.clone(),
                },
            }
        }
        merge(&mut config, &self.config);
        if !self.groups.is_empty() && self.config["registration"].is_object() {
            // They are wanted at the start, before anyone could put them there.
            config["registration"]["create_groups"] = true.into();
        }
        let toml = toml::to_string(&config).expect("settings as TOML");
        let loaded = Settings::from_toml(&toml).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        loaded.settings
    }
}

/// `…UserAttributeSimilarityValidator` with its options as `{ name = "user_attribute_similarity", … }`.
fn validator(entry: &Value) -> Value {
    let path = entry["NAME"].as_str().expect("a name");
    let class = path.rsplit('.').next().unwrap_or(path).trim_end_matches("Validator");
    let name: String = class
        .chars()
        .enumerate()
        .flat_map(|(index, c)| {
            let separator = (c.is_ascii_uppercase() && index > 0).then_some('_');
            separator.into_iter().chain([c.to_ascii_lowercase()])
        })
        .collect();
    let mut options = entry["OPTIONS"].as_object().cloned().unwrap_or_default();
    options.insert("name".to_owned(), name.into());
    Value::Object(options)
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from.clone(),
    }
}
