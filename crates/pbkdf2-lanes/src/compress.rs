//! SHA-256 (FIPS 180-4) on lanes: where the standard has a word, here is one of each lane.

use crate::LANES;

/// A word of each lane. The loops over the lanes become the instructions for vectors of whichever processor the function
/// around them is for, if they are loops over numbers: iterators are compiled to twice as many, as the benchmark `lanes` shows.
pub(crate) type Lanes = [u32; LANES];

pub(crate) const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// The bit that follows a message.
pub(crate) const PADDING: u32 = 0x8000_0000;

/// A pad of 64 bytes and a hash of 32, in bits.
pub(crate) const LENGTH_OF_MESSAGE: u32 = (64 + 32) * 8;

const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

/// What SHA-256 makes of a pad, which led to the state, and a hash behind it.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(crate) fn hash(state: &[Lanes; 8], message: &[Lanes; 8]) -> [Lanes; 8] {
    let mut schedule = [[0; LANES]; 16];
    schedule[..8].copy_from_slice(message);
    schedule[8] = [PADDING; LANES];
    schedule[15] = [LENGTH_OF_MESSAGE; LANES];
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for round in 0..64 {
        if round >= 16 {
            let (two_ago, seven_ago) = (schedule[(round + 14) % 16], schedule[(round + 9) % 16]);
            let (fifteen_ago, word) = (schedule[(round + 1) % 16], &mut schedule[round % 16]);
            let sigma_0 = each(fifteen_ago, |x| x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3));
            let sigma_1 = each(two_ago, |x| x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10));
            *word = add(add(add(*word, sigma_0), seven_ago), sigma_1);
        }
        let sum_1 = each(e, |e| e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25));
        let choice = both(both(e, f, |e, f| e & f), both(e, g, |e, g| !e & g), |x, y| x ^ y);
        let one = add(add(add(add(h, sum_1), choice), [ROUNDS[round]; LANES]), schedule[round % 16]);
        let sum_0 = each(a, |a| a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22));
        let majority = both(both(a, b, |a, b| a & b), both(c, both(a, b, |a, b| a | b), |c, x| c & x), |x, y| x | y);
        let two = add(sum_0, majority);
        (h, g, f, e, d, c, b, a) = (g, f, e, add(d, one), c, b, a, add(one, two));
    }
    let mut result = [a, b, c, d, e, f, g, h];
    result.iter_mut().zip(state).for_each(|(word, before)| *word = add(*word, *before));
    result
}

#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn each(x: Lanes, operation: impl Fn(u32) -> u32) -> Lanes {
    let mut result = [0; LANES];
    for lane in 0..LANES {
        result[lane] = operation(x[lane]);
    }
    result
}

#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(crate) fn both(x: Lanes, y: Lanes, operation: impl Fn(u32, u32) -> u32) -> Lanes {
    let mut result = [0; LANES];
    for lane in 0..LANES {
        result[lane] = operation(x[lane], y[lane]);
    }
    result
}

#[inline(always)]
fn add(x: Lanes, y: Lanes) -> Lanes {
    both(x, y, u32::wrapping_add)
}
