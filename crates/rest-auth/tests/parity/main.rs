//! Plays the recorded conversations of `parity/` against a server in this process, over HTTP.

mod client;
mod mask;
mod play;
mod scenario;

use std::path::PathBuf;

use rest_auth::Dialect;
use rest_auth::testing::{TestApp, each_database};
use scenario::Scenario;

/// Steps of features that this version does not have: the scenario, the step, what is missing.
const NOT_YET: [(&str, usize, &str); 1] = [("registration", 3, "no mail is sent")];

/// Recordings that were made where case counts in comparisons; on MySQL the reference would answer otherwise.
const NOT_ON_MYSQL: [&str; 2] = ["signup-email", "user-names"];

#[each_database]
async fn answers_are_the_references() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../parity"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of recordings")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 24, "recordings are missing");
    let mut found = Vec::new();
    let dialect = TestApp::new().await.auth().store().dialect();
    for file in &files {
        let scenario = Scenario::read(file);
        if dialect == Dialect::MySql && NOT_ON_MYSQL.contains(&scenario.name.as_str()) {
            eprintln!("left out on MySQL: {}", scenario.name);
            continue;
        }
        let differences = play::play(&scenario).await;
        let (expected, differences): (Vec<_>, Vec<_>) = differences.into_iter().partition(|difference| {
            NOT_YET.iter().any(|(name, step, _)| *name == scenario.name && *step == difference.step)
        });
        for difference in expected {
            eprintln!("left out, {}: {difference}", scenario.name);
        }
        found.extend(differences.iter().map(|difference| format!("{}: {difference}", scenario.name)));
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
