//! What a token says: its claims, by the names that the settings give them.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use time::OffsetDateTime;

use super::TokenError;
use crate::auth::Auth;
use crate::pairs::Pairs;
use crate::settings::{Settings, UserIdField};
use crate::store::{Connection, StoreError, User};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Access,
    Refresh,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// The claims of a token, in their order, each once. They are few, so that looking through them is quicker than hashing
/// their names.
#[derive(Clone, Deserialize, PartialEq)]
#[serde(from = "Pairs<Value>")]
pub(crate) struct Claims(Vec<(String, Value)>);

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl From<Pairs<Value>> for Claims {
    fn from(Pairs(pairs): Pairs<Value>) -> Self {
        let mut claims = Self(Vec::with_capacity(pairs.len()));
        pairs.into_iter().for_each(|(name, value)| claims.put(name, value));
        claims
    }
}

/// As many claims as a token has that nothing was added to: its type, its end, its beginning, its name and the user's.
const USUAL: usize = 5;

impl Claims {
    /// The claims that every token has, in SimpleJWT's order.
    pub(super) fn new(settings: &Settings, kind: Kind, jti: String, issued: i64, expires: i64) -> Self {
        let names = &settings.simple_jwt;
        let mut claims = Self(Vec::with_capacity(USUAL));
        claims.set(&names.token_type_claim, kind.name());
        claims.set("exp", expires);
        claims.set("iat", issued);
        claims.set(&names.jti_claim, jti);
        claims
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(held, _)| held == name).map(|(_, value)| value)
    }

    /// Writes a claim, in its place if it is there.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.put(name.to_owned(), value.into());
    }

    fn put(&mut self, name: String, value: Value) {
        match self.0.iter_mut().find(|(held, _)| *held == name) {
            Some((_, held)) => *held = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds the claims of another token that these do not have, in their order, but not those named.
    pub(super) fn copy_from(&mut self, other: &Self, but: &[&str]) {
        let copied = other.0.iter().filter(|(name, _)| !but.contains(&name.as_str()));
        for (name, value) in copied {
            self.put(name.clone(), value.clone());
        }
    }

    /// A time in seconds; `Err` if it is no number.
    pub(crate) fn seconds(&self, name: &str) -> Result<Option<i64>, TokenError> {
        match self.get(name) {
            None => Ok(None),
            // Within the years that a database can write, so that no sum overflows.
            Some(value) => match value.as_f64().map(|seconds| seconds.trunc() as i64) {
                Some(seconds) if seconds.unsigned_abs() < 250_000_000_000 => Ok(Some(seconds)),
                _ => Err(TokenError::Invalid),
            },
        }
    }

    /// What tells the token from all others.
    pub(crate) fn jti(&self, settings: &Settings) -> Option<&str> {
        self.get(&settings.simple_jwt.jti_claim)?.as_str()
    }

    /// When it runs out.
    pub(crate) fn expires(&self) -> Option<OffsetDateTime> {
        let seconds = self.seconds("exp").ok()??;
        OffsetDateTime::from_unix_timestamp(seconds).ok()
    }

    /// Makes it run out then at the latest.
    pub(crate) fn end_by(&mut self, end: OffsetDateTime) {
        if self.expires().is_none_or(|expires| expires > end) {
            self.set("exp", end.unix_timestamp());
        }
    }

    /// What stands for the user; `None` if nothing does.
    pub(crate) fn user_id(&self, settings: &Settings) -> Option<String> {
        match self.get(&settings.simple_jwt.user_id_claim)? {
            Value::String(id) => Some(id.clone()),
            id => Some(id.to_string()),
        }
    }

    /// The user whom the token is about, if there is one.
    pub(crate) async fn user(&self, settings: &Settings, db: &mut Connection) -> Result<Option<User>, StoreError> {
        let Some(id) = self.user_id(settings) else { return Ok(None) };
        match settings.simple_jwt.user_id_field {
            UserIdField::Id => match id.parse() {
                Ok(id) => db.user_by_id(id).await,
                Err(_) => Ok(None),
            },
            UserIdField::Username => db.user_by_username(&id).await,
        }
    }

    /// The checks that go beyond what any JSON Web Token must pass: SimpleJWT's `Token.verify`.
    ///
    /// # Errors
    /// If the token has no end or no name, or is not of the kind that is wanted, if one is.
    pub(crate) fn check(&self, settings: &Settings, wanted: Option<Kind>) -> Result<(), TokenError> {
        if self.get("exp").is_none() {
            return Err(TokenError::NoExpiration);
        }
        if self.jti(settings).is_none() {
            return Err(TokenError::NoId);
        }
        let Some(wanted) = wanted else { return Ok(()) };
        match self.get(&settings.simple_jwt.token_type_claim) {
            None => Err(TokenError::NoType),
            Some(kind) if kind != wanted.name() => Err(TokenError::WrongType),
            Some(_) => Ok(()),
        }
    }
}

/// A new name for a token: a `uuid4().hex`.
pub(crate) fn new_jti(auth: &Auth) -> String {
    auth.random_uuid().simple().to_string()
}
