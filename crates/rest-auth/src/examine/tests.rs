use rest_auth_macros::each_database;

use super::{Severity, examine};
use crate::Settings;
use crate::settings::DatabaseUrl;
use crate::testing::TestApp;

/// Returns the findings on an application's database.
async fn found(app: &TestApp) -> Vec<String> {
    let findings = examine(app.auth().settings()).await;
    findings.iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
}

#[each_database]
async fn a_database_that_is_whole_has_no_findings() {
    assert_eq!(found(&TestApp::new().await).await, Vec::<String>::new());
}

#[each_database]
async fn a_missing_table_is_found() {
    let app = TestApp::new().await;
    app.sql("DROP TABLE authtoken_token").await;
    let said = "error: authtoken_token: is missing in the database. Run `rest-auth migrate`.";
    assert_eq!(found(&app).await, [said]);
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_an_error() {
    let settings = Settings {
        database_url: DatabaseUrl::from("postgres://jane:hunter2@127.0.0.1:1/nothing"),
        ..Settings::default()
    };
    let findings = examine(&settings).await;
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    let said = findings[0].to_string();
    assert!(said.starts_with("database_url: the database postgres://"), "{said}");
    assert!(said.contains("cannot be used: ") && !said.contains("hunter2"), "{said}");
}

#[each_database]
async fn hashes_that_nothing_can_verify_are_counted_by_kind() {
    let app = TestApp::new().await;
    for (name, hash) in [
        ("a", "$2y$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u"),
        ("b", "$2b$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u"),
        ("c", "bcrypt$$2y$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u"),
        ("d", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM0$Yej6DAKRK0ITyuHcnR4fHw"),
        ("e", "!unusable"),
        ("f", ""),
        ("g", "pbkdf2_sha256$1000$hunter2"),
        ("h", "md5$saltysalt$68e76619a2b319cc64098f42818fd734"),
    ] {
        app.user(name, "correct horse").await;
        app.sql(&format!("UPDATE auth_user SET password = '{hash}' WHERE username = '{name}'")).await;
    }
    app.user("z", "correct horse").await;
    let said = |users: u64, kind: &str, advice: &str| {
        format!(
            "warning: auth_user.password: the hashes of {users} users are of a kind that nothing can verify: {kind}. {advice}"
        )
    };
    let reset = "They cannot log in until they reset their password.";
    assert_eq!(
        found(&app).await,
        [
            said(1, "Argon2 without Django's prefix", "Put \"argon2\" in front of each, or they cannot log in."),
            said(2, "bcrypt without Django's prefix", "Put \"bcrypt$\" in front of each, or they cannot log in."),
            said(1, "damaged, or of a cost that no machine can pay", reset),
            said(1, "empty", reset),
        ]
    );
}

#[each_database(Postgres)]
async fn a_sequence_behind_its_rows_is_found() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app.sql("SELECT setval(pg_get_serial_sequence('auth_user', 'id'), 1, false) IS NULL").await;
    assert_eq!(
        found(&app).await,
        [
            "error: auth_user.id: its sequence is at 0, behind the largest number in the table, 1. Requests that add a row get \
             503 until the sequence has caught up. Run SELECT setval(pg_get_serial_sequence('auth_user', 'id'), max(id)) FROM \
             auth_user."
        ]
    );
}

/// Returns the findings on these settings, with an empty database.
#[cfg(any(feature = "redis", feature = "s3"))]
async fn said_of(toml: &str) -> Vec<String> {
    let mut settings = Settings::from_toml(toml).unwrap_or_else(|error| panic!("{error}")).settings;
    settings.database_url = DatabaseUrl::from("sqlite://nowhere/nothing.db");
    let findings = examine(&settings).await;
    findings.iter().filter(|finding| finding.severity == Severity::Error).map(ToString::to_string).collect()
}

#[cfg(feature = "redis")]
#[tokio::test]
async fn redis_is_quoted() {
    let said = said_of("[throttle]\nredis_url = 'redis://:hunter2@127.0.0.1:1'").await;
    assert!(said[0].starts_with("throttle.redis_url: Redis does not count: Connection refused"), "{said:?}");
    let Ok(url) = std::env::var("REST_AUTH_TEST_REDIS") else { return };
    assert_eq!(said_of(&format!("[throttle]\nredis_url = '{url}'")).await, Vec::<String>::new());
    let wrong = url.replace("redis://", "redis://nobody:hunter2@");
    let said = said_of(&format!("[throttle]\nredis_url = '{wrong}'")).await;
    assert!(said[0].contains("authentication failed") && !said[0].contains("hunter2"), "{said:?}");
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn a_bucket_that_does_not_exist_is_found() {
    let answer = |code: &'static str, message: &'static str| async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let router = axum::Router::new().fallback(async move || (axum::http::StatusCode::NOT_FOUND, body));
        tokio::spawn(async move { axum::serve(listener, router).await });
        said_of(&format!(
            "[media]\ns3_bucket = 'pictures'\ns3_endpoint_url = 'http://{address}'\ns3_region = 'eu'\n\
             s3_access_key_id = 'x'\ns3_secret_access_key = 'x'\nurl = 'https://media.example.com/'\n\
             [profiles.profile]\ntable = 'app_profile'\nfields.avatar = {{ type = 'image', null = true }}"
        ))
        .await
    };
    assert_eq!(
        answer("NoSuchBucket", "The specified bucket does not exist.").await,
        [
            "media.s3_bucket: the bucket pictures cannot be read: NoSuchBucket: The specified bucket does not exist. Correct \
             media.s3_bucket, its endpoint, region and keys."
        ]
    );
    assert_eq!(answer("NoSuchKey", "The specified key does not exist.").await, Vec::<String>::new());
}

#[each_database]
async fn a_users_table_without_one_of_its_columns_is_an_error() {
    let app = TestApp::new().await;
    app.sql("ALTER TABLE auth_user DROP COLUMN last_name").await;
    let findings = found(&app).await;
    let said = "error: auth_user: it has no column last_name: ";
    assert!(findings.iter().any(|finding| finding.starts_with(said)), "{findings:?}");
}

#[each_database]
async fn a_table_that_the_first_start_makes_is_a_note() {
    let app = TestApp::new().await;
    app.sql("DROP TABLE rest_auth_outbox").await;
    let said = "note: rest_auth_outbox: is missing in the database. `rest-auth migrate` or the first start makes it.";
    assert_eq!(found(&app).await, [said]);
}
