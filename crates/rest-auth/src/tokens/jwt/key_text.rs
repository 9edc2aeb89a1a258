//! Reads a key from the text in a setting, an environment variable or a file.
//!
//! The text is PEM, even with damaged line ends, or the base64 inside PEM.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The format of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// PKCS #8: `PRIVATE KEY`.
    Private,
    /// PKCS #1: `RSA PRIVATE KEY`.
    RsaPrivate,
    /// SEC 1: `EC PRIVATE KEY`.
    EcPrivate,
    /// X.509's SubjectPublicKeyInfo: `PUBLIC KEY`.
    Public,
    /// PKCS #1: `RSA PUBLIC KEY`.
    RsaPublic,
    Certificate,
}

impl Form {
    pub(super) const ALL: [Self; 6] =
        [Self::Private, Self::RsaPrivate, Self::EcPrivate, Self::Public, Self::RsaPublic, Self::Certificate];

    fn is_private(self) -> bool {
        matches!(self, Self::Private | Self::RsaPrivate | Self::EcPrivate)
    }
}

/// A key in DER, and its format, if the text names the format.
pub(super) struct Der {
    pub(super) form: Option<Form>,
    pub(super) bytes: Vec<u8>,
}

/// The reason why a text is not a usable key.
#[derive(Debug, PartialEq)]
pub(super) enum NoKey {
    Empty,
    /// The text has no known format.
    Unknown,
    /// The text begins as PEM, but has no end.
    CutOff,
    /// The text is PEM or base64, but the content is damaged.
    Damaged,
    Encrypted,
    /// OpenSSH's own form of a private key.
    OpenSsh,
    /// OpenSSH's own form of a public key.
    OpenSshPublic,
    JsonWebKey,
    /// The name of a file.
    Path,
    /// A block of PEM that holds no key, by its label.
    Label(String),
    /// A key of an algorithm or a curve that signs no tokens here.
    Kind(&'static str),
    /// An RSA key of so many bits.
    Size(usize),
}

/// Returns the key in a text; a private key takes precedence over a public one.
pub(super) fn read(text: &str) -> Result<Der, NoKey> {
    let text = unwrapped(text);
    if text.is_empty() {
        return Err(NoKey::Empty);
    }
    if text.contains("-----BEGIN ") {
        return in_pem(&text);
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || text.starts_with("---- BEGIN SSH2 ") {
        return Err(NoKey::OpenSshPublic);
    }
    if text.starts_with('{') {
        return Err(NoKey::JsonWebKey);
    }
    match decoded(&text) {
        // A DER sequence.
        Some(bytes) if bytes.first() == Some(&0x30) && bytes.len() > 40 => return Ok(Der { form: None, bytes }),
        // PEM that was encoded once more, so that it fits into one line.
        Some(bytes) if bytes.starts_with(b"-----BEGIN ") => {
            return in_pem(&unwrapped(std::str::from_utf8(&bytes).map_err(|_| NoKey::Damaged)?));
        }
        _ => {}
    }
    let is_path = text.lines().count() == 1 && [".pem", ".key", ".crt"].iter().any(|end| text.ends_with(end));
    Err(if is_path { NoKey::Path } else { NoKey::Unknown })
}

/// Returns the text without the additions of environments, shells and editors.
///
/// These are quotes, `\n` in place of the end of a line, and `\r`.
fn unwrapped(text: &str) -> String {
    let mut text = text.trim_start_matches('\u{feff}').trim();
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            text = inner.trim();
        }
    }
    let mut text = text.to_owned();
    while text.contains("\\\\") {
        text = text.replace("\\\\", "\\");
    }
    text.replace("\\r", "").replace("\\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn in_pem(text: &str) -> Result<Der, NoKey> {
    let (mut found, mut refused) = (None::<Der>, None);
    let mut rest = text;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, body) = begun.split_once("-----").ok_or(NoKey::CutOff)?;
        let (body, behind) = body.split_once(&format!("-----END {label}-----")).ok_or(NoKey::CutOff)?;
        rest = behind;
        let is_private = |der: &Der| der.form.is_some_and(Form::is_private);
        match block(label, body) {
            Ok(Some(der)) if found.as_ref().is_none_or(|found| !is_private(found) && is_private(&der)) => {
                found = Some(der);
            }
            Ok(_) => {}
            Err(error) => {
                refused.get_or_insert(error);
            }
        }
    }
    match (found, refused) {
        // The unreadable block may be the private key beside its certificate.
        (Some(der), Some(error)) if !der.form.is_some_and(Form::is_private) => Err(error),
        (Some(der), _) => Ok(der),
        (None, refused) => Err(refused.unwrap_or(NoKey::Unknown)),
    }
}

/// Returns the key in a block of PEM.
///
/// The result is `None` for the parameters that OpenSSL writes in front of a key.
fn block(label: &str, body: &str) -> Result<Option<Der>, NoKey> {
    if label == "ENCRYPTED PRIVATE KEY" || body.contains("ENCRYPTED") {
        return Err(NoKey::Encrypted);
    }
    let form = match label {
        "EC PARAMETERS" => return Ok(None),
        "PRIVATE KEY" => Form::Private,
        "RSA PRIVATE KEY" => Form::RsaPrivate,
        "EC PRIVATE KEY" => Form::EcPrivate,
        "PUBLIC KEY" => Form::Public,
        "RSA PUBLIC KEY" => Form::RsaPublic,
        "CERTIFICATE" | "X509 CERTIFICATE" => Form::Certificate,
        "OPENSSH PRIVATE KEY" => return Err(NoKey::OpenSsh),
        "DSA PRIVATE KEY" => return Err(NoKey::Kind("a DSA key")),
        label => {
            let is_label = label.len() <= 40 && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ');
            return Err(if is_label { NoKey::Label(label.to_owned()) } else { NoKey::Damaged });
        }
    };
    let headers_left_out: String = body.lines().filter(|line| !line.contains(':')).collect();
    match decoded(&headers_left_out) {
        Some(bytes) if !bytes.is_empty() => Ok(Some(Der { form: Some(form), bytes })),
        _ => Err(NoKey::Damaged),
    }
}

/// Decodes base64 of either alphabet, with or without padding and line ends.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [STANDARD, URL_SAFE].iter().find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(&text).ok())
}
