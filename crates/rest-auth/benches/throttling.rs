//! What a limit costs: `cargo bench -p rest-auth --bench throttling`.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use rest_auth::testing::TestApp;

/// The check that `login/` makes of each request, in memory. Time goes by now and then, so that counters run out, too.
fn check(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = |rates: &str| runtime.block_on(TestApp::with(&format!("throttle.rates = {{ {rates} }}")));
    let count = |app: &TestApp, address: u32| {
        let address = IpAddr::V4(Ipv4Addr::from_bits(address));
        app.count_login(address).now_or_never().expect("memory does not wait").is_ok()
    };
    let mut number = 0_u32;
    let mut next = |app: &TestApp, pause: u32| {
        number = number.wrapping_add(1);
        if number.is_multiple_of(pause) {
            app.advance(Duration::from_secs(60));
        }
        number
    };

    let one = app("login = '100/minute'");
    criterion.bench_function("a request of one address passes", |bencher| {
        bencher.iter(|| {
            next(&one, 50);
            assert!(count(&one, 1));
        });
    });
    let crowd = app("login = '5/minute'");
    criterion.bench_function("requests of a million addresses by turns pass", |bencher| {
        bencher.iter(|| assert!(count(&crowd, next(&crowd, 1_000_000) % 1_000_000)));
    });
    let three = app("login = '100/minute', anon = '100/minute', user = '100/minute'");
    criterion.bench_function("a request with three limits passes", |bencher| {
        bencher.iter(|| {
            next(&three, 50);
            assert!(count(&three, 1));
        });
    });
    let refused = app("login = '0/day'");
    criterion.bench_function("a request is refused", |bencher| {
        bencher.iter(|| assert!(!count(&refused, 1)));
    });
}

criterion_group!(benches, check);
criterion_main!(benches);
