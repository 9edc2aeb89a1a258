//! A key of a pair: its signing and verifying parts, and its public form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::KeypairBytes;
use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p521::ecdsa::signature::{Signer, Verifier};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, ObjectIdentifier, PrivateKeyInfo, SubjectPublicKeyInfoRef};
use rsa::traits::PublicKeyParts;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key_text::{Der, Form, NoKey};
use crate::settings::JwtAlgorithm;

/// The bits that an RSA key may have; the library reads at most 4096.
const RSA_BITS: std::ops::RangeInclusive<usize> = 1024..=4096;
/// The bits that an RSA key must have to sign, by RFC 7518.
pub(super) const RSA_SIGNING_BITS: usize = 2048;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// Kinds of keys that cannot sign tokens here: their object identifiers and names.
const OTHERS: [(ObjectIdentifier, &str); 12] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10"), "a key for RSASSA-PSS alone"),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), "an Ed448 key"),
    (ObjectIdentifier::new_unwrap("1.3.101.110"), "an X25519 key"),
    (ObjectIdentifier::new_unwrap("1.3.101.111"), "an X448 key"),
    (ObjectIdentifier::new_unwrap("1.2.840.10040.4.1"), "a DSA key"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), "an EC key on secp256k1"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.33"), "an EC key on P-224"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.1"), "an EC key on P-192"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.7"), "an EC key on brainpoolP256r1"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.11"), "an EC key on brainpoolP384r1"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.13"), "an EC key on brainpoolP512r1"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.3.1"), "a Diffie-Hellman key"),
];

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// An RSA key of so many bits.
    Rsa(usize),
    P256,
    P384,
    P521,
    Ed25519,
}

impl Kind {
    /// Returns every algorithm that such a key can sign with.
    pub(super) fn algorithms(self) -> &'static [JwtAlgorithm] {
        use JwtAlgorithm::*;
        match self {
            Self::Rsa(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
            Self::P256 => &[ES256],
            Self::P384 => &[ES384],
            Self::P521 => &[ES512],
            Self::Ed25519 => &[EdDSA],
        }
    }

    /// Returns the name that an administrator uses.
    pub(super) fn name(self) -> String {
        match self {
            Self::Rsa(bits) => format!("an RSA key of {bits} bits"),
            Self::P256 => "an EC key on P-256".to_owned(),
            Self::P384 => "an EC key on P-384".to_owned(),
            Self::P521 => "an EC key on P-521".to_owned(),
            Self::Ed25519 => "an Ed25519 key".to_owned(),
        }
    }
}

/// The signing part of a key.
#[derive(Clone)]
pub(super) enum SigningKey {
    Library(EncodingKey),
    /// jsonwebtoken does not support ES512.
    P521(Box<p521::ecdsa::SigningKey>),
}

/// The verifying part of a key.
pub(super) enum VerifyingKey {
    Library(DecodingKey),
    P521(Box<p521::ecdsa::VerifyingKey>),
}

impl SigningKey {
    /// Returns the signature of a message, in base64.
    pub(super) fn sign(&self, message: &[u8], algorithm: JwtAlgorithm) -> Result<String, jsonwebtoken::errors::Error> {
        use jsonwebtoken::errors::ErrorKind;
        match (self, library(algorithm)) {
            (Self::Library(key), Some(algorithm)) => crypto::sign(message, key, algorithm),
            (Self::P521(key), None) => {
                let signature: p521::ecdsa::Signature =
                    key.try_sign(message).map_err(|_| ErrorKind::RsaFailedSigning)?;
                Ok(URL_SAFE_NO_PAD.encode(signature.to_bytes()))
            }
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        }
    }
}

impl VerifyingKey {
    /// Returns whether the signature, in base64, is this key's for the message.
    pub(super) fn verifies(&self, signature: &str, message: &[u8], algorithm: JwtAlgorithm) -> bool {
        match (self, library(algorithm)) {
            (Self::Library(key), Some(algorithm)) => {
                crypto::verify(signature, message, key, algorithm).unwrap_or_default()
            }
            (Self::P521(key), None) => URL_SAFE_NO_PAD
                .decode(signature)
                .ok()
                .and_then(|bytes| p521::ecdsa::Signature::from_slice(&bytes).ok())
                .is_some_and(|signature| key.verify(message, &signature).is_ok()),
            _ => false,
        }
    }
}

/// Returns the library's name of the algorithm, if it supports the algorithm.
fn library(algorithm: JwtAlgorithm) -> Option<Algorithm> {
    Some(match algorithm {
        JwtAlgorithm::HS256 => Algorithm::HS256,
        JwtAlgorithm::HS384 => Algorithm::HS384,
        JwtAlgorithm::HS512 => Algorithm::HS512,
        JwtAlgorithm::RS256 => Algorithm::RS256,
        JwtAlgorithm::RS384 => Algorithm::RS384,
        JwtAlgorithm::RS512 => Algorithm::RS512,
        JwtAlgorithm::PS256 => Algorithm::PS256,
        JwtAlgorithm::PS384 => Algorithm::PS384,
        JwtAlgorithm::PS512 => Algorithm::PS512,
        JwtAlgorithm::ES256 => Algorithm::ES256,
        JwtAlgorithm::ES384 => Algorithm::ES384,
        JwtAlgorithm::ES512 => return None,
        JwtAlgorithm::EdDSA => Algorithm::EdDSA,
    })
}

/// A key of a pair.
pub(super) struct Key {
    pub(super) kind: Kind,
    /// The signing part, if the key is private.
    pub(super) signing: Option<SigningKey>,
    pub(super) verifying: VerifyingKey,
    /// The public key as a JSON Web Key, without its use.
    parameters: Vec<(&'static str, String)>,
}

impl Key {
    /// Reads a key in DER.
    pub(super) fn of(der: &Der) -> Result<Self, NoKey> {
        let read = |form| Self::in_form(form, &der.bytes);
        match der.form {
            Some(form) => read(form),
            // The first error other than damage tells the kind of the key.
            None => Form::ALL.into_iter().map(read).find(|key| !matches!(key, Err(NoKey::Damaged))).unwrap_or(DAMAGED),
        }
    }

    fn in_form(form: Form, der: &[u8]) -> Result<Self, NoKey> {
        match form {
            Form::Private => {
                let info = PrivateKeyInfo::from_der(der).map_err(|_| NoKey::Damaged)?;
                match info.algorithm.oid {
                    RSA => rsa_private(info.private_key),
                    EC => ec_private(info.algorithm.parameters_oid().ok(), info.private_key),
                    ED25519 => ed_private(der),
                    other => Err(named(other)),
                }
            }
            Form::RsaPrivate => rsa_private(der),
            Form::EcPrivate => {
                let known = [P256, P384, P521].into_iter().find_map(|curve| ec_private(Some(curve), der).ok());
                known.ok_or_else(|| curve_within(der))
            }
            Form::Public => {
                let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| NoKey::Damaged)?;
                let bits = info.subject_public_key.as_bytes().ok_or(NoKey::Damaged)?;
                match info.algorithm.oid {
                    RSA => rsa_public(bits),
                    EC => ec_public(info.algorithm.parameters_oid().ok(), bits),
                    ED25519 => ed_public(bits),
                    other => Err(named(other)),
                }
            }
            Form::RsaPublic => rsa_public(der),
            Form::Certificate => {
                let certificate = x509_cert::Certificate::from_der(der).map_err(|_| NoKey::Damaged)?;
                let info = certificate.tbs_certificate.subject_public_key_info.to_der();
                Self::in_form(Form::Public, &info.map_err(|_| NoKey::Damaged)?)
            }
        }
    }

    /// Returns the id of the key: its thumbprint by RFC 7638, the same everywhere.
    pub(super) fn id(&self) -> String {
        let mut members = self.parameters.clone();
        members.sort();
        let members: Map<String, Value> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        URL_SAFE_NO_PAD.encode(Sha256::digest(Value::Object(members).to_string()))
    }

    /// Returns the public key for publication.
    pub(super) fn public(&self, algorithm: JwtAlgorithm) -> Value {
        let common = [("use", "sig".to_owned()), ("alg", algorithm.to_string()), ("kid", self.id())];
        let members = common.into_iter().chain(self.parameters.iter().cloned());
        Value::Object(members.map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}

const DAMAGED: Result<Key, NoKey> = Err(NoKey::Damaged);

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the error for a key of an unsupported kind.
fn named(object: ObjectIdentifier) -> NoKey {
    let other = OTHERS.iter().find(|(other, _)| *other == object);
    other.map_or(NoKey::Kind("a key of an unknown algorithm"), |(_, name)| NoKey::Kind(name))
}

/// Returns the error that names the curve which occurs in a key.
fn curve_within(der: &[u8]) -> NoKey {
    let names = |object: &ObjectIdentifier| der.windows(object.as_bytes().len()).any(|part| part == object.as_bytes());
    let other = OTHERS.iter().skip(5).find(|(object, _)| names(object));
    other.map_or(NoKey::Damaged, |(_, name)| NoKey::Kind(name))
}

/// Returns the number of bits of an unsigned number.
fn bits(number: &[u8]) -> usize {
    let number = number.iter().skip_while(|byte| **byte == 0);
    let leading = number.clone().next().map_or(0, |first| first.leading_zeros() as usize);
    number.count() * 8 - leading
}

fn rsa_private(pkcs1: &[u8]) -> Result<Key, NoKey> {
    let modulus = rsa::pkcs1::RsaPrivateKey::from_der(pkcs1).map_err(|_| NoKey::Damaged)?.modulus;
    let size = Some(bits(modulus.as_bytes())).filter(|bits| RSA_BITS.contains(bits));
    size.ok_or_else(|| NoKey::Size(bits(modulus.as_bytes())))?;
    let key = rsa::RsaPrivateKey::from_pkcs1_der(pkcs1).map_err(|_| NoKey::Damaged)?;
    Ok(rsa_key(key.n(), key.e(), Some(EncodingKey::from_rsa_der(pkcs1))))
}

fn rsa_public(pkcs1: &[u8]) -> Result<Key, NoKey> {
    let modulus = rsa::pkcs1::RsaPublicKey::from_der(pkcs1).map_err(|_| NoKey::Damaged)?.modulus;
    let size = Some(bits(modulus.as_bytes())).filter(|bits| RSA_BITS.contains(bits));
    size.ok_or_else(|| NoKey::Size(bits(modulus.as_bytes())))?;
    let key = rsa::RsaPublicKey::from_pkcs1_der(pkcs1).map_err(|_| NoKey::Damaged)?;
    Ok(rsa_key(key.n(), key.e(), None))
}

fn rsa_key(n: &rsa::BigUint, e: &rsa::BigUint, signing: Option<EncodingKey>) -> Key {
    let (bits, n, e) = (n.bits(), n.to_bytes_be(), e.to_bytes_be());
    Key {
        kind: Kind::Rsa(bits),
        signing: signing.map(SigningKey::Library),
        verifying: VerifyingKey::Library(DecodingKey::from_rsa_raw_components(&n, &e)),
        parameters: vec![("kty", "RSA".to_owned()), ("n", encoded(n)), ("e", encoded(e))],
    }
}

fn ec_private(curve: Option<ObjectIdentifier>, sec1: &[u8]) -> Result<Key, NoKey> {
    match curve {
        Some(P256) => {
            let key = p256::SecretKey::from_sec1_der(sec1).map_err(|_| NoKey::Damaged)?;
            let der = key.to_pkcs8_der().map_err(|_| NoKey::Damaged)?;
            let point = key.public_key().to_encoded_point(false);
            Ok(ec_key(Kind::P256, point.as_bytes(), Some(EncodingKey::from_ec_der(der.as_bytes()))))
        }
        Some(P384) => {
            let key = p384::SecretKey::from_sec1_der(sec1).map_err(|_| NoKey::Damaged)?;
            let der = key.to_pkcs8_der().map_err(|_| NoKey::Damaged)?;
            let point = key.public_key().to_encoded_point(false);
            Ok(ec_key(Kind::P384, point.as_bytes(), Some(EncodingKey::from_ec_der(der.as_bytes()))))
        }
        Some(P521) => {
            let key = p521::SecretKey::from_sec1_der(sec1).map_err(|_| NoKey::Damaged)?;
            let signing = p521::ecdsa::SigningKey::from_slice(&key.to_bytes()).map_err(|_| NoKey::Damaged)?;
            p521_key((&signing).into(), Some(SigningKey::P521(Box::new(signing))))
        }
        Some(other) => Err(named(other)),
        None => Err(NoKey::Kind("an EC key whose curve has no name")),
    }
}

fn ec_public(curve: Option<ObjectIdentifier>, point: &[u8]) -> Result<Key, NoKey> {
    match curve {
        Some(P256) => {
            let key = p256::PublicKey::from_sec1_bytes(point).map_err(|_| NoKey::Damaged)?;
            Ok(ec_key(Kind::P256, key.to_encoded_point(false).as_bytes(), None))
        }
        Some(P384) => {
            let key = p384::PublicKey::from_sec1_bytes(point).map_err(|_| NoKey::Damaged)?;
            Ok(ec_key(Kind::P384, key.to_encoded_point(false).as_bytes(), None))
        }
        Some(P521) => p521_key(p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| NoKey::Damaged)?, None),
        Some(other) => Err(named(other)),
        None => Err(NoKey::Kind("an EC key whose curve has no name")),
    }
}

/// Returns an EC key from its uncompressed point.
fn ec_key(kind: Kind, point: &[u8], signing: Option<EncodingKey>) -> Key {
    Key {
        kind,
        signing: signing.map(SigningKey::Library),
        verifying: VerifyingKey::Library(DecodingKey::from_ec_der(point)),
        parameters: on_curve(if kind == Kind::P256 { "P-256" } else { "P-384" }, point),
    }
}

fn p521_key(key: p521::ecdsa::VerifyingKey, signing: Option<SigningKey>) -> Result<Key, NoKey> {
    let parameters = on_curve("P-521", key.to_encoded_point(false).as_bytes());
    Ok(Key { kind: Kind::P521, signing, verifying: VerifyingKey::P521(Box::new(key)), parameters })
}

fn on_curve(curve: &str, point: &[u8]) -> Vec<(&'static str, String)> {
    // The coordinates follow the mark of an uncompressed point.
    let coordinates = point.get(1..).unwrap_or_default();
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    vec![("kty", "EC".to_owned()), ("crv", curve.to_owned()), ("x", encoded(x)), ("y", encoded(y))]
}

fn ed_private(pkcs8: &[u8]) -> Result<Key, NoKey> {
    let key = ed25519_dalek::SigningKey::from_pkcs8_der(pkcs8).map_err(|_| NoKey::Damaged)?;
    // Without the public key, which the library does not expect.
    let der = KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_der();
    let der = der.map_err(|_| NoKey::Damaged)?;
    Ok(ed_key(key.verifying_key().as_bytes(), Some(EncodingKey::from_ed_der(der.as_bytes()))))
}

fn ed_public(bytes: &[u8]) -> Result<Key, NoKey> {
    let bytes = <&[u8; 32]>::try_from(bytes).map_err(|_| NoKey::Damaged)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| NoKey::Damaged)?;
    Ok(ed_key(key.as_bytes(), None))
}

fn ed_key(public: &[u8; 32], signing: Option<EncodingKey>) -> Key {
    Key {
        kind: Kind::Ed25519,
        signing: signing.map(SigningKey::Library),
        verifying: VerifyingKey::Library(DecodingKey::from_ed_der(public)),
        parameters: vec![("kty", "OKP".to_owned()), ("crv", "Ed25519".to_owned()), ("x", encoded(public))],
    }
}
