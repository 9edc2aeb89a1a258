//! The types that settings have beyond strings and numbers.

use serde::{Deserialize, Serialize};

use super::section::{plain, secret};

/// A text that no log, error or listing may show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

const MASKED: &str = "********";

impl Secret {
    /// The text itself, for the one place that computes with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASKED)
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASKED)
    }
}

/// Where the database is, e.g. `sqlite://rest-auth.db`; its password is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole URL, its password with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

fn before_query(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // By the text alone, so that a URL which nobody can read is masked, too: who logs in there, and all that
        // is asked for in the query.
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        match (scheme, rest.rsplit_once('@')) {
            ("sqlite", _) => f.write_str(&self.0),
            (_, Some((_, place))) => write!(f, "{scheme}://{MASKED}@{}", before_query(place)),
            (_, None) => write!(f, "{scheme}://{}", before_query(rest)),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A way to say who sends a request: an item of `DEFAULT_AUTHENTICATION_CLASSES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// `Authorization: Bearer …`, a JSON Web Token.
    Jwt,
    /// `Authorization: Token …`, a key of the token table.
    Token,
    /// The session cookie, guarded against cross-site requests.
    Session,
}

/// What a user may log in with: an item of `ACCOUNT_LOGIN_METHODS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LoginMethod {
    Username,
    Email,
}

/// `ACCOUNT_EMAIL_VERIFICATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailVerification {
    /// No login before an address is verified.
    Mandatory,
    /// A mail asks for it, and nothing depends on it.
    Optional,
    /// Nobody asks.
    None,
}

/// The `SameSite` attribute of a cookie; `None` wants `secure` with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SameSite {
    Strict,
    Lax,
    None,
}

impl From<SameSite> for cookie::SameSite {
    fn from(same_site: SameSite) -> Self {
        match same_site {
            SameSite::Strict => Self::Strict,
            SameSite::Lax => Self::Lax,
            SameSite::None => Self::None,
        }
    }
}

secret!(
    Option<Secret> => "a text is wanted here",
    Vec<Secret> => "a list of texts is wanted here",
    DatabaseUrl => "a URL is wanted here",
);
plain!(
    Vec<Authentication>,
    Vec<LoginMethod>,
    EmailVerification,
    SameSite,
    std::collections::BTreeMap<String, String>,
    Vec<crate::passwords::HasherSetting>,
    Vec<crate::passwords::ValidatorSetting>,
);
