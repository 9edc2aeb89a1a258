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

/// How long something lasts, in whole seconds: in settings a number of seconds, or a text such as "15m" or "7d".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(i64);

impl Lifetime {
    /// So many seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// In seconds.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl From<Lifetime> for time::Duration {
    fn from(lifetime: Lifetime) -> Self {
        Self::seconds(lifetime.0)
    }
}

impl From<Lifetime> for std::time::Duration {
    /// Less than nothing is nothing.
    fn from(lifetime: Lifetime) -> Self {
        Self::from_secs(u64::try_from(lifetime.0).unwrap_or_default())
    }
}

impl From<std::time::Duration> for Lifetime {
    fn from(duration: std::time::Duration) -> Self {
        Self(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    }
}

impl Serialize for Lifetime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = u64::try_from(self.0).unwrap_or_default();
        serializer.collect_str(&humantime::format_duration(std::time::Duration::from_secs(seconds)))
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Lifetime;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of seconds, or a text such as \"15m\" or \"7d\"")
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<Lifetime, E> {
                Ok(Lifetime(seconds))
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<Lifetime, E> {
                Ok(Lifetime(i64::try_from(seconds).unwrap_or(i64::MAX)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Lifetime, E> {
                match humantime::parse_duration(text) {
                    Ok(duration) => Ok(duration.into()),
                    Err(_) => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// How tokens are signed: with a secret (HS), or with a key of a pair, whose other one verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum JwtAlgorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
}

impl JwtAlgorithm {
    /// Returns whether one secret both signs and verifies.
    pub(crate) fn is_of_secrets(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }
}

impl std::fmt::Display for JwtAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Whom tokens are for: one, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether the name is among them.
    pub(crate) fn includes(&self, name: &str) -> bool {
        match self {
            Self::One(held) => held == name,
            Self::Several(held) => held.iter().any(|held| held == name),
        }
    }
}

/// Claims of the application's own, by name.
pub type Claims = std::collections::BTreeMap<String, ClaimValue>;

/// What of the user a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ClaimValue {
    #[serde(rename = "user.pk")]
    Pk,
    #[serde(rename = "user.username")]
    Username,
    #[serde(rename = "user.email")]
    Email,
    #[serde(rename = "user.first_name")]
    FirstName,
    #[serde(rename = "user.last_name")]
    LastName,
    #[serde(rename = "user.is_active")]
    IsActive,
    #[serde(rename = "user.is_staff")]
    IsStaff,
    #[serde(rename = "user.is_superuser")]
    IsSuperuser,
    #[serde(rename = "user.groups")]
    Groups,
}

impl ClaimValue {
    /// Returns the value as the settings spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pk => "user.pk",
            Self::Username => "user.username",
            Self::Email => "user.email",
            Self::FirstName => "user.first_name",
            Self::LastName => "user.last_name",
            Self::IsActive => "user.is_active",
            Self::IsStaff => "user.is_staff",
            Self::IsSuperuser => "user.is_superuser",
            Self::Groups => "user.groups",
        }
    }

    /// Returns whether the claim "sub" can hold the value: a text or a number.
    ///
    /// A number is written as a text.
    pub(crate) fn makes_subject(self) -> bool {
        match self {
            Self::Pk | Self::Username | Self::Email | Self::FirstName | Self::LastName => true,
            Self::IsActive | Self::IsStaff | Self::IsSuperuser | Self::Groups => false,
        }
    }
}

/// What of the user stands in a token. Each tells one user from all others, as an address does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserIdField {
    /// The primary key.
    #[serde(alias = "pk")]
    Id,
    /// The user name.
    Username,
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
    Lifetime,
    JwtAlgorithm,
    Audience,
    UserIdField,
    Claims,
    std::collections::BTreeMap<String, String>,
    Vec<crate::passwords::HasherSetting>,
    Vec<crate::passwords::ValidatorSetting>,
    Vec<crate::client_address::TrustedProxy>,
);
