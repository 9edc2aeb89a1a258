//! Why a setting of Django's has no place in `rest-auth.toml`.

/// Settings by the reason, which holds for the names themselves and for all that begin like one with a star.
const REASONS: &[(&str, &[&str])] = &[
    ("users are in Django's own table, as usual", &["AUTH_USER_MODEL"]),
    ("rest-auth keeps sessions in the database alone", &["SESSION_CACHE_ALIAS", "SESSION_FILE_PATH"]),
    ("the proxy in front says which hosts are served", &["ALLOWED_HOSTS", "USE_X_FORWARDED_PORT", "INTERNAL_IPS"]),
    (
        "for the project's pages",
        &[
            "SECURE_*",
            "APPEND_SLASH",
            "PREPEND_WWW",
            "IGNORABLE_404_URLS",
            "LOGIN_URL",
            "LOGIN_REDIRECT_URL",
            "LOGOUT_REDIRECT_URL",
            "MESSAGE_*",
            "CSRF_FAILURE_VIEW",
        ],
    ),
    ("mails and pages have templates of their own: templates.folder", &["TEMPLATES", "FORM_RENDERER", "FORMS_*"]),
    ("email.site_name says what mails call the site", &["SITE_ID"]),
    ("apps and middleware that clients notice have a line each", &["INSTALLED_APPS", "MIDDLEWARE"]),
    (
        "rest-auth runs no Python",
        &[
            "WSGI_APPLICATION",
            "ASGI_APPLICATION",
            "SETTINGS_MODULE",
            "BASE_DIR",
            "ABSOLUTE_URL_OVERRIDES",
            "DEFAULT_CHARSET",
            "FIXTURE_DIRS",
            "TEST_*",
            "SILENCED_SYSTEM_CHECKS",
            "DEFAULT_EXCEPTION_REPORTER*",
            "TASKS",
        ],
    ),
    (
        "rest-auth has no tables of the project's and leaves Django's as they are",
        &["DEFAULT_AUTO_FIELD", "DEFAULT_TABLESPACE", "DEFAULT_INDEX_TABLESPACE", "MIGRATION_MODULES"],
    ),
    ("rest-auth logs to standard error; RUST_LOG says how much", &["LOGGING", "LOGGING_CONFIG", "DEBUG", "DEBUG_*"]),
    ("rest-auth has no cache", &["CACHES", "CACHE_*"]),
    (
        "rest-auth mails users, not who runs the site",
        &["ADMINS", "MANAGERS", "SERVER_EMAIL", "EMAIL_SUBJECT_PREFIX", "EMAIL_USE_LOCALTIME"],
    ),
    (
        "for the project's pages and forms, in the formats of a language",
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
    ("Django or the web server serves the project's own files", &["STATIC*", "FILE_UPLOAD_*"]),
    ("rest-auth signs no cookies", &["SIGNED_COOKIE_*"]),
    ("dj-rest-auth's, and rest-auth has nothing of the kind", &["REST_AUTH*", "OLD_*"]),
    ("SimpleJWT's, and no endpoint of dj-rest-auth obeys it", &["SIMPLE_JWT*"]),
    ("Django REST framework's, and no endpoint of dj-rest-auth obeys it", &["REST_FRAMEWORK*"]),
    (
        "allauth's, and no endpoint of dj-rest-auth obeys it",
        &["ACCOUNT_*", "SOCIALACCOUNT_*", "MFA_*", "HEADLESS_*", "USERSESSIONS_*", "ALLAUTH_*"],
    ),
    (
        "Django's, and rest-auth has nothing of the kind",
        &["EMAIL_*", "SESSION_*", "CSRF_*", "CORS_*", "DATABASES*", "DATABASE_ROUTERS"],
    ),
];

/// Returns why a setting has no counterpart and no client misses it.
pub fn no_place(source: &str) -> &'static str {
    let source = source.trim_end_matches("']");
    let found = REASONS.iter().find(|(_, names)| names.iter().any(|name| matches(name, source)));
    found.map_or("the project's own, or a package's that rest-auth does not answer to", |(text, _)| *text)
}

/// Whether a name is what the pattern, with at most one star, stands for.
pub fn matches(pattern: &str, name: &str) -> bool {
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
