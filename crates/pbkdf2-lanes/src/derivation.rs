//! One derivation, and how it goes on without vectors.

use hmac::{Hmac, KeyInit, Mac};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::compress::{INITIAL, LENGTH_OF_MESSAGE, PADDING};

/// Eight words of 32 bits: a state of SHA-256, or what comes out of it.
pub(crate) type Words = [u32; 8];

/// Bytes that SHA-256 takes at once, and the most that a key of its HMAC has.
const BLOCK: usize = 64;

/// The derivation of 32 bytes from a password. Its memory is cleared when it is dropped.
pub struct Derivation {
    /// The states after the key's two pads.
    pub(crate) inner: Words,
    pub(crate) outer: Words,
    /// The last iteration's hash.
    pub(crate) last: Words,
    /// All of them, exclusive or.
    pub(crate) sum: Words,
    /// Iterations that are missing.
    pub(crate) left: u32,
}

impl std::fmt::Debug for Derivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Derivation").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Drop for Derivation {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
        self.last.zeroize();
        self.sum.zeroize();
    }
}

impl Derivation {
    /// Begins: the first iteration is done here. Zero `iterations` are as one.
    pub fn new(password: &[u8], salt: &[u8], iterations: u32) -> Self {
        let mut key = [0; BLOCK];
        match key.get_mut(..password.len()) {
            Some(short) => short.copy_from_slice(password),
            None => key[..32].copy_from_slice(&Sha256::digest(password)),
        }
        let after = |pad: u8| {
            let mut state = INITIAL;
            compress256(&mut state, &[key.map(|byte| byte ^ pad)]);
            state
        };
        let (inner, outer) = (after(0x36), after(0x5c));
        // An HMAC takes a key of any length.
        let first = Hmac::<Sha256>::new_from_slice(&key).map(|mac| mac.chain_update(salt).chain_update([0, 0, 0, 1]));
        let first = words(&first.map(|mac| mac.finalize().into_bytes().into()).unwrap_or_default());
        key.zeroize();
        Self { inner, outer, last: first, sum: first, left: iterations.saturating_sub(1) }
    }

    /// How many iterations are missing.
    pub fn left(&self) -> u32 {
        self.left
    }

    /// The derived bytes, once no iteration is missing.
    pub fn output(&self) -> Option<[u8; 32]> {
        (self.left == 0).then(|| bytes(&self.sum))
    }
}

/// Goes on with what the processor has for one SHA-256. By turns, because that leaves room for a second one.
pub(crate) fn advance(group: &mut [&mut Derivation], iterations: u32) {
    for _ in 0..iterations {
        for derivation in &mut *group {
            derivation.last = hash(derivation.inner, &derivation.last);
        }
        for derivation in &mut *group {
            derivation.last = hash(derivation.outer, &derivation.last);
            derivation.sum.iter_mut().zip(derivation.last).for_each(|(sum, last)| *sum ^= last);
        }
    }
    group.iter_mut().for_each(|derivation| derivation.left -= iterations);
}

/// What SHA-256 makes of a pad and a hash behind it.
fn hash(mut state: Words, message: &Words) -> Words {
    let mut block = [0; BLOCK];
    block[..32].copy_from_slice(&bytes(message));
    block[32..36].copy_from_slice(&PADDING.to_be_bytes());
    block[60..].copy_from_slice(&LENGTH_OF_MESSAGE.to_be_bytes());
    compress256(&mut state, &[block]);
    state
}

fn bytes(words: &Words) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(4).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_be_bytes()));
    bytes
}

fn words(bytes: &[u8; 32]) -> Words {
    std::array::from_fn(|i| u32::from_be_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]))
}
