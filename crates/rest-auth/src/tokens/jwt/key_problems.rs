//! The errors about unusable keys, with the commands that convert them.
//!
//! No message repeats a character of a key.

use super::key_files::Source;
use super::key_text::NoKey;
use super::pair::{Kind, RSA_SIGNING_BITS};
use crate::settings::{JwtAlgorithm, Misfit};

/// The reason why there are no keys: the setting, the problem, and the remedy.
pub(super) struct Problem {
    pub(super) setting: &'static str,
    pub(super) problem: String,
    pub(super) advice: String,
}

impl From<Problem> for Misfit {
    fn from(Problem { setting, problem, advice }: Problem) -> Self {
        Self { path: setting.to_owned(), problem, hint: Some(advice), origin: None }
    }
}

impl Problem {
    fn with(source: &Source, problem: impl AsRef<str>, advice: impl Into<String>) -> Self {
        let problem = format!("{}{}", source.which, problem.as_ref());
        Self { setting: source.setting, problem, advice: advice.into() }
    }

    /// A file or a folder that cannot be read.
    pub(super) fn unreadable((setting, problem): (&'static str, String)) -> Self {
        Self { setting, problem, advice: "The server must be able to read it.".to_owned() }
    }

    /// No setting holds a key that signs.
    pub(super) fn missing(algorithm: JwtAlgorithm) -> Self {
        let problem = format!(
            "{algorithm} signs with a private key, and neither simple_jwt.signing_key, simple_jwt.signing_key_file nor \
             simple_jwt.key_folder holds one"
        );
        Self { setting: "simple_jwt.algorithm", problem, advice: generate(algorithm) }
    }

    /// A key of a pair where a secret is wanted.
    pub(super) fn no_secret(setting: &'static str, algorithm: JwtAlgorithm) -> Self {
        let problem = format!("{algorithm} wants a secret, and this is a key of a pair");
        let advice = "Set simple_jwt.algorithm to one that the key signs by, such as \"RS256\" or \"ES256\".";
        Self { setting, problem, advice: advice.to_owned() }
    }

    /// A text that is no key.
    pub(super) fn unusable(source: &Source, algorithm: JwtAlgorithm, reason: &NoKey) -> Self {
        let file = source.file.as_ref().map_or("KEY.pem".to_owned(), |file| file.display().to_string());
        let (problem, advice) = match reason {
            NoKey::Empty => ("is empty".to_owned(), generate(algorithm)),
            NoKey::Unknown => (format!("is not a key in PEM, and {algorithm} wants one"), generate(algorithm)),
            NoKey::CutOff => (
                "begins as a key in PEM and does not end as one".to_owned(),
                "Put the whole text there. In an environment variable write \\n for each end of a line, or set \
                 simple_jwt.signing_key_file."
                    .to_owned(),
            ),
            NoKey::Damaged => (
                "is damaged: its lines do not hold the key that the first of them announces".to_owned(),
                format!("`openssl pkey -in {file} -noout` must accept it."),
            ),
            NoKey::Encrypted => (
                "is encrypted with a passphrase, which the server does not ask for".to_owned(),
                format!("`openssl pkey -in {file} -out PLAIN.pem` decrypts the key; protect that file."),
            ),
            NoKey::OpenSsh => (
                "is in OpenSSH's own form".to_owned(),
                format!("`ssh-keygen -p -m PKCS8 -f {file}` rewrites the file in PKCS #8."),
            ),
            NoKey::OpenSshPublic => (
                "is a public key in OpenSSH's own form".to_owned(),
                format!("`ssh-keygen -e -m PKCS8 -f {file}` prints it in PEM."),
            ),
            NoKey::JsonWebKey => ("is a JSON Web Key, and a key in PEM is wanted".to_owned(), generate(algorithm)),
            NoKey::Path => (
                "is the name of a file, and the key itself is wanted".to_owned(),
                "Set simple_jwt.signing_key_file to the name of the file.".to_owned(),
            ),
            NoKey::Label(label) => (format!("holds a {label}, which is no key"), generate(algorithm)),
            NoKey::Kind(name) => (format!("is {name}, which signs no tokens here"), generate(algorithm)),
            NoKey::Size(bits) => {
                (format!("is an RSA key of {bits} bits, and 2048 to 4096 are wanted"), generate(algorithm))
            }
        };
        Self::with(source, problem, advice)
    }

    /// A public key where a private one is wanted.
    pub(super) fn public(source: &Source, algorithm: JwtAlgorithm) -> Self {
        let problem = format!("is a public key, and {algorithm} signs with the private one");
        let advice = format!(
            "Put the private key there, and the public one into simple_jwt.verifying_key. {}",
            generate(algorithm)
        );
        Self::with(source, problem, advice)
    }

    /// A key that does not sign by the algorithm of the settings.
    pub(super) fn other_kind(source: &Source, algorithm: JwtAlgorithm, kind: Kind) -> Self {
        let fits: Vec<String> = kind.algorithms().iter().map(|algorithm| format!("\"{algorithm}\"")).collect();
        let advice =
            format!("Set simple_jwt.algorithm = {}, or another key: {}", fits.join(" or "), generate(algorithm));
        Self::with(source, format!("is {}, which does not sign {algorithm}", kind.name()), advice)
    }

    /// An RSA key that is too short to sign.
    pub(super) fn short(source: &Source, algorithm: JwtAlgorithm, kind: Kind) -> Self {
        let problem = format!("is {}, and {algorithm} wants at least {RSA_SIGNING_BITS}", kind.name());
        let advice = format!(
            "{} Move this one into simple_jwt.signing_key_fallbacks until its tokens expire.",
            generate(algorithm)
        );
        Self::with(source, problem, advice)
    }

    /// A public key that is not that of the key that signs.
    pub(super) fn of_another_pair(source: &Source, signing: &Source) -> Self {
        let file = signing.file.as_ref().map_or("KEY.pem".to_owned(), |file| file.display().to_string());
        let problem = format!("does not belong to {}: services that hold it would refuse every token", signing.setting);
        let advice = format!(
            "Leave it out, or put there what `openssl pkey -in {file} -pubout` prints. A former key goes into \
             simple_jwt.signing_key_fallbacks."
        );
        Self::with(source, problem, advice)
    }
}

fn generate(algorithm: JwtAlgorithm) -> String {
    format!("`rest-auth key generate --algorithm {algorithm}` makes a key and says what to set.")
}
