//! Why a setting of Django's has no place in `rest-auth.toml`.

use super::value::Value;

/// Why, and whether a value other than Django's default deserves a second look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    pub text: &'static str,
    pub heed: bool,
}

/// Settings by the reason, which holds for the names themselves and for all that begin like one with a star.
const REASONS: &[(&str, bool, &[&str])] = &[
    ("users are in Django's own table, as usual", false, &["AUTH_USER_MODEL"]),
    (
        "rest-auth keeps its sessions in the table django_session, as JSON",
        true,
        &["SESSION_ENGINE", "SESSION_SERIALIZER"],
    ),
    ("rest-auth keeps the secret against cross-site requests in its cookie", true, &["CSRF_USE_SESSIONS"]),
    ("rest-auth signs as Django does by default", true, &["SIGNING_BACKEND"]),
    (
        "sessions last from login on, in the database alone",
        false,
        &["SESSION_SAVE_EVERY_REQUEST", "SESSION_CACHE_ALIAS", "SESSION_FILE_PATH"],
    ),
    ("how long a link is good is counted in seconds", true, &["PASSWORD_RESET_TIMEOUT_DAYS"]),
    (
        "which hosts are served is for the proxy in front to say",
        false,
        &["ALLOWED_HOSTS", "USE_X_FORWARDED_*", "INTERNAL_IPS"],
    ),
    (
        "redirects and headers of the project's pages are Django's middleware's; an API has its own",
        false,
        &["SECURE_*", "X_FRAME_OPTIONS", "APPEND_SLASH", "PREPEND_WWW", "DISALLOWED_USER_AGENTS", "IGNORABLE_404_URLS"],
    ),
    (
        "mails and pages have templates of their own: templates.folder",
        false,
        &["TEMPLATES", "FORM_RENDERER", "FORMS_*"],
    ),
    ("languages and language_code say which mails and pages there are", true, &["LANGUAGES", "LANGUAGE_CODE"]),
    (
        "the project's pages stay with Django",
        false,
        &["LOGIN_URL", "LOGIN_REDIRECT_URL", "LOGOUT_REDIRECT_URL", "MESSAGE_*", "CSRF_FAILURE_VIEW", "SITE_ID"],
    ),
    (
        "rest-auth runs no Python",
        false,
        &[
            "INSTALLED_APPS",
            "MIDDLEWARE",
            "ROOT_URLCONF",
            "WSGI_APPLICATION",
            "ASGI_APPLICATION",
            "SETTINGS_MODULE",
            "BASE_DIR",
            "FORCE_SCRIPT_NAME",
            "ABSOLUTE_URL_OVERRIDES",
            "DEFAULT_CHARSET",
            "FIXTURE_DIRS",
            "TEST_*",
            "SILENCED_SYSTEM_CHECKS",
            "DEFAULT_EXCEPTION_REPORTER*",
        ],
    ),
    (
        "rest-auth has no tables of the project's and leaves Django's as they are",
        false,
        &[
            "DATABASE_ROUTERS",
            "DEFAULT_AUTO_FIELD",
            "DEFAULT_TABLESPACE",
            "DEFAULT_INDEX_TABLESPACE",
            "MIGRATION_MODULES",
        ],
    ),
    (
        "rest-auth logs to standard error; RUST_LOG says how much",
        false,
        &["LOGGING", "LOGGING_CONFIG", "DEBUG", "DEBUG_*"],
    ),
    ("rest-auth has no cache", false, &["CACHES", "CACHE_*"]),
    (
        "rest-auth mails users, not who runs the site",
        false,
        &["ADMINS", "MANAGERS", "SERVER_EMAIL", "EMAIL_SUBJECT_PREFIX"],
    ),
    (
        "rest-auth speaks English, and its times are UTC",
        false,
        &[
            "LANGUAGE*",
            "LOCALE_PATHS",
            "TIME_ZONE",
            "USE_I18N",
            "USE_L10N",
            "USE_TZ",
            "USE_DEPRECATED_PYTZ",
            "DATE_*",
            "DATETIME_*",
            "TIME_*",
            "SHORT_*",
            "MONTH_DAY_FORMAT",
            "YEAR_MONTH_FORMAT",
            "FORMAT_MODULE_PATH",
            "FIRST_DAY_OF_WEEK",
            "DECIMAL_SEPARATOR",
            "THOUSAND_SEPARATOR",
            "NUMBER_GROUPING",
            "USE_THOUSAND_SEPARATOR",
        ],
    ),
    (
        "files are for Django or the web server to take and serve",
        false,
        &["STATIC*", "FILE_UPLOAD_*", "DEFAULT_FILE_STORAGE", "STORAGES", "DATA_UPLOAD_MAX_NUMBER_*"],
    ),
    ("rest-auth signs no cookies", false, &["SIGNED_COOKIE_*"]),
    (
        "Python of the project's own; in Rust, hooks of the library are for that",
        true,
        &[
            "ACCOUNT_ADAPTER",
            "ACCOUNT_FORMS",
            "ACCOUNT_SIGNUP_FORM_CLASS",
            "ACCOUNT_USER_DISPLAY",
            "ACCOUNT_USERNAME_VALIDATORS",
            "SOCIALACCOUNT_ADAPTER",
            "SOCIALACCOUNT_FORMS",
        ],
    ),
    (
        "rest-auth answers as the default serializers do; those of the project are Python",
        true,
        &[
            "REST_AUTH['*_SERIALIZER",
            "REST_AUTH['TOKEN_CREATOR",
            "REST_AUTH['REGISTER_PERMISSION_CLASSES",
            "SIMPLE_JWT['*_SERIALIZER",
            "SIMPLE_JWT['*_CLASS",
            "SIMPLE_JWT['*_RULE",
        ],
    ),
    (
        "rest-auth believes proxies that it knows: name them in trusted_proxies, and their header in client_address_header",
        true,
        &["REST_FRAMEWORK['NUM_PROXIES", "ALLAUTH_TRUSTED_PROXY_COUNT", "ALLAUTH_TRUSTED_CLIENT_IP_HEADER"],
    ),
    ("dj-rest-auth's, and rest-auth has nothing of the kind", false, &["REST_AUTH*", "OLD_*"]),
    ("SimpleJWT's, and rest-auth has nothing of the kind", false, &["SIMPLE_JWT*"]),
    ("Django REST framework's, for views of the project's own", false, &["REST_FRAMEWORK*"]),
    (
        "allauth's, and rest-auth has nothing of the kind",
        false,
        &["ACCOUNT_*", "SOCIALACCOUNT_*", "MFA_*", "HEADLESS_*", "USERSESSIONS_*"],
    ),
    (
        "Django's, and rest-auth has nothing of the kind",
        false,
        &["EMAIL_*", "SESSION_*", "CSRF_*", "CORS_*", "DATABASES*"],
    ),
];

/// Why a setting that the library does not know has no place.
pub fn no_place(source: &str) -> Reason {
    let source = source.trim_end_matches("']");
    let found = REASONS.iter().find(|(_, _, names)| names.iter().any(|name| matches(name, source)));
    found.map_or(
        Reason { text: "the project's own, or a package's that rest-auth does not answer to", heed: false },
        |(text, heed, _)| Reason { text, heed: *heed },
    )
}

/// Whether a setting that deserves a look is as Django has it, also where nothing marks defaults.
pub fn is_djangos_default(name: &str, value: &Value) -> bool {
    let default = match name {
        "AUTH_USER_MODEL" => "auth.User",
        "SESSION_ENGINE" => "django.contrib.sessions.backends.db",
        "SESSION_SERIALIZER" => "django.contrib.sessions.serializers.JSONSerializer",
        "SIGNING_BACKEND" => "django.core.signing.TimestampSigner",
        "CSRF_USE_SESSIONS" => return !value.is_true(),
        _ => return false,
    };
    value.text() == Some(default)
}

/// Whether a name is what the pattern, with at most one star, stands for.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    }
}

/// Whether a setting, by its name in Django, holds a secret.
pub fn is_secret(name: &str) -> bool {
    ["SECRET", "PASSWORD", "SIGNING_KEY", "TOKEN_KEY", "API_KEY"].iter().any(|part| name.contains(part))
        && !["PASSWORD_HASHERS", "AUTH_PASSWORD_VALIDATORS"].contains(&name)
        || name == "secret"
}
