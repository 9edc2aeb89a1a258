//! What a password must be: Django's `AUTH_PASSWORD_VALIDATORS`, with its messages.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};

use super::breached;
use super::setting::name_or_table;

/// Whose password it is to be, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) username: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) email: &'a str,
}

impl Subject<'_> {
    /// An attribute with its name in a message: Django's `verbose_name`.
    fn attribute(&self, name: &str) -> Option<(&str, &'static str)> {
        match name {
            "username" => Some((self.username, "username")),
            "first_name" => Some((self.first_name, "first name")),
            "last_name" => Some((self.last_name, "last name")),
            "email" => Some((self.email, "email address")),
            _ => None,
        }
    }
}

/// An item of `password_validators`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum ValidatorSetting {
    /// Not too like the user's own name or address.
    UserAttributeSimilarity {
        /// Which attributes.
        user_attributes: Vec<String>,
        /// From 0.1 to 1, where 1 is the same.
        max_similarity: f64,
    },
    /// At least so many characters.
    MinimumLength {
        /// Characters.
        min_length: usize,
    },
    /// None of the 20,000 that are used most.
    CommonPassword {},
    /// Not digits alone.
    NumericPassword {},
    /// None that is known from a breach. It is new here.
    BreachedPassword {
        /// A folder of the range files of Have I Been Pwned, or a file that `rest-auth breached build` made.
        hashes: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
enum Table {
    UserAttributeSimilarity {
        #[serde(default = "user_attributes")]
        user_attributes: Vec<String>,
        #[serde(default = "max_similarity")]
        max_similarity: f64,
    },
    MinimumLength {
        #[serde(default = "min_length")]
        min_length: usize,
    },
    CommonPassword {},
    NumericPassword {},
    BreachedPassword {
        hashes: PathBuf,
    },
}

fn user_attributes() -> Vec<String> {
    ["username", "first_name", "last_name", "email"].map(str::to_owned).to_vec()
}

fn max_similarity() -> f64 {
    0.7
}

fn min_length() -> usize {
    8
}

impl<'de> Deserialize<'de> for ValidatorSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        name_or_table(deserializer).map(|table| match table {
            Table::UserAttributeSimilarity { user_attributes, max_similarity } => {
                Self::UserAttributeSimilarity { user_attributes, max_similarity }
            }
            Table::MinimumLength { min_length } => Self::MinimumLength { min_length },
            Table::CommonPassword {} => Self::CommonPassword {},
            Table::NumericPassword {} => Self::NumericPassword {},
            Table::BreachedPassword { hashes } => Self::BreachedPassword { hashes },
        })
    }
}

impl ValidatorSetting {
    /// The four that a new Django project has.
    pub fn defaults() -> Vec<Self> {
        vec![
            Self::UserAttributeSimilarity { user_attributes: user_attributes(), max_similarity: max_similarity() },
            Self::MinimumLength { min_length: min_length() },
            Self::CommonPassword {},
            Self::NumericPassword {},
        ]
    }

    /// What is wrong with the setting.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::UserAttributeSimilarity { max_similarity, .. } if !(0.1..=1.0).contains(max_similarity) => {
                Some("max_similarity must be from 0.1 to 1".to_owned())
            }
            Self::UserAttributeSimilarity { user_attributes, .. } => user_attributes
                .iter()
                .find(|name| Subject::default().attribute(name).is_none())
                .map(|name| format!("a user has no attribute {name:?}")),
            Self::BreachedPassword { hashes } => breached::problem(hashes),
            _ => None,
        }
    }

    /// The reason to refuse the password, if there is one.
    pub(crate) fn refuse(&self, password: &str, subject: Option<&Subject<'_>>) -> Option<String> {
        match self {
            Self::UserAttributeSimilarity { user_attributes, max_similarity } => {
                let subject = subject?;
                user_attributes
                    .iter()
                    .filter_map(|name| subject.attribute(name))
                    .find(|(value, _)| is_similar(password, value, *max_similarity))
                    .map(|(_, name)| format!("The password is too similar to the {name}."))
            }
            Self::MinimumLength { min_length } => (password.chars().count() < *min_length).then(|| {
                let plural = if *min_length == 1 { "" } else { "s" };
                format!("This password is too short. It must contain at least {min_length} character{plural}.")
            }),
            Self::CommonPassword {} => COMMON_PASSWORDS
                .binary_search(&password.to_lowercase().trim())
                .is_ok()
                .then(|| "This password is too common.".to_owned()),
            Self::NumericPassword {} => {
                DIGITS.is_match(password).then(|| "This password is entirely numeric.".to_owned())
            }
            Self::BreachedPassword { hashes } => match breached::contains(hashes, password) {
                Ok(is_known) => is_known.then(|| "This password is known from a data breach.".to_owned()),
                Err(error) => {
                    // Nobody could have a new password any more; the other rules still hold.
                    tracing::error!(%error, "whether a password is known from a breach cannot be told");
                    None
                }
            },
        }
    }
}

/// What Python's `str.isdigit` takes for one: decimal digits, and those that are raised or in a circle.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    let others = r"\u{b2}-\u{b3}\u{b9}\u{1369}-\u{1371}\u{19da}\u{2070}\u{2074}-\u{2079}\u{2080}-\u{2089}\u{2460}-\u{2468}\u{2474}-\u{247c}\u{2488}-\u{2490}\u{24ea}\u{24f5}-\u{24fd}\u{24ff}\u{2776}-\u{277e}\u{2780}-\u{2788}\u{278a}-\u{2792}\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}";
    Regex::new(&format!(r"^[\p{{Nd}}{others}]+$")).expect("a pattern")
});

static NO_WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}_]+").expect("a pattern"));

/// Whether the password is like the value or one of its words.
fn is_similar(password: &str, value: &str, max_similarity: f64) -> bool {
    let (password, value) = (password.to_lowercase(), value.to_lowercase());
    let words = NO_WORD.split(&value);
    words.chain([value.as_str()]).any(|part| {
        let (length, part_length) = (password.chars().count(), part.chars().count());
        // What is so much shorter cannot be similar enough; do not compare at all.
        let too_short = length >= 10 * part_length && (part_length as f64) < max_similarity / 2.0 * length as f64;
        !too_short && likeness(&password, part) >= max_similarity
    })
}

/// How much of two texts' characters they share, from 0 to 1: `SequenceMatcher.quick_ratio`.
fn likeness(a: &str, b: &str) -> f64 {
    let mut available: HashMap<char, usize> = HashMap::new();
    b.chars().for_each(|c| *available.entry(c).or_default() += 1);
    let shared = a
        .chars()
        .filter(|c| match available.get_mut(c) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        })
        .count();
    match a.chars().count() + b.chars().count() {
        0 => 1.0,
        length => 2.0 * shared as f64 / length as f64,
    }
}

/// Royce Williams' list as Django ships it: in lower case, sorted, one a line.
static COMMON_PASSWORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut text = String::new();
    let packed: &[u8] = include_bytes!("common-passwords.zlib");
    if let Err(error) = flate2::read::ZlibDecoder::new(packed).read_to_string(&mut text) {
        tracing::error!(%error, "the list of common passwords cannot be unpacked");
    }
    text.leak().lines().collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_passwords_are_found() {
        assert_eq!(COMMON_PASSWORDS.len(), 19_640);
        assert!(COMMON_PASSWORDS.is_sorted());
        let rule = ValidatorSetting::CommonPassword {};
        assert_eq!(rule.refuse(" Fallen_Angel ", None).as_deref(), Some("This password is too common."));
        assert_eq!(rule.refuse("correct horse battery staple", None), None);
    }

    #[test]
    fn the_first_similar_attribute_is_named() {
        let rule = &ValidatorSetting::defaults()[0];
        let jane = Subject { username: "jd", first_name: "Jane", last_name: "Featherstone", email: "jane@example.com" };
        assert_eq!(
            rule.refuse("featherstone1", Some(&jane)).as_deref(),
            Some("The password is too similar to the last name.")
        );
        assert_eq!(
            rule.refuse("1example.com", Some(&jane)).as_deref(),
            Some("The password is too similar to the email address.")
        );
        assert_eq!(rule.refuse("correct horse", Some(&jane)), None);
        assert_eq!(rule.refuse("featherstone1", None), None);
    }
}
