//! What so many derivations at once take, of 10,000 iterations each: `cargo bench -p pbkdf2-lanes`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hmac::Hmac;
use pbkdf2_lanes::{Derivation, LANES, advance};

const ITERATIONS: u32 = 10_000;

fn lanes(criterion: &mut Criterion) {
    criterion.bench_function("one of RustCrypto's pbkdf2", |bencher| {
        let mut output = [0; 32];
        bencher.iter(|| pbkdf2::pbkdf2::<Hmac<sha2::Sha256>>(b"password", b"salt", ITERATIONS, &mut output));
    });
    for count in 1..=LANES {
        let begun = || (0..count).map(|_| Derivation::new(b"password", b"salt", ITERATIONS)).collect::<Vec<_>>();
        criterion.bench_function(&format!("{count} at once"), |bencher| {
            bencher.iter_batched_ref(begun, |derivations| advance(derivations, ITERATIONS), BatchSize::SmallInput);
        });
    }
}

criterion_group!(benches, lanes);
criterion_main!(benches);
