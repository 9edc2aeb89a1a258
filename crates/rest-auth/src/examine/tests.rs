use rest_auth_macros::each_database;

use super::{Severity, examine};
use crate::Settings;
use crate::settings::DatabaseUrl;
use crate::testing::TestApp;

/// What a check says of an application's database.
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
