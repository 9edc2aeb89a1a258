//! Passwords: Django's hashes, Django's rules, and the pool that hashes.
//!
//! A check for a user who is not there costs a hash of the preferred kind, so that the time of an answer does
//! not tell. As in Django, a user whose hash is of another algorithm costs what that costs.

pub mod breached;
mod hashers;
mod pool;
mod setting;
mod step;
mod validators;

use std::sync::Arc;

pub use hashers::{Algorithm, HasherSetting};
pub(crate) use hashers::{unusable, unverifiable};
pub(crate) use validators::Subject;
pub use validators::ValidatorSetting;

use crate::error::Error;
use crate::fields::trimmed;
use crate::settings::Settings;
use crate::source::{LETTERS_AND_DIGITS, Random};
use pool::Pool;
use step::Step;

/// Whether a stored hash is read, and this setting would replace it.
#[cfg(any(test, fuzzing))]
pub(crate) fn reads_hash(encoded: &str, setting: &HasherSetting) -> Option<bool> {
    Some(setting.would_replace(&hashers::decode(encoded)?))
}

/// The characters of a salt: 128 bits and a little more. Django's `salt_entropy`.
const SALT_LENGTH: usize = 22;

/// What came of checking a password.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Whether it is the right one.
    pub(crate) correct: bool,
    /// A hash of today's kind, where the stored one is of another.
    pub(crate) replacement: Option<String>,
}

/// Hashes and checks passwords as the settings say.
#[derive(Debug)]
pub(crate) struct Passwords {
    preferred: HasherSetting,
    validators: Vec<ValidatorSetting>,
    /// allauth's own shortest length, where there are no validators.
    min_length_at_registration: Option<usize>,
    pool: Pool,
    random: Arc<Random>,
}

impl Passwords {
    pub(crate) fn new(settings: &Settings, random: Arc<Random>) -> Result<Self, std::io::Error> {
        let validators = settings.password_validators.clone();
        Ok(Self {
            preferred: settings.password_hashers.first().cloned().unwrap_or_default(),
            min_length_at_registration: validators.is_empty().then_some(settings.account.password_min_length),
            validators,
            pool: Pool::start(settings.password_hashing_threads, settings.password_hashing_queue)?,
            random,
        })
    }

    /// A new hash, as it is stored: `make_password`.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub(crate) async fn make(&self, password: &str) -> Result<String, Error> {
        let (preferred, salt, password) = (self.preferred.clone(), self.salt(), password.to_owned());
        let encoded = self.pool.run(move || preferred.encode(&password, &salt)).await?;
        encoded.ok_or_else(|| Error::internal("the preferred hash cannot be made on this machine"))
    }

    /// Compares a password with a stored hash: Django's `check_password`.
    ///
    /// The hash is `None` if the user does not exist.
    ///
    /// The password is first tried as the client sent it, because Django's admin stores white space. Then it is tried
    /// without the white space around it, because REST framework's fields drop white space.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub(crate) async fn check(&self, password: &str, encoded: Option<&str>) -> Result<Checked, Error> {
        let checked = self.check_exactly(password, encoded).await?;
        let trimmed = trimmed(password);
        if checked.correct || trimmed == password { Ok(checked) } else { self.check_exactly(trimmed, encoded).await }
    }

    async fn check_exactly(&self, password: &str, encoded: Option<&str>) -> Result<Checked, Error> {
        let (preferred, salt, password) = (self.preferred.clone(), self.salt(), password.to_owned());
        let encoded = encoded.map(str::to_owned);
        self.pool
            .run(move || {
                let wrong = Checked { correct: false, replacement: None };
                let Some(hash) = encoded.as_deref().and_then(hashers::decode) else {
                    return preferred.encode(&password, &salt).then(|_| Step::Done(wrong));
                };
                let outdated = preferred.would_replace(&hash);
                let missing = preferred.missing(&hash);
                hash.verify(&password).then(move |correct| match (correct, missing) {
                    (true, _) if outdated => preferred
                        .encode(&password, &salt)
                        .then(move |replacement| Step::Done(Checked { correct, replacement })),
                    (false, Some(missing)) => missing.make_up(&password).then(|()| Step::Done(wrong)),
                    _ => Step::Done(Checked { correct, replacement: None }),
                })
            })
            .await
    }

    /// What the rules say against a password: `validate_password`.
    pub(crate) fn validate(&self, password: &str, subject: Option<&Subject<'_>>) -> Vec<String> {
        self.validators.iter().filter_map(|validator| validator.refuse(password, subject)).collect()
    }

    /// The same at registration, where allauth has a word, too: its adapter's `clean_password`.
    pub(crate) fn validate_at_registration(&self, password: &str, subject: Option<&Subject<'_>>) -> Vec<String> {
        match self.min_length_at_registration {
            Some(min_length) => {
                ValidatorSetting::MinimumLength { min_length }.refuse(password, subject).into_iter().collect()
            }
            None => self.validate(password, subject),
        }
    }

    fn salt(&self) -> String {
        self.random.string(SALT_LENGTH, LETTERS_AND_DIGITS)
    }
}
