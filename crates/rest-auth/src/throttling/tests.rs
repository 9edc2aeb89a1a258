//! What a client sees of limits.

use std::time::Duration;

use crate::testing::{Client, TestApp, each_database};
use serde_json::json;

const HERE: &str = "198.51.100.7";
const THERE: &str = "203.0.113.9";

/// Tries a wrong password from an address, and gives the status and what `Retry-After` says.
async fn guess(client: &mut Client, name: &str) -> (u16, String) {
    let answer = client.post("/login/", json!({ "username": name, "password": "wrong" })).await;
    (answer.status(), answer.header("retry-after").to_owned())
}

fn refused(seconds: &str) -> (u16, String) {
    (429, seconds.to_owned())
}

fn wrong() -> (u16, String) {
    (400, String::new())
}

#[each_database]
async fn an_address_is_limited_and_told_for_how_long() {
    let app = TestApp::with("throttle.rates = { login = '2/minute' }").await;
    app.user("jane", "correct horse").await;
    let mut here = app.client().from_address(HERE);
    assert_eq!(guess(&mut here, "jane").await, wrong());
    app.advance(Duration::from_millis(20_500));
    let login = json!({ "username": "jane", "password": "correct horse" });
    assert_eq!(here.post("/login/", login.clone()).await.status(), 200);
    here.cookies.clear();
    let answer = here.post("/login/", login.clone()).await;
    assert_eq!(
        answer.line(),
        r#"429 {"detail":"Request was throttled. Expected available in 40 seconds."}"#,
        "whole seconds, rounded up"
    );
    assert_eq!((answer.header("retry-after"), answer.header("allow")), ("40", "POST, OPTIONS"));
    assert_eq!(guess(&mut app.client().from_address(THERE), "jane").await, wrong(), "somebody else");
    app.advance(Duration::from_millis(38_600));
    let answer = here.post("/login/", login.clone()).await;
    assert_eq!(answer.text(), r#"{"detail":"Request was throttled. Expected available in 1 second."}"#);
    app.advance(Duration::from_millis(900));
    assert_eq!(here.post("/login/", login).await.status(), 200);
}

#[tokio::test]
async fn a_user_is_limited_wherever_they_are() {
    let app = TestApp::with("throttle.rates = { user_details = '2/hour' }").await;
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    let key = app.client().post("/login/", login).await.json()["key"].as_str().expect("a key").to_owned();
    let jane = |address| app.client().from_address(address).header("authorization", &format!("Token {key}"));
    assert_eq!(jane(HERE).get("/user/").await.status(), 200);
    assert_eq!(jane(THERE).get("/user/").await.status(), 200);
    assert_eq!(jane("192.0.2.1").get("/user/").await.status(), 429);
    // Who is nobody is told so before anything is counted.
    for _ in 0..3 {
        assert_eq!(app.client().from_address(HERE).get("/user/").await.status(), 401);
    }
}

#[tokio::test]
async fn a_network_of_ipv6_and_the_clients_of_an_unknown_proxy_are_one() {
    let app = TestApp::with("throttle.rates = { login = '1/minute' }").await;
    assert_eq!(guess(&mut app.client().from_address("2001:db8:0:1::5"), "a").await.0, 400);
    assert_eq!(guess(&mut app.client().from_address("2001:db8:0:1:ffff::6"), "a").await.0, 429);
    assert_eq!(guess(&mut app.client().from_address("2001:db8:0:2::5"), "a").await.0, 400);
    let proxied = |address| app.client().from_address("127.0.0.1").header("x-forwarded-for", address);
    assert_eq!(guess(&mut proxied(HERE), "a").await.0, 400);
    assert_eq!(guess(&mut proxied(THERE), "a").await.0, 429);

    let app = TestApp::with("trusted_proxies = ['127.0.0.1']\nthrottle.rates = { login = '1/minute' }").await;
    let proxied = |address| app.client().from_address("127.0.0.1").header("x-forwarded-for", address);
    assert_eq!(guess(&mut proxied(HERE), "a").await.0, 400);
    assert_eq!(guess(&mut proxied(THERE), "a").await.0, 400);
    assert_eq!(guess(&mut proxied(&format!("192.0.2.1, {THERE}")), "a").await.0, 429);
}

#[tokio::test]
async fn an_address_that_nobody_knows_is_not_counted() {
    let app = TestApp::with("throttle.rates = { dj_rest_auth = '1/day', anon = '1/day' }").await;
    let mut client = app.client();
    for _ in 0..3 {
        assert_eq!(guess(&mut client, "jane").await, wrong());
    }
}

#[tokio::test]
async fn by_default_limits_are_on_and_generous() {
    let app = TestApp::new().await;
    let mut client = app.client().from_address(HERE);
    for number in 0..60 {
        assert_eq!(guess(&mut client, &format!("user{number}")).await, wrong());
    }
    assert_eq!(guess(&mut client, "jane").await, refused("60"));
    let off = TestApp::with("throttle.rates = {}").await;
    let mut client = off.client().from_address(HERE);
    for number in 0..61 {
        assert_eq!(guess(&mut client, &format!("user{number}")).await, wrong());
    }
}

const FAILED_LOGINS: &str = "throttle.rates = {}\n[throttle.failed_logins]\nslow_after = 2\nlock_after = 4\n";

/// The same whether there is such a user or not.
#[each_database]
async fn guesses_at_one_account_slow_down_and_then_lock() {
    let app = TestApp::with(FAILED_LOGINS).await;
    app.user("jane", "correct horse").await;
    let login = json!({ "username": "jane", "password": "correct horse" });
    let mut owner = app.client();
    assert_eq!(owner.post("/login/", login.clone()).await.status(), 200);
    for name in ["jane", "nobody"] {
        let mut number = 0;
        let mut stranger = || {
            number += 1;
            app.client().from_address(&format!("203.0.113.{number}"))
        };
        assert_eq!(guess(&mut stranger(), name).await, wrong());
        assert_eq!(guess(&mut stranger(), &name.to_uppercase()).await, wrong());
        assert_eq!(guess(&mut stranger(), name).await, refused("1"), "from wherever");
        app.advance(Duration::from_secs(1));
        assert_eq!(guess(&mut stranger(), name).await, wrong());
        assert_eq!(guess(&mut stranger(), name).await, refused("2"));
        app.advance(Duration::from_secs(2));
        assert_eq!(guess(&mut stranger(), name).await, wrong());
        assert_eq!(guess(&mut stranger(), name).await, refused("900"));
        let mails = app.mails().await;
        assert_eq!(mails.len(), usize::from(name == "jane"), "{mails:?}");
        if let [mail] = &mails[..] {
            assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("jane@example.com", "Many failed logins"));
            assert!(mail.text.contains("Hello jane,") && mail.text.contains("by your name for 15 minutes"));
        }
    }
    // The right password does not come in, the owner who is in stays in, and others are others.
    assert_eq!(app.client().post("/login/", login.clone()).await.status(), 429);
    assert_eq!(owner.get("/user/").await.status(), 200);
    assert_eq!(guess(&mut app.client(), "joe").await, wrong());

    // When it is over it is over, until the next failure; nobody is told twice a day.
    app.advance(Duration::from_secs(900));
    assert_eq!(app.client().post("/login/", login.clone()).await.status(), 200);
    assert_eq!(guess(&mut app.client(), "jane").await, wrong());
    assert_eq!(app.client().post("/login/", login.clone()).await.status(), 429);
    assert_eq!(app.mails().await, []);
    app.advance(Duration::from_secs(3600));
    assert_eq!(guess(&mut app.client(), "jane").await, wrong());
    assert_eq!(app.client().post("/login/", login).await.status(), 200, "an hour later all is forgotten");
}

#[each_database]
async fn a_new_password_ends_the_lock() {
    let app = TestApp::with(FAILED_LOGINS).await;
    app.user("jane", "correct horse").await;
    for _ in 0..4 {
        guess(&mut app.client(), "jane").await;
        app.advance(Duration::from_secs(2));
    }
    assert_eq!(app.mails().await.len(), 1);
    let new = json!({ "username": "jane", "password": "battery staple" });
    assert_eq!(app.client().post("/login/", new.clone()).await.status(), 429);
    app.client().post("/password/reset/", json!({ "email": "jane@example.com" })).await;
    let mail = app.mails().await.pop().expect("a mail");
    let link = mail.text.lines().find(|line| line.contains("/confirm/")).expect("a link");
    let mut parts = link.trim_end_matches('/').rsplit('/');
    let (token, uid) = (parts.next().expect("a token"), parts.next().expect("a uid"));
    let body =
        json!({ "uid": uid, "token": token, "new_password1": "battery staple", "new_password2": "battery staple" });
    assert_eq!(app.client().post("/password/reset/confirm/", body).await.status(), 200);
    assert_eq!(app.client().post("/login/", new).await.status(), 200);
}

/// Of many guesses at the same time no more are answered than one after the other.
#[each_database]
async fn guesses_at_the_same_time_learn_no_more() {
    let app = TestApp::with("[throttle.failed_logins]\nslow_after = 0\nlock_after = 5\n").await;
    app.user("jane", "correct horse").await;
    let guesses = (0..20).map(|_| {
        let mut client = app.client();
        async move { guess(&mut client, "jane").await.0 }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 15, "{answers:?}");
    assert_eq!(app.mails().await.len(), 1);
}

#[tokio::test]
async fn guesses_need_not_be_limited() {
    let app = TestApp::with("throttle.rates = {}\nthrottle.failed_logins = { slow_after = 0, lock_after = 0 }").await;
    app.user("jane", "correct horse").await;
    for _ in 0..60 {
        assert_eq!(guess(&mut app.client(), "jane").await, wrong());
    }
}

#[each_database]
async fn allauths_limits_are_in_force_where_they_are_named() {
    let app = TestApp::with("throttle.rates = {}\naccount.rate_limits = true").await;
    app.user("jane", "correct horse").await;
    let ask = async |address: &str, email: &str| {
        app.client().from_address(address).post("/password/reset/", json!({ "email": email })).await.status()
    };
    for _ in 0..5 {
        assert_eq!(ask(HERE, "jane@example.com").await, 200);
    }
    assert_eq!(ask(THERE, "Jane@example.com").await, 429, "five a minute for one address");
    assert_eq!(ask(THERE, "joe@example.com").await, 200);
    // login_failed: five within five minutes for one name.
    for _ in 0..5 {
        assert_eq!(guess(&mut app.client().from_address(HERE), "jane").await, wrong());
    }
    let login = json!({ "username": "jane", "password": "correct horse" });
    assert_eq!(app.client().from_address(THERE).post("/login/", login.clone()).await.header("retry-after"), "300");
    app.advance(Duration::from_secs(300));
    let mut jane = app.client().from_address(THERE);
    assert_eq!(jane.post("/login/", login).await.status(), 200);
    let mut jane = jane.with_csrf();
    for _ in 0..5 {
        assert_eq!(jane.post("/password/change/", json!({})).await.status(), 400);
    }
    assert_eq!(jane.post("/password/change/", json!({})).await.status(), 429);
    for number in 0..21 {
        let status = app.client().from_address("192.0.2.1").post("/registration/", json!({})).await.status();
        assert_eq!(status, if number < 20 { 400 } else { 429 });
    }
    for number in 0..21 {
        let confirm = app.client().from_address(HERE).post("/password/reset/confirm/", json!({})).await.status();
        assert_eq!(confirm, if number < 20 { 400 } else { 429 });
    }
}

#[tokio::test]
async fn nobody_is_asked_to_verify_twice_at_once() {
    let app = TestApp::new().await;
    let register = async |name: &str| {
        let form = json!({ "username": name, "email": "Jane@example.com", "password1": "correct horse battery",
            "password2": "correct horse battery" });
        assert_eq!(app.client().post("/registration/", form).await.status(), 201);
        app.mails().await.len()
    };
    assert_eq!(register("jane").await, 1);
    assert_eq!(register("june").await, 0);
    // A registration that fails asks for nothing, and does not stand in the way of the next.
    let form = |password: &str| {
        json!({ "username": "joe", "email": "joe.somebody@example.com", "password1": password,
        "password2": password })
    };
    assert_eq!(app.client().post("/registration/", form("joe.somebody")).await.status(), 400);
    assert_eq!(app.client().post("/registration/", form("correct horse")).await.status(), 201);
    assert_eq!(app.mails().await.len(), 1);
    app.advance(Duration::from_secs(180));
    assert_eq!(register("joan").await, 1);
}

#[cfg(feature = "redis")]
mod in_redis {
    use std::io::Write;

    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    use super::super::memory::Memory;
    use super::super::rate::Rate;
    use super::super::redis::Redis;
    use super::super::rule::{Check, Failures, Ident, Rule};
    use super::*;
    use crate::settings::{Secret, new_secret_key};

    /// The URL of a Redis that the tests may use; `None` is said in a line.
    fn url() -> Option<String> {
        let url = std::env::var("REST_AUTH_TEST_REDIS").ok();
        if url.is_none() {
            // Past the test runner, which keeps to itself what a test that passes prints.
            let _ = writeln!(std::io::stderr(), "left out, because REST_AUTH_TEST_REDIS is not set: limits in Redis");
        }
        url
    }

    /// Counters with names of their own.
    fn settings(url: &str, more: &str) -> String {
        format!("secret_key = '{}'\nthrottle.redis_url = '{url}'\n{more}", new_secret_key().expose())
    }

    #[test]
    fn counters_say_what_they_say_in_memory() {
        let Some(url) = url() else { return };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let steps = prop::collection::vec((0_i64..3, 0_u64..15_000, any::<bool>(), any::<bool>()), 1..60);
        let mut runner = TestRunner::new(Config { cases: 64, ..Config::default() });
        let rules = (0_u32..4, 1_u32..4, 1_u32..6);
        let result = runner.run(&(steps, rules), |(steps, (limit, slow_after, lock_after))| {
            let redis = Redis::new(&Secret::from(url.as_str()), &new_secret_key()).expect("a URL");
            let memory = Memory::new(1);
            let failures = Failures { slow_after, lock_after, lock_time: 20, remembered: 30 };
            let mut now = 1_767_323_045_000;
            for (user, pause, counts, both) in steps {
                now += pause;
                let mut checks = vec![
                    Check { scope: "a", ident: Ident::User(user.into()), rule: Rule::Rate(Rate::per_minute(limit)) },
                    Check { scope: "b", ident: Ident::Name("jane"), rule: Rule::Failures(failures) },
                ];
                if !both {
                    checks.remove(0);
                }
                let here = memory.weigh(now, counts, checks.iter());
                let there = runtime.block_on(redis.weigh(Some(now), counts, checks.iter())).expect("an answer");
                prop_assert_eq!(here, there);
                if user == 0 && pause % 10 == 0 {
                    checks.iter().for_each(|check| memory.forget(check));
                    runtime.block_on(redis.forget(checks.iter())).expect("an answer");
                }
            }
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Two servers, and forty requests at once.
    #[tokio::test(flavor = "multi_thread")]
    async fn servers_count_together_and_exactly() {
        let Some(url) = url() else { return };
        let toml = settings(&url, "throttle.rates = { login = '10/day' }");
        let (one, other) = (TestApp::with(&toml).await, TestApp::with(&toml).await);
        let requests = (0..40).map(|number| {
            let mut client = if number % 2 == 0 { one.client() } else { other.client() }.from_address(HERE);
            async move { client.post("/login/", json!({})).await.status() }
        });
        let answers = futures_util::future::join_all(requests).await;
        assert_eq!(answers.iter().filter(|status| **status == 400).count(), 10, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 429).count(), 30, "{answers:?}");
    }

    #[tokio::test]
    async fn guesses_are_counted_together_and_the_owner_is_told_once() {
        let Some(url) = url() else { return };
        let toml = settings(&url, FAILED_LOGINS);
        let (one, other) = (TestApp::with(&toml).await, TestApp::with(&toml).await);
        one.user("jane", "correct horse").await;
        other.user("jane", "correct horse").await;
        for app in [&one, &other, &one, &other] {
            assert_eq!(guess(&mut app.client(), "jane").await, wrong());
            one.advance(Duration::from_secs(2));
            other.advance(Duration::from_secs(2));
        }
        assert_eq!(guess(&mut one.client(), "jane").await, refused("898"));
        assert_eq!((one.mails().await.len(), other.mails().await.len()), (0, 1));
    }

    /// An address at which nothing listens.
    fn nowhere() -> String {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("redis://{}", free.local_addr().expect("an address"))
    }

    #[tokio::test]
    async fn without_redis_each_counts_alone_or_nobody_passes() {
        let alone = TestApp::with(&settings(&nowhere(), "throttle.rates = { login = '1/day' }")).await;
        let mut client = alone.client().from_address(HERE);
        assert_eq!(guess(&mut client, "jane").await, wrong());
        assert_eq!(guess(&mut client, "jane").await.0, 429);

        let more = "throttle.rates = { login = '1/day' }\nthrottle.without_redis = 'refuse'";
        let refusing = TestApp::with(&settings(&nowhere(), more)).await;
        let mut client = refusing.client().from_address(HERE);
        assert_eq!(guess(&mut client, "jane").await, (503, "5".to_owned()));
        // What is not limited goes on.
        assert_eq!(client.get("/csrf/").await.status(), 200);
    }
}
