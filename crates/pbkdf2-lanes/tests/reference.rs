//! Whatever is derived, RustCrypto's `pbkdf2` derives the same.

use hmac::Hmac;
use pbkdf2_lanes::{Derivation, advance};
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::Sha256;

fn of_reference(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut output = [0; 32];
    pbkdf2::pbkdf2::<Hmac<Sha256>>(password, salt, iterations, &mut output).expect("a key of any length");
    output
}

proptest! {
    #[test]
    fn any_number_of_any_length_at_any_pace(
        all in vec((vec(any::<u8>(), 0..150), vec(any::<u8>(), 0..150), 1_u32..80), 1..20),
        paces in vec(0_u32..50, 1..5),
    ) {
        let mut derivations: Vec<_> = all.iter().map(|(password, salt, n)| Derivation::new(password, salt, *n)).collect();
        for pace in paces.iter().cycle() {
            if derivations.iter().all(|derivation| derivation.output().is_some()) {
                break;
            }
            advance(&mut derivations, *pace);
        }
        for ((password, salt, iterations), derivation) in all.iter().zip(&derivations) {
            prop_assert_eq!(derivation.output(), Some(of_reference(password, salt, *iterations)));
        }
    }

    /// As a queue of logins is served: who is done makes room for the next.
    #[test]
    fn who_joins_later_gets_the_same(all in vec((any::<u64>(), 1_u32..60), 1..40), pace in 1_u32..20) {
        let begun = |(password, iterations): &(u64, u32)| Derivation::new(&password.to_le_bytes(), b"salt", *iterations);
        let mut waiting = all.iter().enumerate();
        let mut lanes: Vec<(usize, Derivation)> = Vec::new();
        let mut done = vec![None; all.len()];
        while done.contains(&None) {
            if lanes.len() < pbkdf2_lanes::LANES && let Some((number, next)) = waiting.next() {
                lanes.push((number, begun(next)));
            }
            advance(lanes.iter_mut().map(|(_, derivation)| derivation), pace);
            lanes.retain(|(number, derivation)| {
                done[*number] = derivation.output();
                derivation.output().is_none()
            });
        }
        for ((password, iterations), output) in all.iter().zip(done) {
            prop_assert_eq!(output, Some(of_reference(&password.to_le_bytes(), b"salt", *iterations)));
        }
    }
}

#[test]
fn zero_iterations_are_one_and_debug_shows_no_secret() {
    let derivation = Derivation::new(b"password", b"salt", 0);
    assert_eq!(derivation.output(), Some(of_reference(b"password", b"salt", 1)));
    assert_eq!(format!("{derivation:?}"), "Derivation { left: 0, .. }");
}
