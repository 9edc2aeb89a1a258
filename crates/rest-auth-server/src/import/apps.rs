//! `INSTALLED_APPS` and `MIDDLEWARE`: the effects that clients or users notice.

use super::django::{Fate, Known, Translation};
use super::site::Site;
use super::value::Value;

/// Apps, by their name or the beginning of it, and the difference in rest-auth.
const APPS: &[(&str, &str)] = &[
    ("allauth.mfa", SECOND_FACTOR),
    ("dj_rest_auth.mfa", SECOND_FACTOR),
    ("django_otp", SECOND_FACTOR),
    ("two_factor", SECOND_FACTOR),
    ("trench", SECOND_FACTOR),
    ("mfa", SECOND_FACTOR),
    ("django_mfa3", SECOND_FACTOR),
    ("mfa3", SECOND_FACTOR),
    ("allauth_2fa", SECOND_FACTOR),
    ("otp_yubikey", SECOND_FACTOR),
    ("otp_twilio", SECOND_FACTOR),
    ("multifactor", SECOND_FACTOR),
    ("django_otp_webauthn", PASSKEYS),
    ("passkeys", PASSKEYS),
    ("user_sessions", SESSIONS),
    ("qsessions", SESSIONS),
    ("mozilla_django_oidc", SOCIAL),
    ("djangosaml2", SOCIAL),
    ("django_cas_ng", SOCIAL),
    ("dj_rest_auth.passkeys", PASSKEYS),
    ("allauth.socialaccount.providers.", SOCIAL),
    ("social_django", SOCIAL),
    ("drf_social_oauth2", SOCIAL),
    ("allauth.headless", "its endpoints are not here; leave its paths with Django"),
    (
        "allauth.usersessions",
        "a login here is not in the table of allauth.usersessions, so that its list leaves it out",
    ),
    ("allauth.idp.", "rest-auth is no provider of OpenID Connect; leave its paths with Django"),
    ("oauth2_provider", "tokens of django-oauth-toolkit are not good here, and its endpoints are not here"),
    ("knox", "keys of django-rest-knox are not good here; clients have to log in again"),
    ("rest_framework_jwt", "tokens of djangorestframework-jwt are not good here; clients have to log in again"),
    ("djoser", "its endpoints are not here; leave its paths with Django"),
    ("axes", GUESSES),
    ("defender", GUESSES),
    ("django_tenants", TENANTS),
    ("tenant_schemas", TENANTS),
    ("auditlog", HISTORY),
    ("easyaudit", HISTORY),
    ("simple_history", HISTORY),
    ("reversion", HISTORY),
    ("pghistory", HISTORY),
];

const SECOND_FACTOR: &str = "a second factor is not part of this version: a user who has set one up would log in without it, so that the \
                             server does not start while there are such users, unless [mfa] says that it may";
const PASSKEYS: &str = "passkeys are not part of this version; leave their paths with Django";
const SESSIONS: &str = "rest-auth keeps its sessions in the table django_session; those of the app are not good here";
const SOCIAL: &str = "social login is not part of this version; leave its paths with Django";
const GUESSES: &str = "rest-auth counts failed logins by itself, in [throttle.failed_logins], and answers 429 where the app \
                       locks a client out; what the app has locked is open here";
const TENANTS: &str = "rest-auth serves one schema, that of the connection's search_path; each tenant needs a server";
const HISTORY: &str = "what rest-auth changes of a user is not in the app's history";

/// Middleware that clients do not miss, by the beginning of its name.
const HARMLESS: &[&str] = &[
    "django.",
    "corsheaders.",
    "allauth.account.",
    "allauth.usersessions.",
    "auditlog.",
    "axes.",
    "crum.",
    "csp.",
    "cms.",
    "ddtrace.",
    "debug_toolbar.",
    "django_browser_reload.",
    "django_htmx.",
    "django_otp.",
    "django_permissions_policy.",
    "django_prometheus.",
    "django_structlog.",
    "easyaudit.",
    "elasticapm.",
    "hijack.",
    "impersonate.",
    "log_request_id.",
    "nplusone.",
    "oauth2_provider.",
    "querycount.",
    "reversion.",
    "silk.",
    "simple_history.",
    "social_django.",
    "waffle.",
    "wagtail.",
    "whitenoise.",
];

const LOCALE: &str = "django.middleware.locale.LocaleMiddleware";
const REMOTE_USER: [&str; 2] = [
    "django.contrib.auth.middleware.RemoteUserMiddleware",
    "django.contrib.auth.middleware.PersistentRemoteUserMiddleware",
];

/// The middleware that obeys the settings of django-cors-headers.
pub const CORS: &str = "corsheaders.middleware.CorsMiddleware";

/// Translates the apps, the middleware, and the languages, which depend on both.
pub fn translate(site: Site<'_>, known: &Known) -> Vec<Translation> {
    let mut translations = Vec::new();
    let mut add = |source: String, fate: Fate| translations.push(Translation { source, is_default: false, fate });
    missing(site, known, &mut add);
    for app in site.texts("INSTALLED_APPS").unwrap_or_default() {
        let is_app = |name: &str| {
            let rest = app.strip_prefix(name);
            rest.is_some_and(|rest| name.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
        };
        if let Some((_, why)) = APPS.iter().find(|(name, _)| is_app(name)) {
            add(format!("INSTALLED_APPS['{app}']"), Fate::Heed((*why).to_owned()));
        }
    }
    for class in site.texts("MIDDLEWARE").unwrap_or_default() {
        let why = if REMOTE_USER.contains(&class) {
            "rest-auth does not log users in by REMOTE_USER"
        } else if HARMLESS.iter().any(|start| class.starts_with(start)) {
            continue;
        } else {
            "requests to rest-auth do not pass through it: what it refuses, adds or logs is not refused, added or logged here"
        };
        add(format!("MIDDLEWARE['{class}']"), Fate::Heed(why.to_owned()));
    }
    languages(site, &mut add);
    translations
}

/// Switches off the features whose Django app is missing.
fn missing(site: Site<'_>, known: &Known, add: &mut impl FnMut(String, Fate)) {
    let mut set = |app: &str, path: &str, value: Value, otherwise: &str| {
        let fate = match known.find(path) {
            Some(_) => Fate::To { path: path.to_owned(), value, notes: Vec::new() },
            None => Fate::Heed(otherwise.to_owned()),
        };
        add(format!("INSTALLED_APPS (without {app})"), fate);
    };
    if site.is_on("REST_AUTH", "USE_JWT") && site.lacks_app("rest_framework_simplejwt.token_blacklist") {
        let otherwise = "logout and rotation put refresh tokens on the blacklist here, and a logout asks for one";
        set("rest_framework_simplejwt.token_blacklist", "simple_jwt.blacklist", Value::Bool(false), otherwise);
    }
    if site.lacks_allauth() {
        let otherwise = "users log in by name or address there, and links to a new password hold another uid";
        set("allauth", "allauth", Value::Bool(false), otherwise);
    } else if site.lacks_registration() {
        let app = "dj_rest_auth.registration";
        let otherwise = "registration/ and what is below it are here, and are not there";
        set(app, "registration.enabled", Value::Bool(false), otherwise);
        // Without the app, Django does not ask for a verified address at login.
        set(app, "account.email_verification", Value::from("none"), "");
    }
}

/// The languages of rest-auth's own templates and texts.
const SPOKEN: [&str; 2] = ["en", "de"];

/// Adds the languages that the site has in mails, pages and errors.
fn languages(site: Site<'_>, add: &mut impl FnMut(String, Fate)) {
    let base = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let code = site.get("LANGUAGE_CODE").and_then(Value::text).unwrap_or("en-us");
    let language = base(code);
    let is_translated = site.get("USE_I18N").is_none_or(Value::is_true);
    let by_client = is_translated && site.texts("MIDDLEWARE").is_some_and(|classes| classes.contains(&LOCALE));
    let to = |path: &str, value: Value| Fate::To { path: path.to_owned(), value, notes: Vec::new() };
    let list = |codes: &[String]| Value::List(codes.iter().map(|code| Value::Text(code.clone())).collect());
    let is_spoken = SPOKEN.contains(&language.as_str());
    if is_translated && language != "en" && site.is_named("LANGUAGE_CODE") {
        if is_spoken {
            add("LANGUAGE_CODE".to_owned(), to("language_code", Value::Text(language.clone())));
        }
        let errors = format!("Django speaks {code:?}; rest-auth's error messages are in English");
        let mails =
            "and so are its mails and pages, unless templates.folder has files for a language that `languages` names";
        let why = if is_spoken { errors } else { format!("{errors}, {mails}") };
        add("LANGUAGE_CODE (error messages)".to_owned(), Fate::Heed(why));
    }
    if by_client {
        let why = "Django's errors, mails and pages follow Accept-Language. Here errors are in English, and mails and pages in one of \
                   `languages`";
        add(format!("MIDDLEWARE['{LOCALE}']"), Fate::Heed(why.to_owned()));
        let named = site.get("LANGUAGES").map(Value::items).unwrap_or_default();
        let code = |item: &Value| item.items().first().and_then(Value::text).map(base);
        let spoken = |code: &String| SPOKEN.contains(&code.as_str());
        let mut codes: Vec<String> = Vec::new();
        for code in named.iter().filter_map(code).chain(is_spoken.then_some(language)).filter(spoken) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes.sort_by_key(|code| SPOKEN.iter().position(|spoken| spoken == code));
        if !named.is_empty() && !codes.is_empty() {
            add("LANGUAGES".to_owned(), to("languages", list(&codes)));
        }
    } else if site.is_named("MIDDLEWARE") || !is_translated {
        // Without LocaleMiddleware, every client gets the site's language.
        let only = if is_spoken && is_translated { language } else { "en".to_owned() };
        add("MIDDLEWARE (without LocaleMiddleware)".to_owned(), to("languages", list(&[only])));
    }
}
