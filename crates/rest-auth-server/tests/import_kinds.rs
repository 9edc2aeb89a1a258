//! `rest-auth import settings` carries each setting over or lists it under "Look at".
//!
//! Clients would notice settings that the import drops.

mod support;

use support::{folder, rest_auth as run};

/// The result of an import: the file, and the names under "Look at".
struct Imported {
    file: String,
    look: String,
}

/// Imports a text; `rest-auth check` accepts the file.
fn import(input: &str) -> Imported {
    let (imported, code, errors) = import_and_check(input);
    assert_eq!((code, errors.as_str()), (0, ""), "{input}");
    imported
}

fn import_and_check(input: &str) -> (Imported, i32, String) {
    let folder = folder();
    let (code, output, errors) = run(folder.path(), &["import", "settings"], input.as_bytes());
    assert_eq!((code, errors.as_str()), (0, ""), "{input}");
    let (code, _, errors) = run(folder.path(), &["check", OFFLINE], b"");
    let look = output.lines().find_map(|line| line.strip_prefix("Look at: ")).unwrap_or_default().to_owned();
    let count = output.lines().find_map(|line| line.strip_suffix("  to look at: clients or users may notice"));
    let named = if look.is_empty() { 0 } else { look.split(", ").count() };
    assert_eq!(count.map(str::trim), Some(named.to_string().as_str()), "the count is that of the names: {output}");
    (
        Imported { file: std::fs::read_to_string(folder.path().join("rest-auth.toml")).expect("a file"), look },
        code,
        errors,
    )
}

const OFFLINE: &str = "--offline";

/// Settings of a site that has nothing to look at.
const USUAL: &str = "AUTH_PASSWORD_VALIDATORS = []
AUTHENTICATION_BACKENDS = ['django.contrib.auth.backends.ModelBackend', 'allauth.account.auth_backends.AuthenticationBackend']
";

/// Returns the same settings, with REST framework's classes and more.
fn usual(more: &str) -> String {
    let classes =
        "REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ('dj_rest_auth.jwt_auth.JWTCookieAuthentication',)}\n";
    format!("{USUAL}{classes}{more}\n")
}

/// Returns the line of the file that sets a key.
fn line<'a>(file: &'a str, key: &str) -> Option<&'a str> {
    file.lines().find(|line| line.starts_with(&format!("{key} = ")))
}

#[test]
fn a_site_that_is_as_rest_auth_is_has_nothing_to_look_at() {
    let imported = import(&usual("SESSION_COOKIE_AGE = 60\nTIME_ZONE = 'UTC'\nUSE_TZ = True"));
    assert_eq!(imported.look, "");
    assert!(!imported.file.contains("# To look at"), "{}", imported.file);
}

#[test]
fn the_flat_names_of_dj_rest_auth_before_3_0_are_carried_over() {
    let flat = "REST_USE_JWT = True
REST_SESSION_LOGIN = False
REST_AUTH_TOKEN_MODEL = None
JWT_AUTH_COOKIE = 'access'
JWT_AUTH_REFRESH_COOKIE = 'refresh'
JWT_AUTH_REFRESH_COOKIE_PATH = '/api/auth/token'
JWT_AUTH_SECURE = True
JWT_AUTH_HTTPONLY = False
JWT_AUTH_SAMESITE = 'strict'
JWT_AUTH_RETURN_EXPIRATION = True
JWT_AUTH_COOKIE_USE_CSRF = True
OLD_PASSWORD_FIELD_ENABLED = True
LOGOUT_ON_PASSWORD_CHANGE = True
REST_AUTH_SERIALIZERS = {'LOGIN_SERIALIZER': 'dj_rest_auth.serializers.LoginSerializer', 'USER_DETAILS_SERIALIZER': 'app.Details'}
REST_AUTH_REGISTER_SERIALIZERS = {'REGISTER_SERIALIZER': 'app.Register'}
REST_AUTH_TOKEN_CREATOR = <function create at 0x1>";
    let imported = import(&usual(flat));
    for expected in [
        "use_jwt = true",
        "session_login = false",
        "token_model = false",
        "jwt_auth_cookie = \"access\"",
        "jwt_auth_refresh_cookie = \"refresh\"",
        "jwt_auth_refresh_cookie_path = \"/api/auth/token\"",
        "jwt_auth_secure = true",
        "jwt_auth_httponly = false",
        "jwt_auth_samesite = \"Strict\"",
        "jwt_auth_return_expiration = true",
        "jwt_auth_cookie_use_csrf = true",
        "old_password_field_enabled = true",
        "logout_on_password_change = true",
    ] {
        assert!(imported.file.lines().any(|line| line == expected), "{expected}\n{}", imported.file);
    }
    // Such a site has other names for the tokens.
    assert_eq!(
        imported.look,
        "REST_USE_JWT, REST_AUTH_SERIALIZERS['USER_DETAILS_SERIALIZER'], REST_AUTH_REGISTER_SERIALIZERS['REGISTER_SERIALIZER'], \
         REST_AUTH_TOKEN_CREATOR."
    );
}

#[test]
fn a_flat_name_beside_rest_auth_is_looked_at() {
    let imported = import(&usual("REST_AUTH = {'USE_JWT': True}\nREST_USE_JWT = False\nJWT_AUTH_COOKIE = 'access'"));
    assert_eq!(imported.look, "REST_USE_JWT, JWT_AUTH_COOKIE.");
    assert_eq!(line(&imported.file, "use_jwt"), Some("use_jwt = true"));
    assert_eq!(line(&imported.file, "jwt_auth_cookie"), None);
}

#[test]
fn what_registration_lets_in_by_python_is_closed() {
    for closed in [
        "REST_AUTH_REGISTER_PERMISSION_CLASSES = ('rest_framework.permissions.IsAdminUser',)",
        "REST_AUTH = {'REGISTER_PERMISSION_CLASSES': ('rest_framework.permissions.IsAuthenticated',)}",
        "ACCOUNT_ALLOW_REGISTRATION = False",
    ] {
        let imported = import(&usual(closed));
        assert!(!imported.look.is_empty(), "{closed}");
    }
    for open in [
        "REST_AUTH_REGISTER_PERMISSION_CLASSES = ()",
        "REST_AUTH = {'REGISTER_PERMISSION_CLASSES': ('rest_framework.permissions.AllowAny',)}",
        "ACCOUNT_ALLOW_REGISTRATION = True",
    ] {
        let imported = import(&usual(open));
        assert_eq!((imported.look.as_str(), imported.file.contains("enabled = false")), ("", false), "{open}");
    }
}

#[test]
fn what_is_not_installed_is_switched_off() {
    let apps = |apps: &str| {
        import(&usual(&format!(
            "REST_USE_JWT = True\nACCOUNT_EMAIL_VERIFICATION = 'mandatory'\nACCOUNT_CHANGE_EMAIL = True\nACCOUNT_LOGIN_METHODS = {{'email', 'username'}}\nINSTALLED_APPS = [{apps}]"
        )))
    };
    let all = "'allauth', 'dj_rest_auth.registration', 'rest_framework_simplejwt.token_blacklist'";
    let imported = apps(all);
    for key in ["allauth", "enabled", "blacklist"] {
        assert_eq!(line(&imported.file, key), None, "{key}");
    }
    let imported = apps(&all.replace("'rest_framework_simplejwt.token_blacklist'", ""));
    assert_eq!(line(&imported.file, "blacklist"), Some("blacklist = false"));
    let imported = apps(&all.replace("'dj_rest_auth.registration', ", ""));
    assert_eq!(line(&imported.file, "enabled"), Some("enabled = false"));
    assert_eq!(line(&imported.file, "email_verification"), Some("email_verification = \"none\""));
    let imported = apps(&all.replace("'allauth', 'dj_rest_auth.registration', ", ""));
    assert_eq!(line(&imported.file, "allauth"), Some("allauth = false"));
    assert_eq!(line(&imported.file, "login_methods"), None, "allauth's settings are not in force there");
    assert_eq!(imported.look, "REST_USE_JWT.");
}

#[test]
fn what_python_takes_for_a_list_or_for_true_is_read_so() {
    let imported =
        import(&usual("SIMPLE_JWT = {'AUTH_HEADER_TYPES': 'JWT', 'ROTATE_REFRESH_TOKENS': 1, 'AUDIENCE': ''}"));
    assert_eq!(line(&imported.file, "auth_header_types"), Some("auth_header_types = [\"JWT\"]"));
    assert_eq!(line(&imported.file, "rotate_refresh_tokens"), Some("rotate_refresh_tokens = true"));
    assert_eq!(imported.look, "");
    let imported = import(&usual("SESSION_COOKIE_SECURE = 'False'\nCSRF_COOKIE_HTTPONLY = None"));
    assert_eq!(line(&imported.file, "session_cookie_secure"), Some("session_cookie_secure = true"));
    assert_eq!(imported.look, "SESSION_COOKIE_SECURE.");
}

#[test]
fn defaults_that_are_written_down_are_nothing_to_look_at() {
    let imported = import(&usual(
        "SIMPLE_JWT = {'AUTH_TOKEN_CLASSES': ('rest_framework_simplejwt.tokens.AccessToken',), 'USER_AUTHENTICATION_RULE': \
         'rest_framework_simplejwt.authentication.default_user_authentication_rule', 'TOKEN_USER_CLASS': 'rest_framework_simplejwt.models.TokenUser', \
         'SLIDING_TOKEN_LIFETIME': datetime.timedelta(seconds=300), 'VERIFYING_KEY': None, 'JWK_URL': None, 'JSON_ENCODER': None}
REST_AUTH = {'LOGIN_SERIALIZER': 'dj_rest_auth.serializers.LoginSerializer', 'TOKEN_CREATOR': 'dj_rest_auth.utils.default_create_token'}
ACCOUNT_ADAPTER = 'allauth.account.adapter.DefaultAccountAdapter'
ACCOUNT_EMAIL_CONFIRMATION_HMAC = True
SESSION_ENGINE = 'django.contrib.sessions.backends.db'
SOCIALACCOUNT_PROVIDERS = {}
MEDIA_URL = '/'
MEDIA_ROOT = ''
ACCOUNT_USER_MODEL_USERNAME_FIELD = 'username'",
    ));
    assert_eq!(imported.look, "", "{}", imported.file);
    assert_eq!(line(&imported.file, "root"), None, "an empty folder is none");
}

#[test]
fn what_clients_notice_is_looked_at() {
    for noticed in [
        "ACCOUNT_EMAIL_CONFIRMATION_HMAC = False",
        "ACCOUNT_SALT = 'salt'",
        "ACCOUNT_PREVENT_ENUMERATION = 'strict'",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True",
        "ACCOUNT_ADAPTER = 'app.Adapter'",
        "ACCOUNT_RATE_LIMITS = {'login': '5/m/ip'}",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD = None",
        "SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'",
        "SESSION_SERIALIZER = 'django.contrib.sessions.serializers.PickleSerializer'",
        "SESSION_SAVE_EVERY_REQUEST = True",
        "CSRF_USE_SESSIONS = True",
        "SECURE_SSL_REDIRECT = True",
        "SECURE_HSTS_SECONDS = 3600",
        "X_FRAME_OPTIONS = 'SAMEORIGIN'",
        "TIME_ZONE = 'Europe/Berlin'",
        "### TIME_ZONE = 'America/Chicago'",
        "USE_TZ = False",
        "### USE_TZ = False",
        "DATABASE_ROUTERS = ['app.Router']",
        "ROOT_URLCONF = 'app.urls'",
        "LANGUAGE_CODE = 'fr'",
        "EMAIL_BACKEND = 'anymail.backends.mailgun.EmailBackend'",
        "EMAIL_BACKEND = 'django.core.mail.backends.locmem.EmailBackend'",
        "JWT_AUTH = {'JWT_AUTH_HEADER_PREFIX': 'JWT'}",
        "INSTALLED_APPS = ['allauth', 'dj_rest_auth.registration', 'axes']",
        "INSTALLED_APPS = ['allauth', 'dj_rest_auth.registration', 'allauth.mfa']",
        "INSTALLED_APPS = ['allauth', 'dj_rest_auth.registration', 'allauth.socialaccount.providers.github']",
        "MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'app.middleware.Maintenance']",
        "DEFAULT_FILE_STORAGE = 'storages.backends.gcloud.GoogleCloudStorage'",
        "REST_AUTH = {'TOKEN_MODEL': 'knox.models.AuthToken'}",
        "REST_AUTH = {'PASSWORD_RESET_USE_SITES_DOMAIN': True}",
        "SIMPLE_JWT = {'AUTH_TOKEN_CLASSES': ('rest_framework_simplejwt.tokens.UntypedToken',)}",
        "SIMPLE_JWT = {'USER_AUTHENTICATION_RULE': 'app.rule'}",
        "SIMPLE_JWT = {'USER_ID_FIELD': 'slug'}",
    ] {
        let name = noticed.trim_start_matches("### ").split(' ').next().expect("a name");
        let imported = import(&usual(noticed));
        assert!(imported.look.contains(name), "{noticed}\n{}", imported.look);
    }
    for noticed in [
        "'EXCEPTION_HANDLER': 'app.handler'",
        "'NON_FIELD_ERRORS_KEY': 'errors'",
        "'DATETIME_FORMAT': '%d.%m.%Y'",
        "'COERCE_DECIMAL_TO_STRING': False",
        "'DEFAULT_RENDERER_CLASSES': ('djangorestframework_camel_case.render.CamelCaseJSONRenderer',)",
        "'DEFAULT_PARSER_CLASSES': ['djangorestframework_camel_case.parser.CamelCaseJSONParser']",
        "'DEFAULT_VERSIONING_CLASS': 'rest_framework.versioning.AcceptHeaderVersioning'",
        "'UNAUTHENTICATED_USER': None",
        "'URL_FORMAT_OVERRIDE': None",
        "'NUM_PROXIES': 1",
        "'DEFAULT_THROTTLE_CLASSES': ['app.throttles.BurstRateThrottle']",
    ] {
        let imported = import(&format!(
            "{USUAL}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication'], {noticed}}}\n"
        ));
        let name = noticed.split(':').next().expect("a name");
        assert_eq!(imported.look, format!("REST_FRAMEWORK[{name}]."), "{noticed}");
    }
}

#[test]
fn fewer_renderers_and_parsers_than_there_are_here_are_nothing_to_look_at() {
    let imported = import(&format!(
        "{USUAL}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication'], \
         'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'], 'PAGE_SIZE': 20, 'DEFAULT_PARSER_CLASSES': \
         ('rest_framework.parsers.JSONParser',), 'DEFAULT_PERMISSION_CLASSES': ['app.Own'], 'TEST_REQUEST_DEFAULT_FORMAT': 'json'}}\n"
    ));
    assert_eq!(imported.look, "");
}

#[test]
fn credentials_that_rest_auth_does_not_know_are_looked_at() {
    let classes =
        |classes: &str| import(&format!("{USUAL}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': {classes}}}\n"));
    let look = "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'].";
    let imported = classes(
        "['rest_framework.authentication.TokenAuthentication', 'rest_framework.authentication.BasicAuthentication']",
    );
    assert_eq!(
        (line(&imported.file, "authentication"), imported.look.as_str()),
        (Some("authentication = [\"token\"]"), look)
    );
    let imported = classes("['app.auth.CookieJWTAuthentication']");
    assert_eq!(
        (line(&imported.file, "authentication"), imported.look.as_str()),
        (Some("authentication = [\"jwt\"]"), look)
    );
    let imported = classes("['knox.auth.TokenAuthentication', 'rest_framework.authentication.SessionAuthentication']");
    assert_eq!(
        (line(&imported.file, "authentication"), imported.look.as_str()),
        (Some("authentication = [\"session\"]"), look)
    );
    // REST framework's own default contains HTTP Basic.
    let imported = import(USUAL);
    assert!(
        imported.look.starts_with("REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] (not named"),
        "{}",
        imported.look
    );
    let cookie = "REST_AUTH = {'USE_JWT': True, 'JWT_AUTH_COOKIE': 'access'}";
    let header = "['rest_framework_simplejwt.authentication.JWTAuthentication']";
    let imported =
        import(&format!("{USUAL}{cookie}\nREST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': {header}}}\n"));
    assert_eq!(imported.look, look, "the cookie authenticates here, and does not there");
}

#[test]
fn other_backends_are_looked_at_and_in_no_session() {
    let backends =
        "['axes.backends.AxesStandaloneBackend', 'django.contrib.auth.backends.ModelBackend', 'app.LdapBackend']";
    let imported = import(&usual("").replace(
        "['django.contrib.auth.backends.ModelBackend', 'allauth.account.auth_backends.AuthenticationBackend']",
        backends,
    ));
    let expected = "authentication_backends = [\"django.contrib.auth.backends.ModelBackend\"]";
    assert_eq!(line(&imported.file, "authentication_backends"), Some(expected));
    assert_eq!(imported.look, "AUTHENTICATION_BACKENDS.");
}

#[test]
fn only_rates_that_a_throttle_applies_are_in_force() {
    let rates = |more: &str| {
        import(&format!(
            "{USUAL}REST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.SessionAuthentication'], {more}}}\n"
        ))
    };
    let imported = rates("'DEFAULT_THROTTLE_RATES': {'anon': '100/day', 'user': None}");
    assert_eq!(line(&imported.file, "rates"), None);
    assert_eq!(imported.look, "REST_FRAMEWORK['DEFAULT_THROTTLE_RATES'].");
    let all = "'DEFAULT_THROTTLE_CLASSES': ['rest_framework.throttling.AnonRateThrottle', 'rest_framework.throttling.ScopedRateThrottle'], ";
    let imported = rates(&format!("{all}'DEFAULT_THROTTLE_RATES': {{'anon': '100/day', 'dj_rest_auth': '5/m'}}"));
    assert_eq!(line(&imported.file, "rates"), Some("rates = { anon = \"100/day\", dj_rest_auth = \"5/minute\" }"));
    assert_eq!(imported.look, "");
    let imported =
        rates(&format!("{all}'DEFAULT_THROTTLE_RATES': {{'anon': '5/month', 'burst': '9/sec', 'login': '5/min'}}"));
    assert_eq!(line(&imported.file, "rates"), Some("rates = { anon = \"5/minute\", login = \"5/minute\" }"));
    assert_eq!(
        imported.look, "REST_FRAMEWORK['DEFAULT_THROTTLE_RATES'].",
        "a scope of the project's, and a month of a minute"
    );
}

#[test]
fn mails_leave_as_they_do_there() {
    let imported = import(&usual(
        "EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'\nEMAIL_FILE_PATH = PosixPath('/srv/mails')",
    ));
    assert_eq!((line(&imported.file, "folder"), imported.look.as_str()), (Some("folder = \"/srv/mails\""), ""));
    let console = "EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'\nEMAIL_HOST = 'smtp.example.com'";
    let imported = import(&usual(console));
    assert_eq!((line(&imported.file, "smtp_url"), imported.look.as_str()), (None, ""));
    let imported = import(&usual("EMAIL_BACKEND = 'django_ses.SESBackend'\n### EMAIL_HOST = 'localhost'"));
    assert_eq!((line(&imported.file, "smtp_url"), imported.look.as_str()), (None, "EMAIL_BACKEND."));
    let imported =
        import(&usual("EMAIL_BACKEND = 'djcelery_email.backends.CeleryEmailBackend'\nEMAIL_HOST = 'smtp.example.com'"));
    assert_eq!(line(&imported.file, "smtp_url"), Some("smtp_url = \"smtp://smtp.example.com:25\""));
    assert_eq!(imported.look, "EMAIL_BACKEND.");
}

#[test]
fn files_stay_where_they_are() {
    let bucket = "STORAGES = {'default': {'BACKEND': 'storages.backends.s3.S3Storage', 'OPTIONS': {'bucket_name': 'pictures', 'location': 'media/', \
                  'custom_domain': 'cdn.example.com'}}}
AWS_S3_REGION_NAME = 'eu-central-1'
AWS_ACCESS_KEY_ID = 'key'
AWS_SECRET_ACCESS_KEY = 'hunter2'
MEDIA_ROOT = '/srv/media'";
    let imported = import(&usual(bucket));
    for expected in [
        "url = \"https://cdn.example.com/media/\"",
        "s3_bucket = \"pictures\"",
        "s3_location = \"media\"",
        "s3_region = \"eu-central-1\"",
        "s3_access_key_id = \"key\"",
        "s3_secret_access_key = \"hunter2\"",
    ] {
        assert!(imported.file.lines().any(|line| line == expected), "{expected}\n{}", imported.file);
    }
    assert_eq!((line(&imported.file, "root"), imported.look.as_str()), (None, ""));
    let folder = "STORAGES = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage', 'OPTIONS': {'location': '/srv/m', 'base_url': '/m/'}}}";
    let imported = import(&usual(folder));
    assert_eq!(
        (line(&imported.file, "root"), line(&imported.file, "url")),
        (Some("root = \"/srv/m\""), Some("url = \"/m/\""))
    );
}

#[test]
fn a_database_that_cannot_be_named_is_filled_in_before_the_server_starts() {
    for (databases, why) in [
        ("{'default': {'ENGINE': 'django.db.backends.oracle', 'NAME': 'x'}}", "django.db.backends.oracle"),
        ("{'default': {'ENGINE': 'mssql', 'NAME': 'x'}}", "mssql"),
        ("{'default': {'ENGINE': 'django.db.backends.dummy'}}", "django.db.backends.dummy"),
        ("{'default': {'ENGINE': 'django.db.backends.postgresql', 'OPTIONS': {'service': 'site'}}}", "service"),
        (
            "{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'x', 'PASSWORD': <Vault at 0x1>}}",
            "PASSWORD",
        ),
        ("{'default': {}}", "ENGINE"),
        ("{}", "no database"),
        ("Vault(!", "no Python value"),
    ] {
        let (imported, code, errors) = import_and_check(&usual(&format!("DATABASES = {databases}")));
        assert_eq!(line(&imported.file, "database_url"), Some("database_url = \"\""), "{databases}");
        assert!(imported.file.contains(why) && imported.look.contains("DATABASES"), "{why}\n{}", imported.file);
        assert!(code == 1 && errors.contains("database_url"), "{errors}");
    }
    let (imported, code, errors) = import_and_check(&usual("SECRET_KEY = <Vault object at 0x1>"));
    assert_eq!(imported.look, "SECRET_KEY.");
    assert!(code == 1 && errors.contains("secret_key"), "{errors}");
}

#[test]
fn options_of_a_database_are_in_its_url() {
    for (database, expected, look) in [
        (
            "{'ENGINE': 'django.db.backends.postgresql', 'NAME': 'n', 'HOST': 'db', 'ATOMIC_REQUESTS': True, 'CONN_MAX_AGE': 60, 'OPTIONS': \
             {'options': '-c search_path=accounts,public', 'sslmode': 'verify-full', 'sslrootcert': '/ca.pem', 'isolation_level': 2}}",
            "postgres://db/n?sslmode=verify-full&sslrootcert=/ca.pem&options=-c%20search_path%3Daccounts,public",
            "",
        ),
        (
            "{'ENGINE': 'django.db.backends.mysql', 'NAME': 'n', 'HOST': 'db', 'OPTIONS': {'ssl': {'ca': '/ca.pem'}, 'charset': 'utf8mb4'}}",
            "mysql://db/n?ssl-ca=/ca.pem&charset=utf8mb4&ssl-mode=verify_ca",
            "",
        ),
        (
            "{'ENGINE': 'django.db.backends.mysql', 'NAME': 'n', 'HOST': 'db', 'TIME_ZONE': 'Asia/Seoul', 'OPTIONS': {'auth_plugin': 'x'}}",
            "mysql://db/n",
            "DATABASES['default'].",
        ),
        (
            "{'ENGINE': 'django_tenants.postgresql_backend', 'NAME': 'n', 'HOST': 'db'}",
            "postgres://db/n",
            "DATABASES['default'].",
        ),
    ] {
        let imported =
            import(&usual(&format!("DATABASES = {{'default': {database}, 'archive': {{'ENGINE': 'mssql'}}}}")));
        assert_eq!(line(&imported.file, "database_url"), Some(format!("database_url = \"{expected}\"").as_str()));
        assert_eq!(imported.look, look);
    }
}

#[test]
fn cors_settings_without_their_middleware_are_not_in_force() {
    let cors = "CORS_ALLOWED_ORIGINS = ['https://app.example.com']";
    let imported = import(&usual(&format!("{cors}\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']")));
    assert_eq!((line(&imported.file, "cors_allowed_origins"), imported.look.as_str()), (None, ""));
    let imported = import(&usual(&format!("{cors}\nMIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']")));
    assert_eq!(
        line(&imported.file, "cors_allowed_origins"),
        Some("cors_allowed_origins = [\"https://app.example.com\"]")
    );
    let imported = import(&usual(
        r"CORS_ALLOWED_ORIGIN_REGEXES = [re.compile('^https://\\w+\\.example\\.com$', re.IGNORECASE)]
CORS_ALLOW_HEADERS = ('accept', 'x-own')",
    ));
    let expected = r#"cors_allowed_origin_regexes = ['^https://\w+\.example\.com$']"#;
    assert_eq!(line(&imported.file, "cors_allowed_origin_regexes"), Some(expected));
    assert_eq!(line(&imported.file, "cors_allow_headers"), Some("cors_allow_headers = [\"accept\", \"x-own\"]"));
    assert_eq!(imported.look, "");
    // Django does not allow origins that browsers never send, either.
    let imported = import(&usual("CORS_ALLOWED_ORIGINS = ['https://App.example.com/', '*', '']"));
    assert_eq!(
        line(&imported.file, "cors_allowed_origins"),
        Some("cors_allowed_origins = [\"https://app.example.com\"]")
    );
    assert_eq!(imported.look, "CORS_ALLOWED_ORIGINS.");
    // Names without a scheme come from an older Django.
    let imported = import(&usual("CSRF_TRUSTED_ORIGINS = ['.example.com', 'app.example.org']"));
    let expected = "csrf_trusted_origins = [\"https://*.example.com\", \"https://app.example.org\"]";
    assert_eq!(line(&imported.file, "csrf_trusted_origins"), Some(expected));
}

#[test]
fn a_prefix_that_the_proxy_removes_is_carried_over() {
    let imported =
        import(&usual("FORCE_SCRIPT_NAME = '/app/'\nMEDIA_URL = '/app/media/'\nUSE_X_FORWARDED_HOST = True"));
    assert_eq!(line(&imported.file, "force_script_name"), Some("force_script_name = \"/app\""));
    assert_eq!(line(&imported.file, "url"), Some("url = \"/app/media/\""));
    assert_eq!(line(&imported.file, "use_x_forwarded_host"), Some("use_x_forwarded_host = true"));
    assert_eq!(imported.look, "");
    let imported = import(&usual("FORCE_SCRIPT_NAME = '/app'\nMEDIA_URL = '/files/'"));
    assert_eq!(imported.look, "MEDIA_URL.");
}

#[test]
fn users_without_a_name_are_named_by_their_address() {
    let imported = import(&usual(
        "AUTH_USER_MODEL = 'people.Person'\nACCOUNT_USER_MODEL_USERNAME_FIELD = None\nACCOUNT_AUTHENTICATION_METHOD = 'email'
ACCOUNT_USERNAME_REQUIRED = False\nACCOUNT_EMAIL_REQUIRED = True",
    ));
    assert_eq!(line(&imported.file, "columns"), Some("columns = { username = \"email\" }"));
    assert_eq!(line(&imported.file, "table"), Some("table = \"people_person\""));
    assert_eq!(line(&imported.file, "login_methods"), Some("login_methods = [\"email\"]"));
    assert_eq!(imported.look, "AUTH_USER_MODEL.");
    let fields = "ACCOUNT_SIGNUP_FIELDS = ['email*', 'username*', 'password1*', 'phone', 'first_name*']";
    let imported = import(&usual(fields));
    assert_eq!(
        line(&imported.file, "signup_fields"),
        Some("signup_fields = [\"email*\", \"username*\", \"password1*\"]")
    );
    assert_eq!(imported.look, "ACCOUNT_SIGNUP_FIELDS.");
}

#[test]
fn mails_are_in_the_sites_language_and_lead_to_its_host() {
    let imported = import(&usual(
        "LANGUAGE_CODE = 'de-at'\nMIDDLEWARE = []\nALLOWED_HOSTS = ['localhost', 'example.org']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
    ));
    assert_eq!(line(&imported.file, "language_code"), Some("language_code = \"de\""));
    assert_eq!(line(&imported.file, "languages"), Some("languages = [\"de\"]"));
    assert_eq!(line(&imported.file, "origin"), Some("origin = \"https://example.org\""));
    assert_eq!(imported.look, "LANGUAGE_CODE (error messages).");
    let imported = import(&usual("ALLOWED_HOSTS = ['*']"));
    assert_eq!((line(&imported.file, "origin"), imported.look.as_str()), (None, "ALLOWED_HOSTS."));
    let middleware = "MIDDLEWARE = ['django.middleware.locale.LocaleMiddleware']\nLANGUAGES = [('de', 'Deutsch'), ('fr', <proxy at 0x1>), ('en-gb', 'English')]";
    let imported = import(&usual(middleware));
    assert_eq!(line(&imported.file, "languages"), None, "both, as by default");
    assert_eq!(imported.look, "MIDDLEWARE['django.middleware.locale.LocaleMiddleware'].");
}

#[test]
fn json_holds_what_python_wrote() {
    let json = r#"{"AUTH_PASSWORD_VALIDATORS": [], "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
        "REST_FRAMEWORK": {"DEFAULT_AUTHENTICATION_CLASSES": ["<class 'dj_rest_auth.jwt_auth.JWTCookieAuthentication'>"]},
        "SIMPLE_JWT": {"ACCESS_TOKEN_LIFETIME": "0:15:00", "REFRESH_TOKEN_LIFETIME": "P7DT00H00M00S"},
        "ACCOUNT_LOGIN_METHODS": "{'email', 'username'}", "REST_USE_JWT": true,
        "DEFAULT_FROM_EMAIL": "<mail@example.com>", "PASSWORD_RESET_TIMEOUT_DAYS": 1, "MEDIA_ROOT": "/srv/media",
        "ACCOUNT_EMAIL_VERIFICATION": "<EmailVerificationMethod.NONE: 'none'>", "OWN": "<function f at 0x7f00>"}"#;
    let imported = import(json);
    for expected in [
        "authentication = [\"jwt\"]",
        "access_token_lifetime = 900",
        "refresh_token_lifetime = 604800",
        "login_methods = [\"email\", \"username\"]",
        "use_jwt = true",
        "from = \"<mail@example.com>\"",
        "password_reset_timeout = 86400",
        "email_verification = \"none\"",
    ] {
        assert!(imported.file.lines().any(|line| line == expected), "{expected}\n{}", imported.file);
    }
}
