use std::time::Duration;

use serde_json::{Value, json};

use super::{BODY, ROTATE, logged_in, text};
use crate::testing::{Answer, Client, each_database};

const BLACKLISTED: &str = r#"401 {"detail":"Token is blacklisted","code":"token_not_valid"}"#;

async fn refresh(client: &mut Client, token: &str) -> Answer {
    client.post("/token/refresh/", json!({ "refresh": token })).await
}

/// A client who rotated twice: three refresh tokens, one after the other, an hour between them.
async fn rotated_twice(settings: &str) -> (crate::testing::TestApp, Client, [String; 3]) {
    let (app, mut client, login) = logged_in(&format!("{BODY}{ROTATE}{settings}")).await;
    let first = text(&login, "refresh");
    app.advance(Duration::from_secs(3600));
    let second = text(&refresh(&mut client, &first).await, "refresh");
    app.advance(Duration::from_secs(3600));
    let third = text(&refresh(&mut client, &second).await, "refresh");
    (app, client, [first, second, third])
}

#[each_database]
async fn within_the_grace_the_same_pair_is_given_again() {
    let (app, mut client, login) = logged_in(&format!("{BODY}{ROTATE}reuse_grace = '10s'")).await;
    let first = text(&login, "refresh");
    let rotated = refresh(&mut client, &first).await;
    app.advance(Duration::from_secs(9));
    let again = refresh(&mut client, &first).await;
    assert_eq!(text(&again, "access"), text(&rotated, "access"));
    assert_eq!(text(&again, "refresh"), text(&rotated, "refresh"));
    app.advance(Duration::from_secs(1));
    assert_eq!(refresh(&mut client, &first).await.line(), BLACKLISTED);
    assert_eq!(refresh(&mut client, &text(&rotated, "refresh")).await.status(), 200, "nothing else is ended");
}

#[each_database]
async fn within_the_grace_of_200_at_once_all_get_the_same_pair() {
    let (app, _, login) = logged_in(&format!("{BODY}{ROTATE}reuse_grace = '10s'")).await;
    let first = text(&login, "refresh");
    let requests = (0..200).map(|_| {
        let (mut client, first) = (app.client(), first.clone());
        tokio::spawn(async move { refresh(&mut client, &first).await })
    });
    let answers = futures_util::future::join_all(requests).await;
    let mut lines: Vec<String> = answers.into_iter().map(|answer| answer.expect("an answer").line()).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("200 "), "{lines:?}");
}

#[each_database]
async fn only_the_parent_of_the_token_in_force_has_a_grace() {
    let (app, mut client, login) = logged_in(&format!("{BODY}{ROTATE}reuse_grace = '1h'")).await;
    let first = text(&login, "refresh");
    let second = text(&refresh(&mut client, &first).await, "refresh");
    let third = text(&refresh(&mut client, &second).await, "refresh");
    assert_eq!(refresh(&mut client, &first).await.line(), BLACKLISTED, "the grandparent");
    assert_eq!(text(&refresh(&mut client, &second).await, "refresh"), third, "the parent");
    client.post("/logout/", json!({ "refresh": third })).await;
    assert_eq!(refresh(&mut client, &second).await.line(), BLACKLISTED, "whoever has logged out stays so");
    drop(app);
}

#[each_database]
async fn an_old_token_ends_its_line_and_no_other() {
    let (app, mut client, [first, _, third]) = rotated_twice("reuse_detection = true").await;
    let other = client.post("/login/", json!({ "username": "jane", "password": super::JANE })).await;
    assert_eq!(refresh(&mut client, &first).await.line(), BLACKLISTED);
    assert_eq!(refresh(&mut client, &third).await.line(), BLACKLISTED, "its descendant");
    assert_eq!(refresh(&mut client, &text(&other, "refresh")).await.status(), 200, "another login's");
    let rows = app.sql("SELECT count(DISTINCT family) FROM rest_auth_refresh_token").await;
    assert_eq!(rows, [[Value::from(2)]]);
}

#[each_database]
async fn without_detection_an_old_token_ends_nothing() {
    let (_app, mut client, [first, _, third]) = rotated_twice("").await;
    assert_eq!(refresh(&mut client, &first).await.line(), BLACKLISTED);
    assert_eq!(refresh(&mut client, &third).await.status(), 200);
}

#[each_database]
async fn a_line_that_is_ended_while_it_grows_is_ended() {
    let settings = "reuse_detection = true\nreuse_grace = '1s'";
    let (app, mut client, [first, _, third]) = rotated_twice(settings).await;
    app.advance(Duration::from_secs(2));
    let requests = (0..40).map(|index| {
        let (mut client, token) = (app.client(), if index % 2 == 0 { third.clone() } else { first.clone() });
        tokio::spawn(async move { refresh(&mut client, &token).await })
    });
    let answers = futures_util::future::join_all(requests).await;
    for answer in answers.iter().map(|answer| answer.as_ref().expect("an answer")) {
        assert!([200, 401].contains(&answer.status()), "{}", answer.line());
        if answer.status() == 200 {
            assert_eq!(refresh(&mut client, &text(answer, "refresh")).await.line(), BLACKLISTED);
        }
    }
}
