//! What a limit costs: `cargo bench -p rest-auth --bench throttling`.

use std::net::{IpAddr, Ipv4Addr};

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use rest_auth::testing::TestApp;

/// The check that `login/` makes of each request, in memory, with the shared rate and those for everybody beside its own.
fn check(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = |rates: &str| runtime.block_on(TestApp::with(&format!("throttle.rates = {{ {rates} }}")));
    let count = |app: &TestApp, address: u32| {
        let address = IpAddr::V4(Ipv4Addr::from_bits(address));
        app.count_login(address).now_or_never().expect("memory does not wait").is_ok()
    };

    let allowed = app("login = '4000000000/day'");
    criterion.bench_function("a request of one address passes", |bencher| {
        bencher.iter(|| assert!(count(&allowed, 1)));
    });
    let crowd = app("login = '4000000000/day'");
    let mut address = 0_u32;
    criterion.bench_function("requests of a million addresses by turns pass", |bencher| {
        bencher.iter(|| {
            address = (address + 1) % 1_000_000;
            assert!(count(&crowd, address));
        });
    });
    let three = app("login = '4000000000/day', anon = '4000000000/day', user = '4000000000/day'");
    criterion.bench_function("a request with three limits passes", |bencher| {
        bencher.iter(|| assert!(count(&three, 1)));
    });
    let refused = app("login = '0/day'");
    criterion.bench_function("a request is refused", |bencher| {
        bencher.iter(|| assert!(!count(&refused, 1)));
    });
}

criterion_group!(benches, check);
criterion_main!(benches);
