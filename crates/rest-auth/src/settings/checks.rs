//! What cannot work together, and what should not go to production.

use super::{EmailVerification, LoginMethod, Misfit, SameSite, Secret, Settings};
use crate::tokens::jwt::keys::Keys;

/// Something that a deployment should not have; `check --deploy` lists them.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// The setting.
    pub path: &'static str,
    /// Why it is dangerous, and what to set instead.
    pub advice: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.advice)
    }
}

/// The longest that a cookie may last, in seconds: some thirty years.
pub(super) const MAX_AGE: i64 = 1_000_000_000;

const SIGNUP_FIELDS: [&str; 5] = ["email", "email2", "username", "password1", "password2"];

impl Settings {
    /// Settings that contradict each other, or that no server can work with.
    pub(crate) fn contradictions(&self) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let mut refuse = |path: &str, problem: String, hint: &str| {
            misfits.push(Misfit { path: path.to_owned(), problem, hint: Some(hint.to_owned()), origin: None });
        };
        if self.secret_key.as_ref().is_some_and(|key| key.expose().is_empty()) {
            refuse("secret_key", "it is empty".into(), "Give it at least 50 random characters.");
        }
        if self.account.login_methods.is_empty() {
            refuse("account.login_methods", "nobody could log in".into(), "Name \"username\", \"email\" or both.");
        }
        if !self.rest_auth.token_model && !self.rest_auth.session_login && !self.rest_auth.use_jwt {
            refuse(
                "rest_auth.session_login",
                "with neither a token nor a session a login would lead to nothing".into(),
                "Set rest_auth.use_jwt, rest_auth.token_model or rest_auth.session_login to true.",
            );
        }
        if self.authentication.is_empty() {
            refuse("authentication", "nobody could say who they are".into(), "Name \"token\", \"session\" or both.");
        }
        if self.authentication_backends.is_empty() {
            refuse(
                "authentication_backends",
                "a session needs one".into(),
                "Leave it out to have Django's and allauth's.",
            );
        }
        if self.password_hashers.is_empty() {
            refuse("password_hashers", "no password could be kept".into(), "Leave it out to have Django's.");
        }
        if let Some(first) = self.password_hashers.first().filter(|hasher| !hasher.name.makes_hashes()) {
            let problem = format!("{:?} only reads stored hashes, and the first makes new ones", first.name);
            refuse("password_hashers", problem, "Put \"pbkdf2_sha256\" in front of it.");
        }
        for problem in self.password_hashers.iter().filter_map(|hasher| hasher.problem()) {
            refuse("password_hashers", problem, "Leave the cost out to have Django's.");
        }
        for problem in self.password_validators.iter().filter_map(|validator| validator.problem()) {
            refuse("password_validators", problem, "Leave it out to have Django's default.");
        }
        for entry in &self.account.signup_fields {
            if !SIGNUP_FIELDS.contains(&entry.trim_end_matches('*')) {
                refuse(
                    "account.signup_fields",
                    format!("{entry:?} is not a field of registration"),
                    "Name email, username, password1 or password2, with a star where it is required.",
                );
            }
        }
        if self.account.logs_in_by(LoginMethod::Email)
            && self.account.login_methods.len() == 1
            && !self.account.insists_on("email")
            && self.account.email_verification == EmailVerification::Mandatory
        {
            refuse(
                "account.signup_fields",
                "who registers without an address could never log in".into(),
                "Write \"email*\" to insist on it.",
            );
        }
        for (path, same_site, secure) in [
            ("session_cookie_samesite", self.session_cookie_samesite, self.session_cookie_secure),
            ("csrf_cookie_samesite", self.csrf_cookie_samesite, self.csrf_cookie_secure),
        ] {
            if same_site == SameSite::None && !secure {
                let secure = path.replace("samesite", "secure");
                refuse(
                    path,
                    "browsers drop a cookie with SameSite=None that is not secure".into(),
                    &format!("Set {secure} = true."),
                );
            }
        }
        self.database_contradictions(&mut refuse);
        self.app_contradictions(&mut refuse);
        let asks_for_name = self.account.signup_fields.iter().any(|field| field.trim_end_matches('*') == "username");
        if self.registers() && !self.account.logs_in_by(LoginMethod::Email) && !asks_for_name {
            let problem = "who registers is not asked for the name that login wants".into();
            refuse("account.signup_fields", problem, "Add \"username*\", or \"email\" to account.login_methods.");
        }
        let odd = |c: char| !(c.is_ascii_alphanumeric() || "/-._~".contains(c));
        if self.base_path.contains(odd) || self.base_path.contains("//") {
            let problem = "it may hold letters, digits, -, ., _ and ~ between slashes".into();
            refuse("base_path", problem, "For example \"/api/auth\".");
        }
        for (path, age) in [("session_cookie_age", self.session_cookie_age), ("csrf_cookie_age", self.csrf_cookie_age)]
        {
            if !(1..=MAX_AGE).contains(&age) {
                refuse(path, format!("{age} seconds are no lifetime"), "From 1 to 1000000000.");
            }
        }
        let odd = |c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
        for (path, name) in
            [("session_cookie_name", &self.session_cookie_name), ("csrf_cookie_name", &self.csrf_cookie_name)]
        {
            if name.is_empty() || name.contains(odd) {
                refuse(path, format!("{name:?} cannot be a cookie's name"), "Letters, digits, - and _ can.");
            }
        }
        if self.session_cookie_name == self.csrf_cookie_name {
            let problem = "it is the session cookie's".into();
            refuse("csrf_cookie_name", problem, "Leave one of them out to have Django's.");
        }
        if self.account.username_min_length > crate::usernames::MAX_LENGTH {
            let problem = "no name can be so long".into();
            refuse("account.username_min_length", problem, "A user name has at most 150 characters.");
        }
        self.origin_contradictions(&mut refuse);
        self.cookie_contradictions(&mut refuse);
        self.server_contradictions(&mut refuse);
        self.forward_auth_contradictions(&mut refuse);
        self.jwt_contradictions(&mut refuse);
        self.mail_contradictions(&mut refuse);
        self.throttle_contradictions(&mut refuse);
        self.webhook_contradictions(&mut refuse);
        self.user_contradictions(&mut refuse);
        self.profile_contradictions(&mut refuse);
        self.registration_contradictions(&mut refuse);
        self.media_contradictions(&mut refuse);
        if misfits.is_empty() {
            // They are read again when they are used; here whatever is wrong with them is said with the rest.
            misfits.extend(Keys::new(self, self.secret_key.as_ref().unwrap_or(&Secret::from(""))).err());
        }
        misfits
    }

    /// What a deployment should not have: the answer to `check --deploy`.
    pub fn deployment_warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |wrong: bool, path: &'static str, advice: &str| {
            if wrong {
                warnings.push(Warning { path, advice: advice.to_owned() });
            }
        };
        let weak = |key: &str| {
            let distinct: std::collections::HashSet<char> = key.chars().collect();
            key.chars().count() < 50 || distinct.len() < 5 || key.starts_with("django-insecure-")
        };
        warn(
            self.secret_key.as_ref().is_none_or(|key| weak(key.expose())),
            "secret_key",
            "set one of at least 50 random characters; every session and signed token depends on it",
        );
        warn(
            self.secret_key_fallbacks.iter().any(|key| weak(key.expose())),
            "secret_key_fallbacks",
            "a weak former key is as good as a weak key; remove it",
        );
        warn(
            self.simple_jwt.signing_key.as_ref().is_some_and(|key| weak(key.expose())),
            "simple_jwt.signing_key",
            "set one of at least 50 random characters; every token depends on it",
        );
        self.jwt_warnings(&mut warn);
        let sessions = self.rest_auth.session_login;
        warn(
            sessions && !self.session_cookie_secure,
            "session_cookie_secure",
            "set it to true, so that the session never travels without HTTPS",
        );
        warn(
            !self.session_cookie_httponly,
            "session_cookie_httponly",
            "set it to true, so that no script can read the session",
        );
        warn(
            sessions && !self.csrf_cookie_secure,
            "csrf_cookie_secure",
            "set it to true, so that the secret never travels without HTTPS",
        );
        warn(self.cors_allow_all_origins, "cors_allow_all_origins", "name the origins in cors_allowed_origins instead");
        warn(
            self.cors_allow_all_origins && self.cors_allow_credentials,
            "cors_allow_credentials",
            "with every origin allowed, any page can act in the name of whoever visits it",
        );
        self.mail_warnings(&mut warn);
        warn(
            self.password_validators.is_empty(),
            "password_validators",
            "the password rules are off; leave the setting out to have Django's",
        );
        warn(
            self.password_hashers.first().is_some_and(|hasher| hasher.name.is_weak()),
            "password_hashers",
            "put \"pbkdf2_sha256\" first: a stolen hash of MD5 is soon a password",
        );
        self.throttle_warnings(&mut warn);
        self.webhook_warnings(&mut warn);
        self.server_warnings(&mut warn);
        warnings
    }
}
