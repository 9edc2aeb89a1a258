//! Plays the recorded conversations of `parity/` against a server in this process, over HTTP.

mod client;
mod mask;
mod play;
mod scenario;

use std::path::PathBuf;

use rest_auth::Dialect;
use rest_auth::testing::{TestApp, each_database};
use scenario::Scenario;

/// Recordings that were made where case counts in comparisons; on MySQL the reference would answer otherwise.
const NOT_ON_MYSQL: [&str; 5] = ["no-allauth", "reset-wide", "signup-email", "user-names", "verify-wide"];

#[each_database]
async fn answers_are_the_references() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../parity"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of recordings")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 30, "recordings are missing");
    let mut found = Vec::new();
    let dialect = TestApp::new().await.auth().store().dialect();
    for file in &files {
        let scenario = Scenario::read(file);
        if dialect == Dialect::MySql && NOT_ON_MYSQL.contains(&scenario.name.as_str()) {
            eprintln!("left out on MySQL: {}", scenario.name);
            continue;
        }
        let differences = play::play(&scenario).await;
        found.extend(differences.iter().map(|difference| format!("{}: {difference}", scenario.name)));
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
