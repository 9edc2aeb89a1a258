//! Django's settings → where they stand in `rest-auth.toml`.

use rest_auth::settings::KnownSetting;

use super::site::Site;
use super::source::Entry;
use super::value::{Value, texts};
use super::{allauth, apps, convert, database, effects, mail, older, python, reasons, storage, throttles};

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
    /// To a path that must be filled in before the server starts, and why.
    Missing { path: String, why: String },
    /// The setting is not carried over, and no client notices.
    NoPlace(String),
    /// The setting is not carried over, which matters unless its value is the default.
    Heed(String),
    /// The setting is not carried over, which matters even if its value is the default.
    ///
    /// The value may be the default of some version of Django alone.
    Notice(String),
    /// It could not be read.
    Unreadable(String),
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
    TABLES.iter().any(|(table, _)| *table == name)
}

/// What becomes of all settings.
pub fn translate(entries: Vec<Entry>, known: &Known) -> Vec<Translation> {
    let unnamed = unnamed(&entries);
    let site = Site(&entries);
    let mut translations = apps::translate(site, known);
    let (of_files, taken) = storage::translate(site);
    translations.extend(of_files);
    translations.extend(translate_named(site, &taken, known));
    // Whoever reads the file should not look for them in the project.
    let unnamed = Site(&unnamed);
    translations.extend(translate_named(unnamed, &[], known).into_iter().map(|translation| Translation {
        source: format!("{} (not named in what was read; the default there)", translation.source),
        ..translation
    }));
    translations
}

fn translate_named(site: Site<'_>, taken: &[String], known: &Known) -> Vec<Translation> {
    let mut translations = Vec::new();
    let (mut old, mut server) = (Vec::new(), Vec::new());
    for entry in site.0.iter().filter(|entry| !taken.contains(&entry.name)) {
        let Entry { name, is_default, value } = entry;
        if allauth::is_old(name) && !site.lacks_allauth() {
            old.push(entry.clone());
            continue;
        }
        if mail::is_server(name) {
            server.push(entry.clone());
            continue;
        }
        let mut add = |source: String, fate: Fate| {
            translations.push(Translation { source, is_default: *is_default, fate });
        };
        match value {
            Err(why) if name == "DATABASES" => add(name.clone(), missing("database_url", why)),
            Err(why) if name == "SECRET_KEY" => add(name.clone(), missing("secret_key", why)),
            Err(why) => add(name.clone(), Fate::Unreadable(why.clone())),
            Ok(value) => read(name, value, site, known, &mut add),
        }
    }
    translations.extend(allauth::translate(old));
    translations.extend(mail::translate(server, site));
    translations
}

fn missing(path: &str, why: &str) -> Fate {
    Fate::Missing { path: path.to_owned(), why: why.to_owned() }
}

/// Translates a setting whose value could be read.
fn read(name: &str, value: &Value, site: Site<'_>, known: &Known, add: &mut impl FnMut(String, Fate)) {
    if let Some((table, section)) = TABLES.iter().find(|(table, _)| *table == name) {
        match value.table() {
            Some([]) => return add(name.to_owned(), Fate::NoPlace("it is empty".to_owned())),
            Some(entries) => {
                for (key, value) in entries {
                    let source = format!("{table}['{key}']");
                    let fate = entry_of(table, section, key, value, site, known);
                    add(source, fate);
                }
                return;
            }
            None => {}
        }
    }
    if older::key(name).is_some() || older::is_table(name) {
        return flat(name, value, site, known, add);
    }
    match (name, value) {
        ("DATABASES", value) => databases(value).into_iter().for_each(|(source, fate)| add(source, fate)),
        ("SECRET_KEY", Value::Object | Value::None) => {
            add(name.to_owned(), missing("secret_key", "its value is an object of Python's"));
        }
        ("SECRET_KEY", Value::Text(text)) if text.is_empty() => {
            add(name.to_owned(), missing("secret_key", "it is empty"))
        }
        (_, Value::Object) if is_table(name) => {
            add(name.to_owned(), Fate::Heed("its value is an object of Python's".to_owned()))
        }
        ("AUTH_USER_MODEL", model) if model.text() != Some("auth.User") => {
            users(model, site).into_iter().for_each(|fate| add(name.to_owned(), fate));
        }
        _ => {
            let fate = global(name, value, site, known);
            add(name.to_owned(), fate);
        }
    }
}

/// What Django and its packages take for settings that are not named, where that is not the default here.
fn unnamed(entries: &[Entry]) -> Vec<Entry> {
    let is_named = |name: &str| entries.iter().any(|entry| entry.name == name);
    let classes = python::parse(
        "{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication', \
         'rest_framework.authentication.BasicAuthentication']}",
    );
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

/// Translates a flat name of dj-rest-auth before 3.0.
fn flat(name: &str, value: &Value, site: Site<'_>, known: &Known, add: &mut impl FnMut(String, Fate)) {
    if site.get("REST_AUTH").is_some_and(Value::is_true) {
        return add(name.to_owned(), Fate::Heed(older::PASSED_OVER.to_owned()));
    }
    let Some(key) = older::key(name) else {
        for (key, value) in value.table().unwrap_or_default() {
            add(format!("{name}['{key}']"), entry_of("REST_AUTH", "rest_auth", key, value, site, known));
        }
        return;
    };
    let mut fate = entry_of("REST_AUTH", "rest_auth", key, value, site, known);
    if let Fate::To { path, value, notes } = &mut fate {
        if path == "rest_auth.use_jwt" && *value == Value::Bool(true) {
            notes.push(older::FORMER_KEYS.to_owned());
        }
        if older::LATER.iter().any(|name| site.is_named(name)) {
            notes.push(older::NEWER.to_owned());
        }
    }
    add(name.to_owned(), fate);
}

/// An entry of `REST_AUTH` or the like.
fn entry_of(table: &str, section: &str, key: &str, value: &Value, site: Site<'_>, known: &Known) -> Fate {
    let source = format!("{table}['{key}']");
    let path = match (table, key) {
        ("REST_FRAMEWORK", "DEFAULT_AUTHENTICATION_CLASSES") => "authentication".to_owned(),
        ("REST_FRAMEWORK", "DEFAULT_THROTTLE_RATES") => return throttles::rates(value, site),
        ("REST_FRAMEWORK", "DEFAULT_THROTTLE_CLASSES") => return throttles::classes(value),
        ("REST_FRAMEWORK", _) => return unplaced(&source, value),
        ("REST_AUTH", "REGISTER_PERMISSION_CLASSES") => return permissions(value, known),
        ("SIMPLE_JWT", "SIGNING_KEY") if site.get("SECRET_KEY") == Some(value) => {
            return Fate::NoPlace("it is the secret key, which signs tokens here, too".to_owned());
        }
        ("SIMPLE_JWT", _) if key.starts_with("SLIDING_") => {
            return Fate::NoPlace(reasons::no_place(&source).to_owned());
        }
        _ => known.path(section, key, key),
    };
    placed(&source, path, value, site, known)
}

/// Translates the permission classes of registration: open to everybody, or closed.
fn permissions(classes: &Value, known: &Known) -> Fate {
    let is_open = |class: &Value| class.text() == Some("rest_framework.permissions.AllowAny");
    if classes.items().iter().all(is_open) || !classes.is_true() {
        return Fate::NoPlace("everybody may register, as here".to_owned());
    }
    closed("registration is for those whom the classes let in there; here it is for everybody or nobody", known)
}

/// Switches registration off, because it would be open to everybody.
fn closed(why: &str, known: &Known) -> Fate {
    let path = "registration.enabled";
    match known.find(path) {
        Some(_) => {
            Fate::To { path: path.to_owned(), value: Value::Bool(false), notes: vec![format!("{}.", sentence(why))] }
        }
        None => Fate::Heed(why.to_owned()),
    }
}

/// Returns the text with a capital first letter.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// A setting that is no table of settings.
fn global(name: &str, value: &Value, site: Site<'_>, known: &Known) -> Fate {
    if name.starts_with("CORS_") && site.lacks_middleware(apps::CORS) {
        return Fate::NoPlace("django-cors-headers' middleware, which obeys it, is not in MIDDLEWARE".to_owned());
    }
    if name.starts_with("ACCOUNT_") && site.lacks_allauth() {
        return Fate::NoPlace("allauth, which obeys it, is not in INSTALLED_APPS".to_owned());
    }
    let path = match name {
        "ACCOUNT_EMAIL_VERIFICATION" if site.lacks_registration() => {
            return Fate::NoPlace("dj_rest_auth.registration, which obeys it, is not in INSTALLED_APPS".to_owned());
        }
        "AUTH_PASSWORD_VALIDATORS" => "password_validators".to_owned(),
        "CORS_ORIGIN_WHITELIST" => "cors_allowed_origins".to_owned(),
        "CORS_ORIGIN_ALLOW_ALL" => "cors_allow_all_origins".to_owned(),
        "CORS_ORIGIN_REGEX_WHITELIST" if known.find("cors_allowed_origin_regexes").is_some() => {
            "cors_allowed_origin_regexes".to_owned()
        }
        "DEFAULT_FROM_EMAIL" => known.global(name).unwrap_or("email.from").to_owned(),
        // Of Django's mails to ADMINS; allauth's is another.
        "EMAIL_SUBJECT_PREFIX" => return Fate::NoPlace(reasons::no_place(name).to_owned()),
        // The translation of the languages adds a line for both.
        "LANGUAGES" | "LANGUAGE_CODE" => return Fate::NoPlace(reasons::no_place(name).to_owned()),
        "MEDIA_ROOT" if !value.is_true() => return Fate::NoPlace("no folder is named; here it is media".to_owned()),
        "MEDIA_URL" if matches!(value.text(), None | Some("" | "/")) => {
            return Fate::NoPlace("no path is named; here it is /media/".to_owned());
        }
        "PASSWORD_RESET_TIMEOUT_DAYS" => return days(value, site, known),
        "TIME_ZONE" => {
            return convert::time_zone(value).map_or(Fate::NoPlace("it is UTC, as here".to_owned()), Fate::Notice);
        }
        "USE_TZ" if !value.is_true() => return Fate::Notice(convert::naive_times(site)),
        "ALLOWED_HOSTS" => return hosts(value, site),
        "ACCOUNT_ALLOW_REGISTRATION" => {
            return match value.is_true() {
                true => Fate::NoPlace("registration is open, as here".to_owned()),
                false => closed("an adapter of the project's closes registration by it", known),
            };
        }
        "ACCOUNT_USER_MODEL_USERNAME_FIELD" | "ACCOUNT_USER_MODEL_EMAIL_FIELD" => return user_field(name, value, site),
        _ => {
            match (known.global(name), SECTIONS.iter().find_map(|(p, section)| Some((section, name.strip_prefix(p)?))))
            {
                (Some(path), _) if !["authentication", "languages", "language_code"].contains(&path) => path.to_owned(),
                (_, Some((section, rest))) => known.path(section, rest, name),
                // A Django setting that has the same name in lower case here.
                _ if known.find(&name.to_lowercase()).is_some() => name.to_lowercase(),
                _ => return unplaced(name, value),
            }
        }
    };
    let mut fate = placed(name, path, value, site, known);
    let script = site.get("FORCE_SCRIPT_NAME").and_then(Value::text).unwrap_or_default().trim_end_matches('/');
    if let Fate::To { path, value: Value::Text(url), notes } = &mut fate
        && path == "media.url"
        && !script.is_empty()
        && url.starts_with('/')
        && !url.starts_with(&format!("{script}/"))
    {
        notes.push("Django shows files below this path alone; here FORCE_SCRIPT_NAME is in front of it.".to_owned());
    }
    fate
}

/// Why a setting of a feature to come is not in force.
pub fn not_yet(feature: &str) -> String {
    format!("{feature} is not part of this version")
}

/// Returns the fate of a setting without a counterpart, which depends on its value.
fn unplaced(source: &str, value: &Value) -> Fate {
    let Some(effect) = effects::of(source) else { return Fate::NoPlace(reasons::no_place(source).to_owned()) };
    match effect.is_default(value) {
        Some(true) => Fate::NoPlace("the default there, and as here".to_owned()),
        Some(false) => Fate::Notice(effect.text.to_owned()),
        None => Fate::Heed(effect.text.to_owned()),
    }
}

/// A setting that goes to a path, if there is such a one and the value can be said there.
fn placed(source: &str, path: String, value: &Value, site: Site<'_>, known: &Known) -> Fate {
    let planned = rest_auth::Settings::planned_feature(&path);
    match (known.find(&path), planned, convert::value(&path, value, site, known)) {
        // Python has no place in a feature to come, either.
        (None, planned, _) if planned.is_none() || effects::of(source).is_some() => unplaced(source, value),
        (None, Some(feature), Err(_)) => Fate::NoPlace(not_yet(feature)),
        (_, _, Ok((value, notes))) => Fate::To { path, value, notes },
        (_, _, Err(why)) => Fate::Heed(why),
    }
}

/// Translates `PASSWORD_RESET_TIMEOUT_DAYS`, Django's setting before 3.1.
fn days(value: &Value, site: Site<'_>, known: &Known) -> Fate {
    match value {
        Value::Integer(days) if !site.is_named("PASSWORD_RESET_TIMEOUT") => placed(
            "PASSWORD_RESET_TIMEOUT",
            "password_reset_timeout".to_owned(),
            &Value::Integer(days.saturating_mul(86_400)),
            site,
            known,
        ),
        _ => Fate::NoPlace("PASSWORD_RESET_TIMEOUT took its place".to_owned()),
    }
}

/// Translates `ALLOWED_HOSTS` into `frontend.origin`, if it names a single host.
fn hosts(value: &Value, site: Site<'_>) -> Fate {
    let is_here = |host: &str| ["localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0", "testserver"].contains(&host);
    let hosts: Vec<&str> = value.items().iter().filter_map(Value::text).filter(|host| !is_here(host)).collect();
    let to = "frontend.origin".to_owned();
    match hosts.as_slice() {
        [] => Fate::NoPlace(reasons::no_place("ALLOWED_HOSTS").to_owned()),
        [host] if !host.starts_with('.') && !host.contains(['*', '/', ' ']) && host.contains('.') => {
            let note = "Links in mails lead there. Write http:// if the site has no HTTPS.".to_owned();
            let notes = Some(note).filter(|_| !site.has_https()).into_iter().collect();
            Fate::To { path: to, value: Value::Text(format!("https://{host}")), notes }
        }
        _ => Fate::Heed(
            "links in Django's mails lead to the host that a request names. Set frontend.origin to the one that they should lead to here"
                .to_owned(),
        ),
    }
}

/// The model of the users: its table, as Django names it, and how groups refer to it.
fn users(model: &Value, site: Site<'_>) -> Vec<Fate> {
    let Some((app, model)) = model.text().and_then(|text| text.split_once('.')) else {
        return vec![Fate::Unreadable("it names no model".to_owned())];
    };
    let (app, model) = (app.to_lowercase(), model.to_lowercase());
    let note = "Unless its Meta says db_table. Say in [user], too, whether its key is a UUID, what it calls its columns, what \
                it does not have, and its further ones; `rest-auth check` compares that with the table.";
    let to = |path: &str, value: Value, notes| Fate::To { path: path.to_owned(), value, notes };
    let mut fates = vec![
        to("user.table", Value::Text(format!("{app}_{model}")), vec![note.to_owned()]),
        to("user.groups_column", Value::Text(format!("{model}_id")), Vec::new()),
    ];
    let column = |name: &str, setting: &str| match site.get(setting) {
        Some(Value::None) if name == "username" => Some((name.to_owned(), Value::from("email"))),
        Some(Value::Text(column)) if column != name => Some((name.to_owned(), Value::from(column.as_str()))),
        _ => None,
    };
    let columns: Vec<_> =
        [("username", "ACCOUNT_USER_MODEL_USERNAME_FIELD"), ("email", "ACCOUNT_USER_MODEL_EMAIL_FIELD")]
            .iter()
            .filter_map(|(name, setting)| column(name, setting))
            .collect();
    if !columns.is_empty() {
        fates.push(to("user.columns", Value::Table(columns), Vec::new()));
    }
    fates
}

/// Translates allauth's name for a column of the users' table into `[user]`.
fn user_field(name: &str, value: &Value, site: Site<'_>) -> Fate {
    let own_model = site.get("AUTH_USER_MODEL").and_then(Value::text).is_some_and(|model| model != "auth.User");
    let usual = if name.contains("USERNAME") { "username" } else { "email" };
    match value {
        Value::Text(column) if column == usual => Fate::NoPlace("the default there, and as here".to_owned()),
        Value::None if usual == "email" => Fate::Heed("users have no address there; here they have one".to_owned()),
        Value::None | Value::Text(_) if own_model => Fate::NoPlace("user.columns says so".to_owned()),
        Value::None => {
            Fate::Heed("users have no name there; here they have one unless user.columns says otherwise".to_owned())
        }
        _ => Fate::Heed("user.columns says what a column is called".to_owned()),
    }
}

/// Django's databases: the default one, and what is said of the others.
fn databases(value: &Value) -> Vec<(String, Fate)> {
    let Some(databases) = value.table().filter(|table| !table.is_empty()) else {
        let why = if *value == Value::Object { "its value is an object of Python's" } else { "it names no database" };
        return vec![("DATABASES".to_owned(), missing("database_url", why))];
    };
    let mut fates = Vec::new();
    if !databases.iter().any(|(alias, _)| alias == "default") {
        fates.push(("DATABASES".to_owned(), missing("database_url", "it has no default database")));
    }
    for (alias, settings) in databases {
        let source = format!("DATABASES['{alias}']");
        if alias != "default" {
            fates.push((source, Fate::NoPlace("rest-auth works on the default database".to_owned())));
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
            Err(why) => fates.push((source, missing("database_url", &why))),
        }
    }
    fates
}
