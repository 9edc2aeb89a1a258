//! PBKDF2 with HMAC-SHA-256 (RFC 8018) of several passwords at once.
//!
//! One derivation is a chain: each hash waits for the one before, so that a core is mostly idle while it derives. What
//! runs beside it costs little: eight derivations, a lane of the processor's vectors each, take hardly longer than
//! two or three one after the other. From how many on, the processor itself is asked when it first matters. They need not
//! begin together, nor be equally long:
//!
//! ```
//! use pbkdf2_lanes::{Derivation, advance};
//!
//! let mut lanes = [Derivation::new(b"correct horse", b"salt", 1_000), Derivation::new(b"battery staple", b"pepper", 20)];
//! while lanes.iter().any(|lane| lane.output().is_none()) {
//!     advance(&mut lanes, 100);
//! }
//! assert_ne!(lanes[0].output(), lanes[1].output());
//! ```

mod compress;
mod derivation;
mod vector;

pub use derivation::Derivation;
use vector::Vectors;

/// How many derivations go on at once. More than these take turns.
pub const LANES: usize = 8;

/// Brings each derivation forward by `most` iterations, or by fewer, at least one: by as many as the one that is next to be
/// done still needs. Those that are done stay as they are.
pub fn advance<'a>(derivations: impl IntoIterator<Item = &'a mut Derivation>, most: u32) {
    let mut unfinished: Vec<_> = derivations.into_iter().filter(|derivation| derivation.left() > 0).collect();
    for group in unfinished.chunks_mut(LANES) {
        let iterations = group.iter().map(|derivation| derivation.left()).min().unwrap_or_default().min(most.max(1));
        match Vectors::worth_it_for(group.len()) {
            Some(vectors) => vector::advance(vectors, group, iterations),
            None => derivation::advance(group, iterations),
        }
    }
}
