//! The keys that sign and verify tokens. Nothing else knows an algorithm.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::claims::Claims;
use super::key_files;
use crate::settings::{JwtAlgorithm, Misfit, Secret, Settings};

/// What signs tokens, and what verifies them.
pub(crate) struct Keys {
    header: Header,
    /// The same as it stands in a token, and as it is read.
    own: Option<(String, TokenHeader)>,
    signing: EncodingKey,
    verifying: Vec<Verifying>,
    /// The public ones, for everyone to see.
    public: JwkSet,
}

/// A key that tokens may have been signed with.
struct Verifying {
    /// The name by which a token's header asks for it; a secret has none.
    id: Option<String>,
    /// Those that it may have signed by. One of another kind of key is refused, whatever a header says.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// What matters of a token's header. Nothing comes of whatever else it says.
#[derive(Deserialize)]
struct TokenHeader {
    alg: Algorithm,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl Verifying {
    fn may_have_signed(&self, header: &TokenHeader) -> bool {
        // SimpleJWT names no key.
        let is_meant = self.id.is_none() || header.kid.is_none() || self.id == header.kid;
        is_meant && self.algorithms.contains(&header.alg)
    }
}

/// A key of a pair, as it stands in a file or setting.
pub(super) struct Pair {
    /// What signs, if the text had it.
    signing: Option<EncodingKey>,
    /// What everyone may see.
    public: Jwk,
    algorithm: Algorithm,
}

/// Why there are no keys: the setting, what is wrong with it, what to do.
struct Problem(&'static str, String, &'static str);

impl From<Problem> for Misfit {
    fn from(Problem(path, problem, hint): Problem) -> Self {
        Self { path: path.to_owned(), problem, hint: Some(hint.to_owned()), origin: None }
    }
}

const RSA: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({:?}, {} to verify)", self.header.alg, self.verifying.len())
    }
}

impl Keys {
    /// The keys of the settings; without any of their own, tokens are signed with the secret key.
    ///
    /// # Errors
    /// If a key cannot be read, or is of another kind than the algorithm.
    pub(crate) fn new(settings: &Settings, secret_key: &Secret) -> Result<Self, Misfit> {
        let algorithm = Algorithm::from(settings.simple_jwt.algorithm);
        match algorithm.family() {
            AlgorithmFamily::Hmac => Self::of_secrets(settings, secret_key, algorithm),
            _ => Self::of_pairs(settings, algorithm),
        }
        .map_err(Misfit::from)
    }

    fn of_secrets(settings: &Settings, secret_key: &Secret, algorithm: Algorithm) -> Result<Self, Problem> {
        let simple_jwt = &settings.simple_jwt;
        let own = key_files::signing_key(simple_jwt).map_err(|(path, problem)| Problem(path, problem, READ))?;
        let former = if own.is_some() { &simple_jwt.signing_key_fallbacks } else { &settings.secret_key_fallbacks };
        let secret = own.unwrap_or_else(|| secret_key.clone());
        // A public key that everyone may know must never be what tokens are signed with.
        if std::iter::once(&secret).chain(former).any(|secret| secret.expose().contains("-----BEGIN ")) {
            let problem = format!("{algorithm:?} wants a secret, and this is a key of a pair");
            return Err(Problem("simple_jwt.signing_key", problem, "Set simple_jwt.algorithm to the pair's."));
        }
        let verifying = std::iter::once(&secret).chain(former).map(|secret| Verifying {
            id: None,
            algorithms: vec![algorithm],
            key: DecodingKey::from_secret(secret.expose().as_bytes()),
        });
        let header = Header::new(algorithm);
        Ok(Self {
            own: written(&header),
            header,
            verifying: verifying.collect(),
            signing: EncodingKey::from_secret(secret.expose().as_bytes()),
            public: JwkSet::default(),
        })
    }

    fn of_pairs(settings: &Settings, algorithm: Algorithm) -> Result<Self, Problem> {
        let texts = key_files::pairs(&settings.simple_jwt).map_err(|(path, problem)| Problem(path, problem, READ))?;
        let mut pairs = Vec::new();
        for (path, text) in &texts {
            let problem = || Problem(path, "this is no key in PEM that can be used".to_owned(), GENERATE);
            pairs.push(Pair::read(text.expose(), algorithm).ok_or_else(problem)?);
        }
        let signing = pairs.iter().find_map(|pair| Some((pair, pair.signing.clone()?)));
        let Some((pair, signing)) = signing else {
            let problem = format!("{algorithm:?} wants a private key");
            return Err(Problem("simple_jwt.signing_key_file", problem, GENERATE));
        };
        if pair.algorithm != algorithm {
            let problem = format!("the key that signs is for {:?}", pair.algorithm);
            return Err(Problem("simple_jwt.algorithm", problem, "Set it to the key's, or generate another key."));
        }
        let mut header = Header::new(algorithm);
        header.kid = pair.public.common.key_id.clone();
        let own = written(&header);
        let mut keys = Self { header, own, signing, verifying: Vec::new(), public: JwkSet::default() };
        for pair in pairs {
            let id = pair.public.common.key_id.clone();
            if keys.verifying.iter().any(|held| held.id == id) {
                continue;
            }
            let key = DecodingKey::from_jwk(&pair.public);
            let key = key.map_err(|_| Problem("simple_jwt", "a key cannot verify".to_owned(), GENERATE))?;
            let algorithms = if RSA.contains(&pair.algorithm) { RSA.to_vec() } else { vec![pair.algorithm] };
            keys.verifying.push(Verifying { id, algorithms, key });
            keys.public.keys.push(pair.public);
        }
        Ok(keys)
    }

    /// The public keys, for whoever verifies tokens elsewhere; none where a secret signs.
    pub(crate) fn public(&self) -> &JwkSet {
        &self.public
    }

    /// The token that says this.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&self.header, claims, &self.signing)
    }

    /// What a token says, if one of our keys signed it. What that means, and whether it is still true, others
    /// must judge: our own clock does, so that a test can move it.
    pub(crate) fn verify(&self, token: &[u8]) -> Option<Claims> {
        let (message, signature) = std::str::from_utf8(token).ok()?.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let read;
        let header = match &self.own {
            // As in nearly every token that comes.
            Some((own, read)) if own == header => read,
            _ => {
                read = part(header)?;
                &read
            }
        };
        let signed = |key| jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, header.alg);
        let mut keys = self.verifying.iter().filter(|held| held.may_have_signed(header));
        // A header may insist on being understood; nothing in one is.
        let is_good = header.crit.is_none() && keys.any(|held| signed(&held.key).unwrap_or_default());
        if is_good { part(claims) } else { None }
    }
}

/// A header as it stands in a token, and as it is read.
fn written(header: &Header) -> Option<(String, TokenHeader)> {
    let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).ok()?);
    let read = part(&text)?;
    Some((text, read))
}

/// A part of a token that holds JSON.
fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_str(std::str::from_utf8(&json).ok()?).ok()
}

impl Pair {
    /// A private or a public key in PEM. An RSA key is for any of its algorithms: the wanted one, if it is one.
    fn read(text: &str, wanted: Algorithm) -> Option<Self> {
        let rsa = if RSA.contains(&wanted) { wanted } else { Algorithm::RS256 };
        [rsa, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA]
            .into_iter()
            .find_map(|algorithm| Self::of(text.as_bytes(), text.contains("PRIVATE KEY-----"), algorithm))
    }

    fn of(pem: &[u8], is_private: bool, algorithm: Algorithm) -> Option<Self> {
        let (signing, mut public) = if is_private {
            let key = match algorithm.family() {
                AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(pem),
                AlgorithmFamily::Ec => EncodingKey::from_ec_pem(pem),
                _ => EncodingKey::from_ed_pem(pem),
            };
            let key = key.ok()?;
            let public = Jwk::from_encoding_key(&key, algorithm).ok()?;
            (Some(key), public)
        } else {
            let key = match algorithm.family() {
                AlgorithmFamily::Rsa => DecodingKey::from_rsa_pem(pem),
                AlgorithmFamily::Ec => DecodingKey::from_ec_pem(pem),
                _ => DecodingKey::from_ed_pem(pem),
            };
            (None, Jwk::from_decoding_key(&key.ok()?, Some(algorithm)).ok()?)
        };
        if let jsonwebtoken::jwk::AlgorithmParameters::EllipticCurve(key) = &public.algorithm
            && (key.curve == jsonwebtoken::jwk::EllipticCurve::P256) != (algorithm == Algorithm::ES256)
        {
            return None;
        }
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        // The same key has the same name everywhere: RFC 7638.
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256).ok()?);
        Some(Self { signing, public, algorithm })
    }
}

const READ: &str = "The server must be able to read it.";
const GENERATE: &str = "`rest-auth key generate` makes one.";

impl From<JwtAlgorithm> for Algorithm {
    fn from(algorithm: JwtAlgorithm) -> Self {
        match algorithm {
            JwtAlgorithm::HS256 => Self::HS256,
            JwtAlgorithm::HS384 => Self::HS384,
            JwtAlgorithm::HS512 => Self::HS512,
            JwtAlgorithm::RS256 => Self::RS256,
            JwtAlgorithm::RS384 => Self::RS384,
            JwtAlgorithm::RS512 => Self::RS512,
            JwtAlgorithm::ES256 => Self::ES256,
            JwtAlgorithm::ES384 => Self::ES384,
            JwtAlgorithm::EdDSA => Self::EdDSA,
        }
    }
}
