//! What a limit costs where it lets a request pass: no allocation.

use std::net::{IpAddr, Ipv4Addr};

use allocation_counter::measure;
use futures_util::FutureExt;
use rest_auth::testing::TestApp;

#[test]
fn a_check_that_lets_pass_allocates_nothing() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = runtime
        .block_on(TestApp::with("throttle.rates = { login = '100/minute', anon = '200/hour', user = '300/day' }"));
    let count = |number: u32| {
        let address = IpAddr::V4(Ipv4Addr::from_bits(number % 100));
        app.count_login(address).now_or_never().expect("memory does not wait").is_ok()
    };
    // New addresses and known ones.
    let mut passed = 0;
    let used = measure(|| passed = (0..5000).filter(|number| count(*number)).count());
    assert_eq!((passed, used.count_total), (5000, 0));
    assert!(!(0..10_000).all(count), "there is a limit");
}
