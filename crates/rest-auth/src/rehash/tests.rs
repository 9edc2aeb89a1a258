use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use crate::auth::Auth;
use crate::settings::Settings;
use crate::source::{Clock, Random};
use crate::testing::{Answer, Client, TestApp, each_database};

const JANE: &str = "correct horse";
const CHEAP: &str = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 10 }]\n";
const DEAR: &str = "password_hashers = [{ name = 'pbkdf2_sha256', iterations = 20 }]\n";
const DEARER: &str = "password_hashers = [{ name = 'argon2', memory_cost = 64, time_cost = 1, parallelism = 1 }]\n";
const TOKENS: &str = "[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n\
    [simple_jwt]\ncheck_revoke_token = true\n";

/// Starts an app whose hashes are cheap, with a user jane.
async fn cheap(settings: &str) -> TestApp {
    let app = TestApp::with(&format!("{CHEAP}{settings}")).await;
    app.user("jane", JANE).await;
    app
}

/// Starts another server on the same database, with these settings and one clock.
async fn beside(app: &TestApp, settings: &str) -> Auth {
    let mut settings = Settings::from_toml(settings).expect("settings").settings;
    settings.media.root = app.auth().settings().media.root.clone();
    settings.secret_key.get_or_insert_with(|| app.auth().secret_key().clone());
    let builder = Auth::builder().settings(settings).pool(app.auth().store().pool().clone());
    let (clock, random) = (Mutex::new(app.auth().now()), Random::seeded(rand::random()));
    builder.sources(Clock::Fixed(clock), random).build().await.unwrap_or_else(|error| panic!("{error}"))
}

async fn login(client: &mut Client) -> Answer {
    let login = client.post("/login/", json!({ "username": "jane", "password": JANE })).await;
    assert_eq!(login.status(), 200, "{}", login.text());
    login
}

async fn hash(app: &TestApp) -> String {
    app.sql("SELECT password FROM auth_user").await[0][0].as_str().expect("a hash").to_owned()
}

/// Returns the number of rows in the table of replaced hashes.
async fn remembered(app: &TestApp) -> i64 {
    app.sql("SELECT COUNT(*) FROM rest_auth_replaced_hash").await[0][0].as_i64().expect("a number")
}

/// Returns the statuses of `user/` for a client at several servers.
async fn shown(app: &TestApp, client: &Client, servers: &[&Auth]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for server in servers {
        let mut at = app.client_of(server.router());
        at.cookies.clone_from(&client.cookies);
        statuses.push(at.get("/user/").await.status());
    }
    statuses
}

async fn shown_to(app: &TestApp, server: &Auth, access: &str) -> String {
    app.client_of(server.router()).header("authorization", &format!("Bearer {access}")).get("/user/").await.line()
}

const CHANGED: &str = r#"401 {"detail":"The user's password has been changed.","code":"password_changed"}"#;

#[each_database]
async fn a_session_outlives_each_hash_of_its_password() {
    let app = cheap("").await;
    let mut first = app.client();
    login(&mut first).await;
    let before = hash(&app).await;
    let mut servers = vec![app.auth().clone()];
    let mut clients = vec![first];
    for settings in [DEAR, DEARER] {
        let server = beside(&app, settings).await;
        let mut client = app.client_of(server.router());
        login(&mut client).await;
        clients.push(client);
        servers.push(server);
    }
    let after = hash(&app).await;
    assert!(before.starts_with("pbkdf2_sha256$10$") && after.starts_with("argon2$"), "{before} {after}");
    let servers: Vec<&Auth> = servers.iter().collect();
    for client in &clients {
        assert_eq!(shown(&app, client, &servers).await, [200; 3]);
    }
    // A further request with the session writes nothing.
    app.statements();
    shown(&app, &clients[0], &servers).await;
    assert!(app.statements().iter().all(|sql| !sql.starts_with("DELETE") && !sql.starts_with("UPDATE")));
}

#[each_database]
async fn a_session_made_under_a_former_secret_key_outlives_the_hash() {
    let old = cheap("secret_key = 'a former key 0123456789-abcdefghijklmnopqrstuvw'\n").await;
    let mut client = old.client();
    login(&mut client).await;
    let new = "secret_key = 'the key in force 0123456789-abcdefghijklmnopqrs'\n\
               secret_key_fallbacks = ['a former key 0123456789-abcdefghijklmnopqrstuvw']\n";
    let server = beside(&old, &format!("{DEAR}{new}")).await;
    login(&mut old.client_of(server.router())).await;
    assert_eq!(shown(&old, &client, &[&server]).await, [200]);
    // A row that was written under a key which is now a former one still counts.
    let newer = "secret_key = 'the newest key 0123456789-abcdefghijklmnopqrstu'\n\
                 secret_key_fallbacks = ['the key in force 0123456789-abcdefghijklmnopqrs', \
                 'a former key 0123456789-abcdefghijklmnopqrstuvw']\n";
    let newer = beside(&old, &format!("{DEAR}{newer}")).await;
    assert_eq!(shown(&old, &client, &[&newer]).await, [200]);
}

#[each_database]
async fn a_changed_password_ends_what_was_made_under_every_hash() {
    for way in ["change", "user", "django"] {
        let app = cheap("").await;
        let mut old = app.client();
        login(&mut old).await;
        let server = beside(&app, DEAR).await;
        let mut new = app.client_of(server.router());
        login(&mut new).await;
        assert_eq!((shown(&app, &old, &[&server]).await, remembered(&app).await), (vec![200], 2));
        match way {
            "change" => {
                let passwords = json!({ "new_password1": "battery staple", "new_password2": "battery staple" });
                let mut client = app.client_of(server.router()).with_csrf();
                client.cookies.clone_from(&new.cookies);
                let csrf = client.cookies["csrftoken"].clone();
                let answer = client.header("x-csrftoken", &csrf).post("/password/change/", passwords).await;
                assert_eq!(answer.status(), 200, "{}", answer.text());
            }
            "user" => {
                let jane = server.users().find("jane").await.expect("an answer").expect("jane");
                server.users().set_password(&jane, "battery staple").await.expect("another password");
            }
            // Django knows nothing of the table.
            _ => {
                app.sql("UPDATE auth_user SET password = 'pbkdf2_sha256$20$salt$aGFzaA=='").await;
            }
        }
        for client in [&old, &new] {
            assert_eq!(shown(&app, client, &[&server]).await, [401], "{way}");
        }
        assert_eq!(remembered(&app).await, if way == "django" { 2 } else { 0 });
    }
}

#[each_database]
async fn a_reset_password_ends_what_was_made_under_every_hash() {
    let app = cheap("").await;
    let mut old = app.client();
    login(&mut old).await;
    let url = "[frontend]\npassword_reset_url = '{origin}/new/{uid}/{token}'\n";
    let server = beside(&app, &format!("{DEAR}{url}")).await;
    login(&mut app.client_of(server.router())).await;
    let jane = server.users().find("jane").await.expect("an answer").expect("jane");
    let mut tx = server.store().begin().await.expect("a transaction");
    assert!(tx.change_password(&jane, "pbkdf2_sha256$20$salt$aGFzaA==").await.expect("an answer"));
    tx.commit().await.expect("a commit");
    assert_eq!((shown(&app, &old, &[&server]).await, remembered(&app).await), (vec![401], 0));
}

#[each_database]
async fn a_token_with_a_fingerprint_outlives_the_hash() {
    for rotate in ["", "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n"] {
        let app = cheap(&format!("{TOKENS}{rotate}")).await;
        let pair = login(&mut app.client()).await.json();
        let server = beside(&app, &format!("{DEAR}{TOKENS}{rotate}")).await;
        login(&mut app.client_of(server.router())).await;
        let access = pair["access"].as_str().expect("a token").to_owned();
        assert!(shown_to(&app, &server, &access).await.starts_with("200 "), "{rotate}");
        let mut client = app.client_of(server.router());
        assert_eq!(client.post("/token/verify/", json!({ "token": access })).await.line(), "200 {}");
        let renewed = client.post("/token/refresh/", json!({ "refresh": pair["refresh"] })).await.json();
        // The new tokens hold the fingerprint of the new hash, so they need no row of the table.
        app.sql("DELETE FROM rest_auth_replaced_hash").await;
        assert!(shown_to(&app, &server, renewed["access"].as_str().expect("a token")).await.starts_with("200 "));
        assert_eq!(shown_to(&app, &server, &access).await, CHANGED);
        if !rotate.is_empty() {
            let again = client.post("/token/refresh/", json!({ "refresh": renewed["refresh"] })).await;
            assert_eq!(again.status(), 200, "{}", again.text());
        }
    }
}

#[each_database]
async fn users_who_share_a_hash_are_told_apart() {
    let app = cheap("").await;
    app.user("june", JANE).await;
    let shared = hash(&app).await;
    app.sql(&format!("UPDATE auth_user SET password = '{shared}'")).await;
    let server = beside(&app, DEAR).await;
    for name in ["jane", "june"] {
        let mut client = app.client_of(server.router());
        let login = client.post("/login/", json!({ "username": name, "password": JANE })).await;
        assert_eq!(login.status(), 200, "{}", login.text());
    }
    assert_eq!(remembered(&app).await, 4);
}

#[each_database]
async fn what_is_remembered_is_bounded_and_runs_out() {
    let app = cheap("").await;
    for iterations in 11..40 {
        let settings = format!("password_hashers = [{{ name = 'pbkdf2_sha256', iterations = {iterations} }}]");
        login(&mut app.client_of(beside(&app, &settings).await.router())).await;
    }
    assert_eq!(remembered(&app).await, 20);
    app.advance(Duration::from_secs(14 * 86_400 - 1));
    assert_eq!(app.auth().flush_expired(|_| {}).await.expect("done").replaced_hashes, 0);
    app.advance(Duration::from_secs(2));
    assert_eq!(app.auth().flush_expired(|_| {}).await.expect("done").replaced_hashes, 20);
    assert_eq!(remembered(&app).await, 0);
}

#[each_database]
async fn the_table_holds_nothing_of_a_hash() {
    let app = cheap(TOKENS).await;
    let old = hash(&app).await;
    let server = beside(&app, &format!("{DEAR}{TOKENS}")).await;
    login(&mut app.client_of(server.router())).await;
    let rows = app.sql("SELECT digest, hash_digest FROM rest_auth_replaced_hash").await;
    let salt_and_hash: Vec<&str> = old.split('$').skip(2).collect();
    for row in rows {
        let row = format!("{row:?}");
        assert!(!salt_and_hash.iter().any(|part| row.contains(part)), "{row}");
        assert!(!row.contains(&crate::tokens::jwt::revocation::fingerprint(&old)), "{row}");
    }
}

#[each_database]
async fn a_server_makes_the_table_where_it_is_all_that_is_missing() {
    let app = cheap("").await;
    app.sql("DROP TABLE rest_auth_replaced_hash").await;
    let server = beside(&app, DEAR).await;
    login(&mut app.client_of(server.router())).await;
    assert_eq!(remembered(&app).await, 2);
}
