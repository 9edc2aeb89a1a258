use rest_auth_macros::each_database;
use serde_json::json;

use super::examine;
use crate::settings::Settings;
use crate::testing::TestApp;
use crate::{Auth, BuildError};

async fn found(app: &TestApp, settings: &Settings) -> Vec<String> {
    let settings = Settings { database_url: app.auth().settings().database_url.clone(), ..settings.clone() };
    examine(&settings).await.iter().map(|finding| format!("{}: {finding}", finding.severity)).collect()
}

/// Starts a server on an application's database.
async fn start(app: &TestApp, ignore: bool) -> Result<Auth, BuildError> {
    let mut settings = app.auth().settings().clone();
    settings.mfa.ignore_stored_factors = ignore;
    Auth::builder().settings(settings).build().await
}

async fn refusal(app: &TestApp) -> String {
    start(app, false).await.expect_err("a refusal").to_string()
}

#[each_database]
async fn the_server_does_not_start_where_users_have_a_second_factor() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app.user("mary", "correct horse").await;
    assert!(start(&app, false).await.is_ok());
    for (id, user, kind) in [(1, 1, "totp"), (2, 1, "recovery_codes"), (3, 2, "totp")] {
        app.sql(&format!(
            "INSERT INTO dj_rest_auth_mfa_authenticator (id, user_id, type, data, created_at) \
             VALUES ({id}, {user}, '{kind}', '{{}}', '2026-01-02 03:04:05')"
        ))
        .await;
    }
    let said = "dj_rest_auth_mfa_authenticator: 2 users have a second factor of dj_rest_auth.mfa, which this version does \
                not ask for. The server does not start, because they would log in by their password alone. Leave login \
                with Django, or set mfa.ignore_stored_factors = true.";
    assert_eq!(refusal(&app).await, said);
    assert_eq!(found(&app, &Settings::default()).await, [format!("error: {said}")]);
    assert!(start(&app, true).await.is_ok());
    let mut ignoring = Settings::default();
    ignoring.mfa.ignore_stored_factors = true;
    assert_eq!(
        found(&app, &ignoring).await,
        [
            "warning: dj_rest_auth_mfa_authenticator: 2 users have a second factor of dj_rest_auth.mfa, which this version \
             does not ask for. They log in by their password alone, because mfa.ignore_stored_factors is true."
        ]
    );
}

#[each_database]
async fn second_factors_of_other_packages_count_if_they_are_in_force() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app.sql("CREATE TABLE mfa_authenticator (id integer, user_id integer, type varchar(20))").await;
    app.sql("CREATE TABLE otp_totp_totpdevice (id integer, user_id integer, confirmed boolean)").await;
    app.sql("CREATE TABLE trench_mfamethod (id integer, user_id integer, is_active boolean)").await;
    // The application's own table, which merely has the same name.
    app.sql("CREATE TABLE mfa_user_keys (id integer)").await;
    app.sql("INSERT INTO mfa_user_keys VALUES (1)").await;
    app.sql("INSERT INTO otp_totp_totpdevice VALUES (1, 1, FALSE)").await;
    app.sql("INSERT INTO trench_mfamethod VALUES (1, 1, FALSE)").await;
    assert!(start(&app, false).await.is_ok(), "a device that is not confirmed asks for nothing");
    app.sql("INSERT INTO otp_totp_totpdevice VALUES (2, 1, TRUE)").await;
    app.sql("INSERT INTO mfa_authenticator VALUES (1, 1, 'webauthn')").await;
    let said = refusal(&app).await;
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.contains("mfa_authenticator: 1 user has a second factor of allauth.mfa,"), "{said}");
    assert!(said.contains("otp_totp_totpdevice: 1 user has a second factor of django-otp,"), "{said}");
}

#[each_database]
async fn what_has_no_effect_here_is_said_and_the_server_starts() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app.user("mary", "correct horse").await;
    app.sql("UPDATE auth_user SET password = '!none' WHERE username = 'mary'").await;
    for id in [1, 2] {
        app.sql(&format!(
            "INSERT INTO socialaccount_socialaccount (id, provider, uid, last_login, date_joined, extra_data, user_id) \
             VALUES ({id}, 'google', '{id}', '2026-01-02 03:04:05', '2026-01-02 03:04:05', '{{}}', {id})"
        ))
        .await;
    }
    app.sql("CREATE TABLE knox_authtoken (digest varchar(128), user_id integer)").await;
    app.sql("INSERT INTO knox_authtoken VALUES ('a', 1), ('b', 1)").await;
    app.sql("CREATE TABLE axes_accessattempt (id integer, username varchar(255))").await;
    assert_eq!(
        found(&app, &Settings::default()).await,
        [
            "warning: socialaccount_socialaccount: 2 users have accounts linked by allauth.socialaccount, and this version \
             has no social login. Without a password: 1. These can log in only after they have asked for a new password by \
             mail. Leave the paths of social login with Django.",
            "warning: knox_authtoken: 1 user has tokens of django-rest-knox. These tokens are refused. Leave the paths that \
             need them with Django, or have clients log in again.",
        ]
    );
    assert!(start(&app, false).await.is_ok());
    assert_eq!(app.sql("SELECT count(*) FROM knox_authtoken").await, [[json!(2)]], "nothing is changed");
}
