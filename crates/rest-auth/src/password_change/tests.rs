use serde_json::json;

use crate::testing::{Client, TestApp, each_database};

async fn logged_in(app: &TestApp, password: &str) -> Client {
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": password })).await;
    assert_eq!(login.status(), 200);
    client.with_csrf()
}

fn new(password: &str) -> serde_json::Value {
    json!({ "new_password1": password, "new_password2": password })
}

#[each_database]
async fn other_sessions_end_and_this_one_stays() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let (mut here, mut elsewhere) = (logged_in(&app, "correct horse").await, logged_in(&app, "correct horse").await);
    let before = here.cookies["sessionid"].clone();
    let changed = here.post("/password/change/", new("battery staple")).await;
    assert_eq!(changed.line(), r#"200 {"detail":"New password has been saved."}"#);
    assert_ne!(here.cookies["sessionid"], before);
    assert_eq!(here.get("/user/").await.status(), 200);
    assert_eq!(elsewhere.get("/user/").await.status(), 401);
    logged_in(&app, "battery staple").await;
}

#[each_database]
async fn the_rules_are_on_unless_switched_off() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let refused = logged_in(&app, "correct horse").await.post("/password/change/", new("1234567")).await;
    assert_eq!(
        refused.line(),
        "400 {\"new_password2\":[\"This password is too short. It must contain at least 8 characters.\",\
         \"This password is too common.\",\"This password is entirely numeric.\"]}"
    );
}

#[each_database]
async fn the_old_password_changes_it_once() {
    let app = TestApp::with("rest_auth.old_password_field_enabled = true").await;
    app.user("jane", "correct horse").await;
    let (mut here, mut elsewhere) = (logged_in(&app, "correct horse").await, logged_in(&app, "correct horse").await);
    let mut change = new("battery staple");
    change["old_password"] = "correct horse".into();
    let (first, second) =
        tokio::join!(here.post("/password/change/", change.clone()), elsewhere.post("/password/change/", change));
    let statuses = [first.status(), second.status()];
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{} {}", first.line(), second.line());
}

#[each_database]
async fn any_of_djangos_hashers_makes_the_new_hash() {
    for hasher in ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt"] {
        let cost = match hasher {
            "argon2" => "memory_cost = 64, time_cost = 1, parallelism = 1",
            "scrypt" => "work_factor = 16",
            "pbkdf2_sha256" | "pbkdf2_sha1" => "iterations = 10",
            _ => "rounds = 4",
        };
        let app = TestApp::with(&format!("password_hashers = [{{ name = '{hasher}', {cost} }}]")).await;
        app.user("jane", "correct horse").await;
        let mut client = logged_in(&app, "correct horse").await;
        assert_eq!(client.post("/password/change/", new("battery staple")).await.status(), 200, "{hasher}");
        logged_in(&app, "battery staple").await;
        let jane = app.auth().users().find("jane").await.expect("an answer").expect("jane");
        assert!(jane.password.starts_with(&format!("{hasher}$")), "{}", jane.password);
        assert!(!format!("{jane:?}").contains(&jane.password));
    }
}
