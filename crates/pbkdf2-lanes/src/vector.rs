//! Which vectors the processor has, and how derivations go on in their lanes.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::LANES;
use crate::compress::{Lanes, both, hash};
use crate::derivation::{self, Derivation, Words};

/// The instructions for vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Vectors {
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// With a rotation, and with three operands at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Vectors {
    /// The best that the processor has.
    #[cfg(target_arch = "x86_64")]
    fn here() -> Option<Self> {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
            return Some(Self::Avx512);
        }
        is_x86_feature_detected!("avx2").then_some(Self::Avx2)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn here() -> Option<Self> {
        None
    }

    /// Those that so many derivations are faster with than one SHA-256 after the other.
    pub(crate) fn worth_it_for(derivations: usize) -> Option<Self> {
        static WORTH_IT: LazyLock<Option<(Vectors, usize)>> =
            LazyLock::new(|| Vectors::here().map(|vectors| (vectors, vectors.measure())));
        // Of one nothing is to be gained, nor measured.
        if derivations < 2 {
            return None;
        }
        let (vectors, from) = (*WORTH_IT)?;
        (derivations >= from).then_some(vectors)
    }

    /// From how many derivations on these are worth it: more than there are lanes, if they never are. That depends on what the
    /// processor has for a single SHA-256, and on whether the compiler made vectors of our loops at all, which below the
    /// third level of optimization it does not; then they take ten times as long. Takes about a thousandth of a second.
    fn measure(self) -> usize {
        let quickest = |advance: &dyn Fn(&mut [&mut Derivation])| {
            let mut derivations: Vec<_> = (0..LANES).map(|_| Derivation::new(b"", b"", MEASURED * TRIES + 1)).collect();
            let mut group: Vec<_> = derivations.iter_mut().collect();
            let took = (0..TRIES).map(|_| {
                let began = Instant::now();
                advance(&mut group);
                began.elapsed()
            });
            took.min().unwrap_or_default()
        };
        let in_lanes = quickest(&|group| advance(self, group, MEASURED));
        fewest(in_lanes, quickest(&|group| derivation::advance(group, MEASURED)))
    }
}

/// Iterations that are measured, and how often: the quickest counts, which nothing came in between.
const MEASURED: u32 = 100;
const TRIES: u32 = 5;

/// The smallest number of derivations that take longer by turns than in lanes, which take as long however many are empty.
/// By turns, each adds as much.
fn fewest(all_in_lanes: Duration, all_by_turns: Duration) -> usize {
    let lanes = all_in_lanes.as_nanos() * LANES as u128 / all_by_turns.as_nanos().max(1);
    usize::try_from(lanes).map_or(usize::MAX, |lanes| lanes.saturating_add(1))
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
        // SAFETY: `Vectors::here` has found the instructions.
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

    /// Every kind of vectors that this processor has gives what it gives without.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn vectors_of_each_kind_give_the_same() {
        let here = Vectors::here();
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
        let fewest = |in_lanes, by_turns| fewest(Duration::from_micros(in_lanes), Duration::from_micros(by_turns));
        assert_eq!(fewest(65, 92), 6);
        assert_eq!(fewest(65, 520), 2, "no instructions for SHA-256");
        assert_eq!(fewest(92, 92), LANES + 1, "nothing is gained");
        assert_eq!(fewest(500, 92), 44, "no vectors were made");
    }
}
