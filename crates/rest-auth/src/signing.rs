//! Django's signer: HMACs under a key derived from the secret key and a salt, values with a signature and
//! a time behind them, and compressed signed objects (`django.core.signing`).

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use crate::settings::Secret;

/// What a signed object may unpack to, in bytes: a bomb is not unpacked.
const UNPACKED_LIMIT: u64 = 1 << 20;

/// `salted_hmac(salt, value, secret, algorithm="sha256")`.
fn salted_hmac(salt: &str, value: &str, secret: &Secret) -> [u8; 32] {
    let key = Sha256::new().chain_update(salt).chain_update(secret.expose()).finalize();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("an HMAC takes a key of any length");
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

/// `salted_hmac(…).hexdigest()`.
pub(crate) fn salted_hmac_hex(salt: &str, value: &str, secret: &Secret) -> String {
    salted_hmac(salt, value, secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two texts are the same, in a time that tells nothing about where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Signs and opens values under one salt: `TimestampSigner`.
pub(crate) struct Signer<'a> {
    salt: &'a str,
    secret: &'a Secret,
    fallbacks: &'a [Secret],
}

impl<'a> Signer<'a> {
    /// A signer whose signatures hold under `secret`; what a fallback signed is opened, too.
    pub(crate) fn new(salt: &'a str, secret: &'a Secret, fallbacks: &'a [Secret]) -> Self {
        Self { salt, secret, fallbacks }
    }

    fn signature(&self, value: &str, secret: &Secret) -> String {
        URL_SAFE_NO_PAD.encode(salted_hmac(&format!("{}signer", self.salt), value, secret))
    }

    /// The value with the time and a signature behind it, parted by colons.
    pub(crate) fn sign(&self, value: &str, now: OffsetDateTime) -> String {
        let stamped = format!("{value}:{}", base62(now.unix_timestamp().unsigned_abs()));
        let signature = self.signature(&stamped, self.secret);
        format!("{stamped}:{signature}")
    }

    /// The signed value and when it was signed, in seconds since 1970; `None` if the signature is not ours.
    pub(crate) fn open<'v>(&self, signed: &'v str) -> Option<(&'v str, u64)> {
        let (stamped, signature) = signed.rsplit_once(':')?;
        let good = std::iter::once(self.secret)
            .chain(self.fallbacks)
            .any(|secret| same(signature, &self.signature(stamped, secret)));
        let (value, time) = stamped.rsplit_once(':').filter(|_| good)?;
        Some((value, from_base62(time)?))
    }

    /// Signs JSON, compressed where that is shorter: `signing.dumps(…, compress=True)`.
    pub(crate) fn sign_object(&self, json: &str, now: OffsetDateTime) -> String {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        // Writing into memory does not fail; if it did, the object would stay as it is.
        let packed = encoder.write_all(json.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
        let value = if !packed.is_empty() && packed.len() + 1 < json.len() {
            format!(".{}", URL_SAFE_NO_PAD.encode(packed))
        } else {
            URL_SAFE_NO_PAD.encode(json)
        };
        self.sign(&value, now)
    }

    /// The JSON of a signed object: `signing.loads`.
    pub(crate) fn open_object(&self, signed: &str) -> Option<String> {
        Some(self.open_object_with_time(signed)?.0)
    }

    /// The JSON of a signed object, and when it was signed, in seconds since 1970.
    pub(crate) fn open_object_with_time(&self, signed: &str) -> Option<(String, u64)> {
        let (value, time) = self.open(signed)?;
        Some((Self::unpacked(value)?, time))
    }

    fn unpacked(value: &str) -> Option<String> {
        match value.strip_prefix('.') {
            None => String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok(),
            Some(packed) => {
                let packed = URL_SAFE_NO_PAD.decode(packed).ok()?;
                let mut json = String::new();
                let mut decoder = flate2::read::ZlibDecoder::new(packed.as_slice()).take(UNPACKED_LIMIT);
                decoder.read_to_string(&mut json).ok()?;
                Some(json)
            }
        }
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn base62(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(BASE62[(number % 62) as usize]));
        number /= 62;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn from_base62(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = BASE62.iter().position(|candidate| *candidate == byte)?;
        number.checked_mul(62)?.checked_add(digit as u64)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SALT: &str = "django.contrib.sessions.SessionStore";

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).expect("a time")
    }

    #[test]
    fn signs_as_django_does() {
        // TimestampSigner(key="secret", salt="salt").sign("value") at 2026-01-01T00:00:00Z
        let secret = Secret::from("secret");
        let signed = Signer::new("salt", &secret, &[]).sign("value", at(1_767_225_600));
        assert_eq!(signed, DJANGO_SIGNED);
    }

    const DJANGO_SIGNED: &str = "value:1vb66i:rLgpLUpjoH7T1L20Y8zjd1edHwsiQGau2THFhPdUiHs";

    #[test]
    fn opens_what_a_fallback_signed() {
        let (old, new) = (Secret::from("old"), Secret::from("new"));
        let signed = Signer::new(SALT, &old, &[]).sign("v", at(5));
        assert_eq!(Signer::new(SALT, &new, &[]).open(&signed), None);
        assert_eq!(Signer::new(SALT, &new, std::slice::from_ref(&old)).open(&signed), Some(("v", 5)));
    }

    proptest! {
        #[test]
        fn what_is_signed_opens(json in ".{0,200}", seconds in 0_i64..10_000_000_000) {
            let secret = Secret::from("secret");
            let signer = Signer::new(SALT, &secret, &[]);
            prop_assert_eq!(signer.open_object(&signer.sign_object(&json, at(seconds))), Some(json));
        }

        #[test]
        fn what_was_altered_does_not_open(json in ".{0,50}", position in 0_usize..400, byte in 33_u8..127) {
            let secret = Secret::from("secret");
            let signer = Signer::new(SALT, &secret, &[]);
            let signed = signer.sign_object(&json, at(1_767_225_600));
            let mut altered = signed.clone().into_bytes();
            let position = position % altered.len();
            altered[position] = byte;
            let altered = String::from_utf8(altered).expect("ASCII");
            prop_assume!(altered != signed);
            prop_assert_eq!(signer.open_object(&altered), None);
        }

        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let secret = Secret::from("secret");
            let signer = Signer::new(SALT, &secret, &[]);
            prop_assert_eq!(signer.open_object(&text), None);
        }
    }
}
