//! All settings of a site, for settings whose meaning depends on another one.

use super::older;
use super::source::Entry;
use super::value::Value;

/// All settings that were read.
#[derive(Clone, Copy)]
pub struct Site<'a>(pub &'a [Entry]);

impl<'a> Site<'a> {
    /// Returns the value of a setting, if it was read.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|entry| entry.name == name)?.value.as_ref().ok()
    }

    /// Returns whether a setting was read. Its value does not matter.
    pub fn is_named(self, name: &str) -> bool {
        self.0.iter().any(|entry| entry.name == name)
    }

    /// Returns the value of a table's entry; for `REST_AUTH` also by its flat name.
    pub fn entry(self, table: &str, key: &str) -> Option<&'a Value> {
        match self.get(table).filter(|value| value.is_true()) {
            Some(value) => value.get(key),
            None if table == "REST_AUTH" => self.get(older::flat_name(key)?),
            None => None,
        }
    }

    /// Returns whether Python treats a table's entry as true.
    pub fn is_on(self, table: &str, key: &str) -> bool {
        self.entry(table, key).is_some_and(Value::is_true)
    }

    /// Returns the items of a list such as `INSTALLED_APPS`; `None` if it was not read.
    pub fn texts(self, name: &str) -> Option<Vec<&'a str>> {
        let value = self.get(name).filter(|value| matches!(value, Value::List(_)))?;
        Some(value.items().iter().filter_map(Value::text).collect())
    }

    /// Returns whether `INSTALLED_APPS` was read and lacks the app.
    pub fn lacks_app(self, app: &str) -> bool {
        self.texts("INSTALLED_APPS").is_some_and(|apps| !apps.contains(&app))
    }

    /// Returns whether the site lacks allauth.
    ///
    /// dj-rest-auth looks for it in `INSTALLED_APPS`.
    pub fn lacks_allauth(self) -> bool {
        self.lacks_app("allauth")
    }

    /// Returns whether the site lacks the registration of (dj-)rest-auth.
    pub fn lacks_registration(self) -> bool {
        ["dj_rest_auth.registration", "rest_auth.registration"].iter().all(|app| self.lacks_app(app))
    }

    /// Returns whether `MIDDLEWARE` was read and lacks the class.
    pub fn lacks_middleware(self, class: &str) -> bool {
        self.texts("MIDDLEWARE").is_some_and(|classes| !classes.contains(&class))
    }

    /// Returns whether a setting indicates that clients use HTTPS.
    pub fn has_https(self) -> bool {
        let flags = ["SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"];
        flags.iter().any(|name| self.get(name).is_some_and(Value::is_true))
            || self.is_on("REST_AUTH", "JWT_AUTH_SECURE")
            || self.get("ACCOUNT_DEFAULT_HTTP_PROTOCOL").and_then(Value::text) == Some("https")
    }
}
