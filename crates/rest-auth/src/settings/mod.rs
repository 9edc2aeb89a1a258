//! The settings: defaults < file < environment < flags.
//!
//! A setting that the reference has keeps its name, in lower case: Django's own at the top, the rest in a
//! section each. [`Settings::load`] refuses what it does not know, all of it at once.

mod account;
mod apps;
mod checks;
mod cookie_checks;
pub(crate) mod cookies;
mod database_checks;
mod email;
mod forward_auth;
mod frontend;
mod jwt_checks;
mod known;
mod later;
mod load;
mod login;
mod mail_checks;
mod media;
mod metrics;
mod mfa;
pub(crate) mod named;
mod origin_checks;
mod origins;
mod profile_checks;
mod profiles;
mod registration;
mod registration_checks;
mod rest_auth;
pub(crate) mod section;
mod server_checks;
mod simple_jwt;
mod templates;
mod throttle;
mod throttle_checks;
mod user_checks;
mod user_details;
mod user_table;
mod values;
mod webhook;

pub use account::Account;
pub use checks::Warning;
pub use cookies::FormerCookie;
pub use email::Email;
pub use forward_auth::ForwardAuth;
pub use frontend::Frontend;
pub use known::KnownSetting;
pub use load::{Loaded, SettingsError};
pub use login::Login;
pub use media::Media;
pub use metrics::{LogFormat, Metrics};
pub use mfa::Mfa;
pub use named::Named;
pub use origins::browser_origin;
pub use profiles::Profile;
pub(crate) use registration::Form as RegistrationForm;
pub use registration::{Registration, RegistrationType};
pub use rest_auth::RestAuth;
pub use section::Misfit;
pub use simple_jwt::SimpleJwt;
pub use templates::Templates;
pub use throttle::{FailedLogins, Rates, Throttling, WithoutRedis};
pub use user_details::UserDetails;
pub use user_table::{UserKey, UserTable};
pub use values::{
    Audience, Authentication, ClaimValue, Claims, DatabaseUrl, EmailVerification, JwtAlgorithm, Lifetime, LoginMethod,
    SameSite, Secret, UserIdField,
};
pub use webhook::Webhook;

pub use crate::client_address::TrustedProxy;
use crate::passwords::{HasherSetting, ValidatorSetting};
pub use crate::throttling::SCOPES as THROTTLE_SCOPES;
pub use crate::throttling::account::{AccountRateLimits, Action};
pub use crate::throttling::rate::RateSetting;
use section::{Setting, section};

section! {
    /// Every setting.
    pub struct Settings {
        /// Signs sessions and tokens; whoever knows it can be anyone. At least 50 random characters.
        /// Better in the environment (REST_AUTH__SECRET_KEY) or in a file of its own. (SECRET_KEY)
        pub secret_key: Option<Secret> = None,
        /// A file whose first line is the secret key.
        pub secret_key_file: Option<std::path::PathBuf> = None,
        /// Former secret keys, whose signatures are still good. (SECRET_KEY_FALLBACKS)
        pub secret_key_fallbacks: Vec<Secret> = Vec::new(),
        /// The database: sqlite://FILE, postgres://USER:PASSWORD@HOST/NAME or mysql://USER:PASSWORD@HOST/NAME.
        pub database_url: DatabaseUrl = DatabaseUrl::from("sqlite://rest-auth.db"),
        /// How many connections to the database there are at most.
        pub database_max_connections: u32 = 10,
        /// How long a request waits for a connection, or for SQLite's other writer, in seconds; after that it
        /// is answered 503.
        pub database_timeout: u64 = 10,
        /// How many connections to the database are kept open even if nobody needs them.
        pub database_min_connections: u32 = 0,
        /// How long a connection to the database is kept that nobody needs.
        pub database_idle_timeout: Lifetime = Lifetime::from_seconds(600),
        /// How long a connection to the database is used before another takes its place.
        pub database_max_lifetime: Lifetime = Lifetime::from_seconds(1800),
        /// How long PostgreSQL, MariaDB or MySQL may take for one statement, before the request is answered 503; 0 for as
        /// long as it takes.
        pub database_statement_timeout: Lifetime = Lifetime::from_seconds(30),
        /// How often the server removes sessions and refresh tokens that have run out, in seconds; 0 for never.
        pub flush_expired_interval: u64 = 3600,
        /// The address and port that the server listens at.
        pub bind: String = "127.0.0.1:8000".to_owned(),
        /// How many clients may be connected at once; one more waits until another goes.
        pub max_connections: usize = 10_000,
        /// How long a client may take to send the head of a request, or keep a connection open between two.
        pub request_header_timeout: Lifetime = Lifetime::from_seconds(30),
        /// How many headers a request may have.
        pub max_request_headers: usize = 100,
        /// How many bytes the head of a request may have; what arrives together with the last of them is read, too.
        pub max_request_head: usize = 65_536,
        /// How long a client may take to send the body of a request, all in all; then it is answered 408.
        pub request_body_timeout: Lifetime = Lifetime::from_seconds(30),
        /// How long a client may go without taking anything of its answer.
        pub send_timeout: Lifetime = Lifetime::from_seconds(30),
        /// How long requests and mails under way may take to finish once the server was told to stop.
        pub shutdown_timeout: Lifetime = Lifetime::from_seconds(30),
        /// How long the server goes on as before once it was told to stop, but for /readyz, which says at once that it is
        /// not ready: for what sends it requests to find that out.
        pub shutdown_delay: Lifetime = Lifetime::from_seconds(0),
        /// How the log is written: "text" for people, "json" for programs, an object a line.
        pub log_format: LogFormat = LogFormat::Text,
        /// The path that the endpoints stand below.
        pub base_path: String = "/api/auth".to_owned(),
        /// The path that a proxy removes from the front of each request's path, for example "/app". Links, redirects and the
        /// addresses of files begin with this path. Default: not set. (FORCE_SCRIPT_NAME)
        pub force_script_name: Option<String> = None,
        /// The ways to say who sends a request, in the order tried. (DEFAULT_AUTHENTICATION_CLASSES)
        pub authentication: Vec<Authentication> =
            vec![Authentication::Jwt, Authentication::Token, Authentication::Session],
        /// The names that Django knows its ways to check a password by: a session holds one. The first
        /// stands for a user name, the last for a mail address. (AUTHENTICATION_BACKENDS)
        pub authentication_backends: Vec<String> = vec![
            "django.contrib.auth.backends.ModelBackend".to_owned(),
            "allauth.account.auth_backends.AuthenticationBackend".to_owned(),
        ],
        /// Whether accounts are those of allauth. false: accounts are as on a site whose INSTALLED_APPS lacks allauth. Users log
        /// in by their exact user name or by the address in their row, a link to a new password holds the user's key in
        /// base64, there is no registration, and no address is verified. The tables of allauth are not needed then.
        pub allauth: bool = true,
        /// The password hashers, of which the first makes new hashes: "pbkdf2_sha256", "pbkdf2_sha1", "argon2",
        /// "bcrypt_sha256", "bcrypt", "scrypt" or "md5", or a table with the name and the cost, such as
        /// { name = "pbkdf2_sha256", iterations = 1500000 }. Hashes of all of them are verified, listed or not, and so are
        /// "sha1", "unsalted_md5" and "unsalted_sha1" of Django's earlier versions.
        /// A login replaces a hash of another algorithm or cost. (PASSWORD_HASHERS)
        pub password_hashers: Vec<HasherSetting> = HasherSetting::defaults(),
        /// What a password must be. [] switches the rules off. { name = "breached_password", hashes = "FOLDER" } refuses
        /// those known from breaches, of which the folder has range files; or a file that `rest-auth breached build`
        /// makes. (AUTH_PASSWORD_VALIDATORS)
        pub password_validators: Vec<ValidatorSetting> = ValidatorSetting::defaults(),
        /// How many threads hash passwords, each up to eight of Django's usual kind at once; 0 for as many as there are cores.
        pub password_hashing_threads: usize = 0,
        /// How many requests may wait for their turn to hash; one more is answered 503.
        pub password_hashing_queue: usize = 256,
        /// How long the link in a mail that gives a new password is good, in seconds. (PASSWORD_RESET_TIMEOUT)
        pub password_reset_timeout: i64 = 259_200,
        /// The largest body of a request, in bytes. (DATA_UPLOAD_MAX_MEMORY_SIZE)
        pub data_upload_max_memory_size: usize = 2_621_440,
        /// The header, and its value, by which a trusted proxy says that the client came by HTTPS, e.g.
        /// ["X-Forwarded-Proto", "https"]. (SECURE_PROXY_SSL_HEADER)
        pub secure_proxy_ssl_header: Option<(String, String)> = None,
        /// Whether the header X-Forwarded-Host names the host that a client asked for, instead of Host. Only set this if the
        /// proxy replaces that header in each request. (USE_X_FORWARDED_HOST)
        pub use_x_forwarded_host: bool = false,
        /// The proxies in front that are believed when they say where a request comes from: addresses, or networks such as
        /// "10.0.0.0/8". Without them everybody behind a proxy has its address, and shares its limits.
        pub trusted_proxies: Vec<TrustedProxy> = Vec::new(),
        /// The header by which they say it: "X-Forwarded-For", "Forwarded", or one of their own that holds one address.
        pub client_address_header: String = "X-Forwarded-For".to_owned(),
        /// The name of the session cookie. (SESSION_COOKIE_NAME)
        pub session_cookie_name: String = "sessionid".to_owned(),
        /// How long a session lasts, in seconds. (SESSION_COOKIE_AGE)
        pub session_cookie_age: i64 = 1_209_600,
        /// The session cookie's domain. (SESSION_COOKIE_DOMAIN)
        pub session_cookie_domain: Option<String> = None,
        /// The session cookie's path. (SESSION_COOKIE_PATH)
        pub session_cookie_path: String = "/".to_owned(),
        /// Whether browsers send the session cookie by HTTPS alone. (SESSION_COOKIE_SECURE)
        pub session_cookie_secure: bool = false,
        /// Whether scripts cannot see the session cookie. (SESSION_COOKIE_HTTPONLY)
        pub session_cookie_httponly: bool = true,
        /// Which cross-site requests carry the session cookie. (SESSION_COOKIE_SAMESITE)
        pub session_cookie_samesite: SameSite = SameSite::Lax,
        /// Whether the session ends with the browser. (SESSION_EXPIRE_AT_BROWSER_CLOSE)
        pub session_expire_at_browser_close: bool = false,
        /// The name of the cookie that holds the secret against cross-site requests. (CSRF_COOKIE_NAME)
        pub csrf_cookie_name: String = "csrftoken".to_owned(),
        /// How long that cookie lasts, in seconds. (CSRF_COOKIE_AGE)
        pub csrf_cookie_age: i64 = 31_449_600,
        /// Its domain. (CSRF_COOKIE_DOMAIN)
        pub csrf_cookie_domain: Option<String> = None,
        /// Its path. (CSRF_COOKIE_PATH)
        pub csrf_cookie_path: String = "/".to_owned(),
        /// Whether browsers send it by HTTPS alone. (CSRF_COOKIE_SECURE)
        pub csrf_cookie_secure: bool = false,
        /// Whether scripts cannot see it; they need it to fill in the header. (CSRF_COOKIE_HTTPONLY)
        pub csrf_cookie_httponly: bool = false,
        /// Which cross-site requests carry it. (CSRF_COOKIE_SAMESITE)
        pub csrf_cookie_samesite: SameSite = SameSite::Lax,
        /// The places where cookies were before their path, domain or name was changed, for example
        /// { name = "refresh", path = "/api/auth/", domain = ".example.com" }; the path is "/" and there is no domain unless
        /// stated. Browsers keep a cookie there and send both. Login, logout and a rotation remove the former cookie. Django has
        /// no such setting.
        pub former_cookies: Vec<FormerCookie> = Vec::new(),
        /// The header that repeats the secret, as Django spells it. (CSRF_HEADER_NAME)
        pub csrf_header_name: String = "HTTP_X_CSRFTOKEN".to_owned(),
        /// Other origins whose requests may change something, e.g. "https://*.example.com".
        /// (CSRF_TRUSTED_ORIGINS)
        pub csrf_trusted_origins: Vec<String> = Vec::new(),
        /// The origins whose scripts may read responses, as browsers send them: "https://app.example.com".
        /// (CORS_ALLOWED_ORIGINS)
        pub cors_allowed_origins: Vec<String> = Vec::new(),
        /// Patterns of further origins whose scripts may read responses. As with Python's `re.match`, a pattern matches
        /// from the first character on, so end it in "$": '^https://\w+\.example\.com$'. (CORS_ALLOWED_ORIGIN_REGEXES)
        pub cors_allowed_origin_regexes: Vec<String> = Vec::new(),
        /// Whether the scripts of every origin may read responses. (CORS_ALLOW_ALL_ORIGINS)
        pub cors_allow_all_origins: bool = false,
        /// Whether requests of other origins may carry cookies. (CORS_ALLOW_CREDENTIALS)
        pub cors_allow_credentials: bool = false,
        /// The headers that requests of other origins may carry. Those that csrf_header_name, simple_jwt.auth_header_name
        /// and rest_auth.jwt_transport_header name are always allowed, as is X-Request-ID. (CORS_ALLOW_HEADERS)
        pub cors_allow_headers: Vec<String> = text_list(&[
            "accept",
            "authorization",
            "content-type",
            "user-agent",
            "x-csrftoken",
            "x-requested-with",
        ]),
        /// The methods that requests of other origins may have. (CORS_ALLOW_METHODS)
        pub cors_allow_methods: Vec<String> = text_list(&["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]),
        /// The headers of a response that scripts of other origins may read, beside the usual ones: "Retry-After".
        /// (CORS_EXPOSE_HEADERS)
        pub cors_expose_headers: Vec<String> = Vec::new(),
        /// How long a browser may remember the answer to a preflight request, in seconds; 0 for as long as browsers
        /// choose. (CORS_PREFLIGHT_MAX_AGE)
        pub cors_preflight_max_age: u64 = 86_400,
        /// Whether pages of the public internet may send requests to this server in a private network.
        /// (CORS_ALLOW_PRIVATE_NETWORK)
        pub cors_allow_private_network: bool = false,
        /// The pattern of the paths to which the cors_ settings apply, matched as those of cors_allowed_origin_regexes are.
        /// (CORS_URLS_REGEX)
        pub cors_urls_regex: String = crate::cors::EVERY_PATH.to_owned(),
        /// The language of mails and pages for whoever asks for none of those below.
        pub language_code: String = "en".to_owned(),
        /// The languages of mails and pages, of which the header Accept-Language chooses. There are templates for "en" and
        /// "de"; another needs files of its own in templates.folder.
        pub languages: Vec<String> = vec!["en".to_owned(), "de".to_owned()],
        /// Claims of the application's own in every token: { groups = "user.groups" }. A value is user.pk, user.username,
        /// user.email, user.first_name, user.last_name, user.is_active, user.is_staff, user.is_superuser or
        /// user.groups.
        pub claims: Claims = Claims::new(),
        /// Profiles beside the user, each a table of its own: [profiles.NAME] says its table, its fields, and, with
        /// auto_create = false, that not every user has one. A field has a type (char, text, email, url, integer,
        /// decimal, boolean, date, datetime, choice, json, image, file) and, as in Django, max_length, min_length,
        /// min_value, max_value, max_digits, decimal_places, choices, blank, null, default, upload_to; read_only if clients
        /// may only see it.
        pub profiles: Named<Profile> = Named::default(),
        /// REST_AUTH
        pub rest_auth: RestAuth = RestAuth::default(),
        /// SIMPLE_JWT
        pub simple_jwt: SimpleJwt = SimpleJwt::default(),
        /// ACCOUNT_…
        pub account: Account = Account::default(),
        /// Mails
        pub email: Email = Email::default(),
        /// Links in mails
        pub frontend: Frontend = Frontend::default(),
        /// Forward authentication
        pub forward_auth: ForwardAuth = ForwardAuth::default(),
        /// Texts
        pub templates: Templates = Templates::default(),
        /// Login rules
        pub login: Login = Login::default(),
        /// Limits
        pub throttle: Throttling = Throttling::default(),
        /// Registration
        pub registration: Registration = Registration::default(),
        /// The table of users
        pub user: UserTable = UserTable::default(),
        /// Metrics
        pub metrics: Metrics = Metrics::default(),
        /// Second factor
        pub mfa: Mfa = Mfa::default(),
        /// User details
        pub user_details: UserDetails = UserDetails::default(),
        /// Pictures and files
        pub media: Media = Media::default(),
    }
}

fn text_list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A secret key like those that Django makes: 64 random characters.
pub fn new_secret_key() -> Secret {
    Secret::from(crate::source::Random::system().string(64, crate::source::LETTERS_AND_DIGITS))
}

impl Settings {
    /// Every setting at its default, with its documentation: the text of `rest-auth.toml`.
    pub fn annotated() -> String {
        let mut text = String::from(
            "# Every setting of rest-auth, at its default. A line without its \"# \" is in force; so is an\n\
             # environment variable such as REST_AUTH__ACCOUNT__EMAIL_VERIFICATION. What stands in brackets at\n\
             # the end is the setting's name in Django.\n\n",
        );
        Self::default().annotate("", "", &mut text);
        text
    }

    /// Returns the header that repeats the CSRF secret.
    ///
    /// It is `X-CSRFTOKEN` for `HTTP_X_CSRFTOKEN`.
    pub(crate) fn csrf_header(&self) -> String {
        self.csrf_header_name.trim_start_matches("HTTP_").replace('_', "-")
    }

    /// Returns the path of the endpoints as clients see it.
    ///
    /// This is `force_script_name` followed by `base_path`, without a slash at the end.
    pub fn public_path(&self) -> String {
        format!("{}{}", self.script_name(), self.base_path.trim_end_matches('/'))
    }

    /// Returns `force_script_name` without a slash at the end, or an empty text.
    pub(crate) fn script_name(&self) -> &str {
        self.force_script_name.as_deref().unwrap_or_default().trim_end_matches('/')
    }

    /// The settings in force, as TOML, their secrets masked.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}
