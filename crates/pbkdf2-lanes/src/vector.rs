//! Which vectors the processor has, and how derivations go on in their lanes.

use crate::compress::{Lanes, both, hash};
use crate::derivation::{Derivation, Words};

/// The instructions for vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Vectors {
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// With a rotation, and with three operands at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processor {
    vectors: Option<Vectors>,
    /// Whether there are instructions for a single SHA-256.
    sha: bool,
}

impl Processor {
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn here() -> Self {
        let vectors = if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
            Some(Vectors::Avx512)
        } else {
            is_x86_feature_detected!("avx2").then_some(Vectors::Avx2)
        };
        Self { vectors, sha: is_x86_feature_detected!("sha") }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn here() -> Self {
        Self { vectors: None, sha: false }
    }

    /// The vectors, where they are faster for so many derivations than one SHA-256 after the other. All lanes take the
    /// same time, however many are empty; the benchmark `lanes` shows from when on they win.
    pub(crate) fn vectors_for(self, derivations: usize) -> Option<Vectors> {
        let from = match self.vectors? {
            _ if !self.sha => 2,
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => 7,
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => 5,
        };
        self.vectors.filter(|_| derivations >= from)
    }
}

/// Goes on with at most [`LANES`] derivations, each in a lane; the processor must have these vectors.
#[allow(unsafe_code)]
pub(crate) fn advance(vectors: Vectors, group: &mut [&mut Derivation], iterations: u32) {
    let of = |words: fn(&Derivation) -> &Words| -> [Lanes; 8] {
        std::array::from_fn(|word| std::array::from_fn(|lane| group.get(lane).map_or(0, |held| words(held)[word])))
    };
    let (inner, outer) = (of(|held| &held.inner), of(|held| &held.outer));
    let mut going = Going { last: of(|held| &held.last), sum: of(|held| &held.sum) };
    match vectors {
        // SAFETY: `Processor::here` has found the instructions.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx2 => unsafe { with_avx2(&inner, &outer, &mut going, iterations) },
        // SAFETY: the same.
        #[cfg(target_arch = "x86_64")]
        Vectors::Avx512 => unsafe { with_avx512(&inner, &outer, &mut going, iterations) },
    }
    for (lane, held) in group.iter_mut().enumerate() {
        held.last = std::array::from_fn(|word| going.last[word][lane]);
        held.sum = std::array::from_fn(|word| going.sum[word][lane]);
        held.left -= iterations;
    }
}

/// What changes from one iteration to the next.
struct Going {
    last: [Lanes; 8],
    sum: [Lanes; 8],
}

#[inline(always)]
fn iterate(inner: &[Lanes; 8], outer: &[Lanes; 8], going: &mut Going, iterations: u32) {
    for _ in 0..iterations {
        going.last = hash(outer, &hash(inner, &going.last));
        for word in 0..8 {
            going.sum[word] = both(going.sum[word], going.last[word], |sum, last| sum ^ last);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(inner: &[Lanes; 8], outer: &[Lanes; 8], going: &mut Going, iterations: u32) {
    iterate(inner, outer, going, iterations);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
fn with_avx512(inner: &[Lanes; 8], outer: &[Lanes; 8], going: &mut Going, iterations: u32) {
    iterate(inner, outer, going, iterations);
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::LANES;

    /// Every kind of vectors that this processor has gives what it gives without.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn vectors_of_each_kind_give_the_same() {
        let here = Processor::here().vectors;
        let kinds = [(Vectors::Avx2, here.is_some()), (Vectors::Avx512, here == Some(Vectors::Avx512))];
        for (vectors, is_there) in kinds {
            if !is_there {
                // Seen also where the output of tests that pass is not shown.
                let _ = writeln!(std::io::stderr(), "left out: this processor has no {vectors:?}");
                continue;
            }
            for count in 1..=LANES {
                let begun =
                    || (0..count).map(|i| Derivation::new(&[i as u8; 70], b"salt", 51)).collect::<Vec<Derivation>>();
                let (mut in_lanes, mut alone) = (begun(), begun());
                advance(vectors, &mut in_lanes.iter_mut().collect::<Vec<_>>(), 50);
                crate::derivation::advance(&mut alone.iter_mut().collect::<Vec<_>>(), 50);
                let outputs = |held: &[Derivation]| held.iter().map(Derivation::output).collect::<Vec<_>>();
                assert!(in_lanes.iter().all(|held| held.output().is_some()));
                assert_eq!(outputs(&in_lanes), outputs(&alone), "{vectors:?}, {count} lanes");
            }
        }
    }

    #[test]
    fn vectors_wait_until_they_are_worth_it() {
        let none = Processor { vectors: None, sha: false };
        assert_eq!(none.vectors_for(LANES), None);
        #[cfg(target_arch = "x86_64")]
        for (vectors, sha, from) in [
            (Vectors::Avx2, true, 7),
            (Vectors::Avx512, true, 5),
            (Vectors::Avx2, false, 2),
            (Vectors::Avx512, false, 2),
        ] {
            let processor = Processor { vectors: Some(vectors), sha };
            assert_eq!(processor.vectors_for(from - 1), None);
            assert_eq!(processor.vectors_for(from), Some(vectors));
        }
    }
}
