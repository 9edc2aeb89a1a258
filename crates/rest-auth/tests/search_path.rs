//! PostgreSQL's `search_path` with several schemas.
//!
//! Tables are found in any schema of the path, and made in the schema of the existing ones.

use rest_auth::settings::DatabaseUrl;
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{Auth, Settings, Store, examine};
use serde_json::Value;

const PEOPLE: &str = r#"
    [user]
    table = "people_member"

    [profiles.profile]
    table = "people_profile"
    fields.city = { type = "char", max_length = 20, blank = true }
"#;

/// A database with all tables in one schema, and another, empty schema.
struct Two {
    app: TestApp,
    living: String,
    empty: String,
}

impl Two {
    async fn with(toml: &str) -> Self {
        let app = TestApp::with(toml).await;
        let url = app.auth().settings().database_url.expose().to_owned();
        let living = url.rsplit("search_path%3D").next().expect("a schema").to_owned();
        let empty = format!("{living}_empty");
        app.sql(&format!("CREATE SCHEMA {empty}")).await;
        Self { app, living, empty }
    }

    /// Returns the settings with a search_path of these schemas.
    fn settings(&self, path: &[&str]) -> Settings {
        let mut settings = self.app.auth().settings().clone();
        let path = path.join("%2C");
        settings.database_url = DatabaseUrl::from(settings.database_url.expose().replace(&self.living, &path).as_str());
        settings
    }

    /// Returns the tables of a schema, in order.
    async fn tables(&self, schema: &str) -> Vec<String> {
        let sql = format!("SELECT tablename::text FROM pg_tables WHERE schemaname = '{schema}' ORDER BY 1");
        let name = |row: Vec<Value>| row[0].as_str().expect("a name").to_owned();
        self.app.sql(&sql).await.into_iter().map(name).collect()
    }

    async fn end(self) {
        self.app.sql(&format!("DROP SCHEMA {} CASCADE", self.empty)).await;
    }
}

#[each_database(Postgres)]
async fn tables_in_a_later_schema_are_there() {
    let two = Two::with("").await;
    two.app.user("jane", "correct horse").await;
    let settings = two.settings(&[&two.empty, &two.living]);
    let auth = Auth::builder().settings(settings).build().await.expect("nothing is missing");
    let jane = auth.users().find("jane").await.expect("an answer").expect("a user");
    assert_eq!(jane.email, "jane@example.com");
    assert_eq!(auth.store().migrate().await.expect("done"), Vec::<String>::new());
    assert!(!auth.store().is_empty().await.expect("an answer"));
    assert_eq!(two.tables(&two.empty).await, Vec::<String>::new());
    auth.store().close().await;
    two.end().await;
}

#[each_database(Postgres)]
async fn missing_tables_are_made_beside_those_that_are_there() {
    let two = Two::with(PEOPLE).await;
    for table in ["authtoken_token", "people_profile", "rest_auth_outbox"] {
        two.app.sql(&format!("DROP TABLE {table}")).await;
    }
    two.app.sql("DROP INDEX rest_auth_user_username_lower").await;
    let store = Store::connect(&two.settings(&[&two.empty, &two.living])).await.expect("a database");
    assert_eq!(
        store.missing_tables().await.expect("an answer"),
        ["authtoken_token", "rest_auth_outbox", "people_profile"]
    );
    let plan = store.migration_plan().await.expect("a plan").join("\n");
    assert!(plan.contains(&format!("CREATE TABLE \"{}\".\"people_profile\" (", two.living)), "{plan}");
    let made = store.migrate().await.expect("done");
    let expected = ["authtoken_token", "rest_auth_outbox", "people_profile"];
    assert_eq!(made[..3], expected);
    assert_eq!(made[3..], ["the index rest_auth_user_username_lower", "the index rest_auth_outbox_claimed_until"]);
    assert_eq!(two.tables(&two.empty).await, Vec::<String>::new());
    assert!(two.tables(&two.living).await.contains(&"people_profile".to_owned()));
    assert_eq!(store.migrate().await.expect("done"), Vec::<String>::new());
    store.close().await;
    two.end().await;
}

#[each_database(Postgres)]
async fn the_table_of_waiting_mails_is_made_beside_the_others_at_the_start() {
    let two = Two::with("").await;
    two.app.sql("DROP TABLE rest_auth_outbox").await;
    let settings = two.settings(&[&two.empty, &two.living]);
    let auth = Auth::builder().settings(settings).build().await.expect("the table is made");
    assert_eq!(two.tables(&two.empty).await, Vec::<String>::new());
    assert!(two.tables(&two.living).await.contains(&"rest_auth_outbox".to_owned()));
    auth.store().close().await;
    two.end().await;
}

#[each_database(Postgres)]
async fn of_two_tables_of_one_name_the_first_counts_with_its_columns_and_indexes() {
    let two = Two::with(PEOPLE).await;
    two.app.sql(&format!("CREATE TABLE {}.people_profile (user_id bigint NOT NULL UNIQUE)", two.empty)).await;
    let settings = two.settings(&[&two.empty, &two.living]);
    let store = Store::connect(&settings).await.expect("a database");
    assert_eq!(store.missing_tables().await.expect("an answer"), ["people_profile.city"]);
    let findings: Vec<String> = examine(&settings).await.iter().map(ToString::to_string).collect();
    let said = format!("people_profile: the table is in the schemas {} and {}, and", two.empty, two.living);
    assert!(findings.iter().any(|finding| finding.starts_with(&said)), "{findings:?}");
    store.close().await;
    two.end().await;
}

#[each_database(Postgres)]
async fn a_schema_that_does_not_exist_is_passed_over() {
    let two = Two::with("").await;
    let settings = two.settings(&["nowhere", &two.living]);
    let store = Store::connect(&settings).await.expect("a database");
    assert_eq!(store.migrate().await.expect("done"), Vec::<String>::new());
    store.close().await;
    let findings: Vec<String> = examine(&settings).await.iter().map(ToString::to_string).collect();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("search_path: the schema nowhere does not exist."), "{findings:?}");
    let store = Store::connect(&two.settings(&["nowhere"])).await.expect("a database");
    let error = store.migrate().await.expect_err("no schema").to_string();
    assert!(error.contains("its schemas do not exist (nowhere): create the schema"), "{error}");
    store.close().await;
    two.end().await;
}

#[each_database(Postgres)]
async fn an_empty_database_has_its_tables_made_in_the_first_schema() {
    let two = Two::with("").await;
    let other = format!("{}_other", two.empty);
    two.app.sql(&format!("CREATE SCHEMA {other}")).await;
    let store = Store::connect(&two.settings(&[&two.empty, &other])).await.expect("a database");
    assert!(store.is_empty().await.expect("an answer"));
    store.migrate().await.expect("done");
    assert!(two.tables(&two.empty).await.contains(&"auth_user".to_owned()));
    assert_eq!(two.tables(&other).await, Vec::<String>::new());
    store.close().await;
    two.app.sql(&format!("DROP SCHEMA {other}")).await;
    two.end().await;
}

/// SQLite finds a table by its name in another case.
///
/// To PostgreSQL and to MySQL on Linux, such a name is another table.
#[each_database]
async fn no_table_is_made_beside_one_whose_name_differs_in_case_alone() {
    let app = TestApp::with(PEOPLE).await;
    let mut settings = app.auth().settings().clone();
    settings.user.table = "People_Member".to_owned();
    let store = Store::connect(&settings).await.expect("a database");
    match store.missing_tables().await {
        Ok(missing) => assert_eq!(missing, Vec::<String>::new()),
        Err(error) => assert_eq!(
            error.to_string(),
            "the table People_Member does not fit: the database has people_member, whose name differs in case alone: write \
             the name as it is there"
        ),
    }
    store.close().await;
}
