//! The settings as a list, for programs that write settings files out of other sources.

use serde::Serialize;

use super::{Settings, later, section::Setting};

/// A setting that the library reads, with the value it has.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownSetting {
    /// Where it stands, e.g. `account.email_verification`.
    pub path: String,
    /// What it is called in Django, e.g. `ACCOUNT_EMAIL_VERIFICATION`; a key of `REST_AUTH` or another table of
    /// Django's is called by the key alone. `None` for what only rest-auth has.
    pub django_name: Option<String>,
    /// Its value as it would stand in a file; null where it is not set. A secret is masked.
    pub value: serde_json::Value,
}

impl KnownSetting {
    pub(super) fn new<T: Serialize>(path: &str, about: &str, value: &T) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        Self { path: path.to_owned(), django_name: django_name(about), value }
    }
}

impl Settings {
    /// Every setting with the value it has here: of `Settings::default()`, with its default.
    pub fn list(&self) -> Vec<KnownSetting> {
        let mut settings = Vec::new();
        Setting::list(self, "", "", &mut settings);
        settings
    }

    /// The feature that a setting belongs to, if it is one of a later version: `Some("sending mail")` for
    /// `email` and all that is below.
    pub fn planned_feature(path: &str) -> Option<&'static str> {
        let ancestors = path.match_indices('.').map(|(end, _)| &path[..end]);
        ancestors.chain([path]).find_map(later::feature).map(|feature| feature.name)
    }
}

/// What stands in brackets at the end of a setting's documentation: `(NAME)` or `(NAME; a remark)`.
fn django_name(about: &str) -> Option<String> {
    let (_, brackets) = about.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let name = brackets.split(';').next()?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_listed_with_the_name_that_django_has_for_it() {
        let settings = Settings::default().list();
        let names = |path: &str| settings.iter().find(|s| s.path == path).map(|s| s.django_name.as_deref());
        assert_eq!(names("secret_key"), Some(Some("SECRET_KEY")));
        assert_eq!(names("rest_auth.token_model"), Some(Some("TOKEN_MODEL")));
        assert_eq!(names("secure_proxy_ssl_header"), Some(Some("SECURE_PROXY_SSL_HEADER")));
        assert_eq!(names("secret_key_file"), Some(None));
        assert_eq!(names("rest_auth"), None, "a section is no setting");
    }

    #[test]
    fn what_is_planned_is_told_from_what_is_not() {
        assert_eq!(Settings::planned_feature("session_cookie_age"), None);
        assert_eq!(Settings::planned_feature("social.github.client_id"), Some("social login"));
    }
}
