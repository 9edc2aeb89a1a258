//! Django's settings → where they stand in `rest-auth.toml`.

use rest_auth::settings::KnownSetting;

use super::reasons::{self, Reason};
use super::source::Entry;
use super::value::{Value, texts};
use super::{allauth, convert, database, mail, python};

/// What becomes of a setting.
pub struct Translation {
    /// What it is called in Django: `REST_AUTH['SESSION_LOGIN']`.
    pub source: String,
    /// Whether Django says that it is its own default.
    pub is_default: bool,
    pub fate: Fate,
}

/// Where a setting goes.
pub enum Fate {
    /// To a path of the file, with what was lost on the way.
    To { path: String, value: Value, notes: Vec<String> },
    /// Nowhere.
    NoPlace(String),
    /// Nowhere, and somebody should know.
    Heed(String),
    /// It could not be read.
    Unreadable(String),
}

impl From<Reason> for Fate {
    fn from(reason: Reason) -> Self {
        if reason.heed { Self::Heed(reason.text.to_owned()) } else { Self::NoPlace(reason.text.to_owned()) }
    }
}

/// The settings that the library knows.
pub struct Known(pub Vec<KnownSetting>);

impl Known {
    /// The setting at a path.
    pub fn find(&self, path: &str) -> Option<&KnownSetting> {
        self.0.iter().find(|setting| setting.path == path)
    }

    /// The path of a setting of a section, by the name that Django has for it or else by the same name.
    pub fn path(&self, section: &str, name: &str, django_name: &str) -> String {
        let prefix = format!("{section}.");
        let declared = self.0.iter().find(|setting| {
            setting.path.starts_with(&prefix)
                && setting.django_name.as_deref().is_some_and(|n| n == django_name || n == name)
        });
        declared.map_or_else(|| format!("{prefix}{}", name.to_lowercase()), |setting| setting.path.clone())
    }

    /// Whether mail has its host, port and user in settings of their own, as in Django.
    fn has_mail_host(&self) -> bool {
        self.find("email.host").is_some() || self.global("EMAIL_HOST").is_some()
    }

    /// The path of one of Django's own settings.
    pub fn global(&self, name: &str) -> Option<&str> {
        let is_global = |path: &str| !["rest_auth.", "simple_jwt."].iter().any(|section| path.starts_with(section));
        let found = self.0.iter().find(|s| s.django_name.as_deref() == Some(name) && is_global(&s.path))?;
        Some(&found.path)
    }
}

/// Settings whose prefix is a section here.
const SECTIONS: [(&str, &str); 5] =
    [("ACCOUNT_", "account"), ("EMAIL_", "email"), ("MEDIA_", "media"), ("MFA_", "mfa"), ("SIMPLE_JWT_", "simple_jwt")];

/// Tables whose entries are settings, with their section here.
const TABLES: [(&str, &str); 3] = [("REST_AUTH", "rest_auth"), ("SIMPLE_JWT", "simple_jwt"), ("REST_FRAMEWORK", "")];

fn is_table(name: &str) -> bool {
    name == "DATABASES" || TABLES.iter().any(|(table, _)| *table == name)
}

/// What becomes of all settings.
pub fn translate(entries: Vec<Entry>, known: &Known) -> Vec<Translation> {
    let unnamed = unnamed(&entries);
    let mut translations = translate_named(entries, known);
    // Whoever reads the file should not look for them in the project.
    translations.extend(translate_named(unnamed, known).into_iter().map(|translation| Translation {
        source: format!("{} (not named in what was read; the default there)", translation.source),
        ..translation
    }));
    translations
}

fn translate_named(entries: Vec<Entry>, known: &Known) -> Vec<Translation> {
    let mut translations = Vec::new();
    let (old, rest): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|e| allauth::is_old(&e.name));
    let (mail, rest): (Vec<Entry>, Vec<Entry>) =
        rest.into_iter().partition(|entry| mail::is_server(&entry.name) && !known.has_mail_host());
    for Entry { name, is_default, value } in rest {
        let mut add = |source: String, fate: Fate| translations.push(Translation { source, is_default, fate });
        match value {
            Err(why) => add(name, Fate::Unreadable(why)),
            Ok(value) => match TABLES.iter().find(|(table, _)| *table == name).zip(value.table()) {
                Some((_, [])) => add(name, Fate::NoPlace("it is empty".to_owned())),
                Some(((table, section), entries)) => {
                    for (key, value) in entries {
                        add(format!("{table}['{key}']"), entry_of(table, section, key, value, known));
                    }
                }
                None if value == Value::Object && is_table(&name) => {
                    add(name, Fate::Heed("its value is an object of Python's".to_owned()));
                }
                None if name == "AUTH_USER_MODEL" && value.text() != Some("auth.User") => {
                    users(&value).into_iter().for_each(|fate| add(name.clone(), fate));
                }
                None if name == "DATABASES" => {
                    databases(&value).into_iter().for_each(|(source, fate)| add(source, fate));
                }
                None => {
                    let fate = global(&name, &value, known);
                    add(name, fate);
                }
            },
        }
    }
    translations.extend(allauth::translate(old));
    translations.extend(mail::translate(mail));
    translations
}

/// What Django and its packages take for settings that are not named, where that is not the default here.
fn unnamed(entries: &[Entry]) -> Vec<Entry> {
    let is_named = |name: &str| entries.iter().any(|entry| entry.name == name);
    let classes =
        python::parse("{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication']}");
    let framework =
        entries.iter().find(|entry| entry.name == "REST_FRAMEWORK").and_then(|entry| entry.value.as_ref().ok());
    let has_classes = framework.is_some_and(|framework| framework.get("DEFAULT_AUTHENTICATION_CLASSES").is_some());
    let unreadable = is_named("REST_FRAMEWORK") && framework.and_then(Value::table).is_none();
    [
        ("AUTH_PASSWORD_VALIDATORS", !is_named("AUTH_PASSWORD_VALIDATORS"), Ok(Value::List(Vec::new()))),
        (
            "AUTHENTICATION_BACKENDS",
            !is_named("AUTHENTICATION_BACKENDS"),
            Ok(texts(&["django.contrib.auth.backends.ModelBackend"])),
        ),
        ("REST_FRAMEWORK", !has_classes && !unreadable, classes),
    ]
    .into_iter()
    .filter(|(_, is_missing, _)| *is_missing)
    .map(|(name, _, value)| Entry { name: name.to_owned(), is_default: true, value })
    .collect()
}

/// An entry of `REST_AUTH` or the like.
fn entry_of(table: &str, section: &str, key: &str, value: &Value, known: &Known) -> Fate {
    let path = match (table, key) {
        ("REST_FRAMEWORK", "DEFAULT_AUTHENTICATION_CLASSES") => "authentication".to_owned(),
        ("REST_FRAMEWORK", "DEFAULT_THROTTLE_RATES") => "throttle.rates".to_owned(),
        ("REST_FRAMEWORK", _) => return reasons::no_place(&format!("{table}['{key}']")).into(),
        _ => known.path(section, key, key),
    };
    placed(&format!("{table}['{key}']"), path, value, known)
}

/// A setting that is no table of settings.
fn global(name: &str, value: &Value, known: &Known) -> Fate {
    let path = match name {
        "AUTH_PASSWORD_VALIDATORS" => "password_validators".to_owned(),
        "CORS_ORIGIN_WHITELIST" => "cors_allowed_origins".to_owned(),
        "CORS_ORIGIN_ALLOW_ALL" => "cors_allow_all_origins".to_owned(),
        "DEFAULT_FROM_EMAIL" => known.global(name).unwrap_or("email.from").to_owned(),
        // Of Django's mails to ADMINS; allauth's is another.
        "EMAIL_SUBJECT_PREFIX" => return reasons::no_place(name).into(),
        "SOCIALACCOUNT_PROVIDERS" => {
            let feature = rest_auth::Settings::planned_feature("social");
            return Fate::Heed(feature.map_or("providers are described in [social]".to_owned(), not_yet));
        }
        _ => {
            match (known.global(name), SECTIONS.iter().find_map(|(p, section)| Some((section, name.strip_prefix(p)?))))
            {
                (Some(path), _) if !["authentication", "languages", "language_code"].contains(&path) => path.to_owned(),
                (_, Some((section, rest))) => known.path(section, rest, name),
                _ if reasons::is_djangos_default(name, value) => {
                    return Fate::NoPlace(reasons::no_place(name).text.to_owned());
                }
                _ => return reasons::no_place(name).into(),
            }
        }
    };
    placed(name, path, value, known)
}

/// Why a setting of a feature to come is not in force.
pub fn not_yet(feature: &str) -> String {
    format!("{feature} is not part of this version")
}

/// A setting that goes to a path, if there is such a one and the value can be said there.
fn placed(source: &str, path: String, value: &Value, known: &Known) -> Fate {
    let planned = rest_auth::Settings::planned_feature(&path);
    let reason = reasons::no_place(source);
    match (known.find(&path), planned, convert::value(&path, value, known)) {
        // Python has no place in a feature to come, either.
        (None, planned, _) if planned.is_none() || reason.heed => reason.into(),
        (None, Some(feature), Err(_)) => Fate::NoPlace(not_yet(feature)),
        (_, _, Ok((value, notes))) => Fate::To { path, value, notes },
        (_, _, Err(why)) => Fate::Heed(why),
    }
}

/// The model of the users: its table, as Django names it, and how groups refer to it.
fn users(model: &Value) -> Vec<Fate> {
    let Some((app, model)) = model.text().and_then(|text| text.split_once('.')) else {
        return vec![Fate::Unreadable("it names no model".to_owned())];
    };
    let (app, model) = (app.to_lowercase(), model.to_lowercase());
    let note = "Unless its Meta says db_table. Say in [user], too, whether its key is a UUID, what it calls its columns, what \
                it does not have, and its further ones; `rest-auth check` compares that with the table.";
    let to = |path: &str, value: String, notes| Fate::To { path: path.to_owned(), value: Value::Text(value), notes };
    vec![
        to("user.table", format!("{app}_{model}"), vec![note.to_owned()]),
        to("user.groups_column", format!("{model}_id"), Vec::new()),
    ]
}

/// Django's databases: the default one, and what is said of the others.
fn databases(value: &Value) -> Vec<(String, Fate)> {
    let mut fates = Vec::new();
    for (alias, settings) in value.table().unwrap_or_default() {
        let source = format!("DATABASES['{alias}']");
        if alias != "default" {
            fates.push((source, Fate::Heed("rest-auth works on the default database".to_owned())));
            continue;
        }
        match database::database(settings) {
            Ok(database) => {
                if let Some(seconds) = database.timeout {
                    let (path, value) = ("database_timeout".to_owned(), Value::Integer(seconds));
                    let source = format!("{source}['OPTIONS']['timeout']");
                    fates.push((source, Fate::To { path, value, notes: Vec::new() }));
                }
                let (path, value) = ("database_url".to_owned(), Value::Text(database.url));
                fates.push((source, Fate::To { path, value, notes: database.notes }));
            }
            Err(why) => fates.push((source, Fate::Heed(why))),
        }
    }
    if fates.is_empty() {
        fates.push(("DATABASES".to_owned(), Fate::NoPlace("it is empty".to_owned())));
    }
    fates
}
