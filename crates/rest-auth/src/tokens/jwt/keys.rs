//! The keys that sign and verify tokens.
//!
//! Only this file and `pair.rs` depend on algorithms.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims::Claims;
use super::key_files::{self, Source};
use super::key_problems::Problem;
use super::key_text;
use super::pair::{Key, Kind, RSA_SIGNING_BITS, SigningKey, VerifyingKey};
use crate::settings::{JwtAlgorithm, Misfit, Secret, Settings};

/// What signs tokens, and what verifies them.
pub(crate) struct Keys {
    algorithm: JwtAlgorithm,
    /// The header of every signed token, encoded.
    header: String,
    own: TokenHeader,
    signing: SigningKey,
    verifying: Vec<Verifying>,
    /// The public ones, for everyone to see.
    public: PublicKeys,
}

/// A JSON Web Key Set: RFC 7517.
#[derive(Default, Serialize)]
pub(crate) struct PublicKeys {
    keys: Vec<Value>,
}

/// A key that tokens may have been signed with.
struct Verifying {
    /// The name by which a token's header asks for it; a secret has none.
    id: Option<String>,
    /// Those that it may have signed by. One of another kind of key is refused, whatever a header says.
    algorithms: Vec<JwtAlgorithm>,
    key: VerifyingKey,
}

/// What matters of a token's header. Nothing comes of whatever else it says.
#[derive(Deserialize)]
struct TokenHeader {
    alg: JwtAlgorithm,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

/// The header of a token, in PyJWT's order.
#[derive(Serialize)]
struct WrittenHeader<'a> {
    typ: &'static str,
    alg: JwtAlgorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl Verifying {
    fn may_have_signed(&self, header: &TokenHeader) -> bool {
        // SimpleJWT names no key.
        let is_meant = self.id.is_none() || header.kid.is_none() || self.id == header.kid;
        is_meant && self.algorithms.contains(&header.alg)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, {} to verify)", self.algorithm, self.verifying.len())
    }
}

impl Keys {
    /// The keys of the settings; without any of their own, tokens are signed with the secret key.
    ///
    /// # Errors
    /// If a key cannot be read, or is of another kind than the algorithm.
    pub(crate) fn new(settings: &Settings, secret_key: &Secret) -> Result<Self, Misfit> {
        match settings.simple_jwt.algorithm.is_of_secrets() {
            true => Self::of_secrets(settings, secret_key),
            false => Self::of_pairs(settings),
        }
        .map_err(Misfit::from)
    }

    fn signing_with(algorithm: JwtAlgorithm, signing: SigningKey, kid: Option<String>) -> Self {
        let header = serde_json::json!(WrittenHeader { typ: "JWT", alg: algorithm, kid: kid.as_deref() });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let own = TokenHeader { alg: algorithm, kid, crit: None };
        Self { algorithm, header, own, signing, verifying: Vec::new(), public: PublicKeys::default() }
    }

    fn of_secrets(settings: &Settings, secret_key: &Secret) -> Result<Self, Problem> {
        let (simple_jwt, algorithm) = (&settings.simple_jwt, settings.simple_jwt.algorithm);
        let own = key_files::signing_key(simple_jwt).map_err(Problem::unreadable)?;
        let (setting, secret, fallbacks, former) = match own {
            Some(own) if own.is_binary => {
                return Err(Problem::unreadable((own.setting, format!("{}is not a text", own.which))));
            }
            Some(own) => (own.setting, own.text, "simple_jwt.signing_key_fallbacks", &simple_jwt.signing_key_fallbacks),
            None => ("secret_key", secret_key.clone(), "secret_key_fallbacks", &settings.secret_key_fallbacks),
        };
        // A public key that everyone may know must never be what tokens are signed with.
        let secrets = || std::iter::once((setting, &secret)).chain(former.iter().map(|former| (fallbacks, former)));
        let is_key =
            |text: &str| text.contains("-----BEGIN ") || key_text::read(text).is_ok_and(|der| Key::of(&der).is_ok());
        if let Some((setting, _)) = secrets().find(|(_, secret)| is_key(secret.expose())) {
            return Err(Problem::no_secret(setting, algorithm));
        }
        let signing = SigningKey::Library(EncodingKey::from_secret(secret.expose().as_bytes()));
        let mut keys = Self::signing_with(algorithm, signing, None);
        keys.verifying.extend(secrets().map(|(_, secret)| Verifying {
            id: None,
            algorithms: vec![algorithm],
            key: VerifyingKey::Library(DecodingKey::from_secret(secret.expose().as_bytes())),
        }));
        Ok(keys)
    }

    fn of_pairs(settings: &Settings) -> Result<Self, Problem> {
        let (simple_jwt, algorithm) = (&settings.simple_jwt, settings.simple_jwt.algorithm);
        let read = |source: Source| match key_text::read(source.text.expose()).and_then(|der| Key::of(&der)) {
            Ok(key) => Ok((source, key)),
            Err(reason) => Err(Problem::unusable(&source, algorithm, &reason)),
        };
        let folder = key_files::in_folder(simple_jwt).map_err(Problem::unreadable)?;
        let mut folder: Vec<(Source, Key)> = folder.into_iter().map(read).collect::<Result<_, _>>()?;
        let own = key_files::signing_key(simple_jwt).map_err(Problem::unreadable)?.map(read).transpose()?;
        let verifying = key_files::verifying_key(simple_jwt).map(read).transpose()?;
        let former = key_files::former(simple_jwt).map(read).collect::<Result<Vec<_>, _>>()?;
        if let Some((source, _)) = own.as_ref().filter(|(_, key)| key.signing.is_none()) {
            return Err(Problem::public(source, algorithm));
        }
        if let (Some((own, signs)), Some((source, key))) = (&own, &verifying)
            && signs.id() != key.id()
        {
            return Err(Problem::of_another_pair(source, own));
        }
        folder.extend(own);
        let signing = folder.iter().find_map(|(source, key)| Some((source, key, key.signing.clone()?)));
        let Some((source, key, signing)) = signing else { return Err(Problem::missing(algorithm)) };
        match key.kind {
            kind if !kind.algorithms().contains(&algorithm) => {
                return Err(Problem::other_kind(source, algorithm, kind));
            }
            kind @ Kind::Rsa(bits) if bits < RSA_SIGNING_BITS => return Err(Problem::short(source, algorithm, kind)),
            _ => {}
        }
        let mut keys = Self::signing_with(algorithm, signing, Some(key.id()));
        for (_, key) in folder.into_iter().chain(verifying).chain(former) {
            let id = Some(key.id());
            if keys.verifying.iter().any(|held| held.id == id) {
                continue;
            }
            let algorithms = key.kind.algorithms();
            // An RSA key works with several algorithms: prefer the one of the settings.
            let shown = algorithms.iter().find(|shown| **shown == algorithm).or(algorithms.first());
            keys.public.keys.extend(shown.map(|shown| key.public(*shown)));
            keys.verifying.push(Verifying { id, algorithms: algorithms.to_vec(), key: key.verifying });
        }
        Ok(keys)
    }

    /// The public keys, for whoever verifies tokens elsewhere; none where a secret signs.
    pub(crate) fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// The token that says this.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let mut token = self.header.clone();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut token);
        let signature = self.signing.sign(token.as_bytes(), self.algorithm)?;
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }

    /// What a token says, if one of our keys signed it. What that means, and whether it is still true, others
    /// must judge: our own clock does, so that a test can move it.
    pub(crate) fn verify(&self, token: &[u8]) -> Option<Claims> {
        let (message, signature) = std::str::from_utf8(token).ok()?.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let read;
        // Nearly every token has this header.
        let header = if self.header == header {
            &self.own
        } else {
            read = part(header)?;
            &read
        };
        let mut keys = self.verifying.iter().filter(|held| held.may_have_signed(header));
        // A header may insist on being understood; nothing in one is.
        let is_good =
            header.crit.is_none() && keys.any(|held| held.key.verifies(signature, message.as_bytes(), header.alg));
        if is_good { part(claims) } else { None }
    }
}

/// A part of a token that holds JSON.
fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_str(std::str::from_utf8(&json).ok()?).ok()
}
