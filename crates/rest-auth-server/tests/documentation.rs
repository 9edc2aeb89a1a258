//! What the pages of the documentation say can be done can be done.

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rest_auth::Settings;
use support::page::follow;
use support::{folder, free_address};

#[test]
fn databases() {
    let said = follow(include_str!("../../../docs/databases.md"));
    assert!(said.contains("Made root with the id 1.") && said.contains("accounts-backup.db holds"), "{said}");
    assert_eq!(said.matches("do everything").count(), 2, "before the backup and from it: {said}");
}

#[test]
fn limits() {
    let said = follow(include_str!("../../../docs/limits.md"));
    for line in ["HTTP/1.1 429", "retry-after: ", "Request was throttled", "breached-passwords holds 1 hashes"] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
}

#[test]
fn user_table() {
    let said = follow(include_str!("../../../docs/user-table.md"));
    for line in [
        "CREATE TABLE \"accounts_user\"",
        "\"id\" char(32) NOT NULL PRIMARY KEY",
        "made accounts_user",
        r#"{"key":""#,
        r#""email":"jane@example.com","first_name":"","phone":"0123"}"#,
    ] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
}

#[test]
fn tokens() {
    let said = follow(include_str!("../../../docs/tokens.md"));
    for line in [
        r#""username":"jane""#,
        r#"{"detail":"Successfully logged out."}"#,
        r#""crv":"Ed25519""#,
        "which signs from the next start on",
        "Removed 0 sessions and 0 refresh tokens",
    ] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
}

#[test]
fn mail() {
    let said = follow(include_str!("../../../docs/mail.md"));
    assert_eq!(said.matches("The settings of rest-auth.toml can be used.").count(), 3, "{said}");
    assert!(said.contains(r#"{"detail":"Verification e-mail sent."}{"detail":"ok"}"#), "{said}");
    assert!(said.contains(r#""email":"jane@example.org""#), "{said}");
}

const RUNNING: &str = include_str!("../../../docs/running.md");

#[test]
fn running_it() {
    let metrics = free_address();
    let said = follow(&RUNNING.replace("127.0.0.1:9100", &metrics));
    for line in [
        "Warnings for a deployment: 0.",
        "ready\nok\n",
        "rest_auth_outbox_mails 0",
        r#""route":"/api/auth/user/","status":401"#,
        "accounts-backup.db holds",
        "-- Nothing to do",
    ] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
}

/// The block of the page that is of this kind, put into a file; `None`, with a line, where the program that reads it is
/// not installed.
fn block(kind: &str, file: &Path, program: &str, (said, real): (&str, &str)) -> Option<Command> {
    let block =
        RUNNING.split(&format!("```{kind}\n")).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    std::fs::write(file, block.replace(said, real)).expect("a file");
    if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        let _ = writeln!(std::io::stderr(), "left out, because {program} is not installed: running.md");
        return None;
    }
    Some(Command::new(program))
}

#[test]
fn systemd_takes_the_unit() {
    let folder = folder();
    let file = folder.path().join("rest-auth.service");
    let real = ("/usr/local/bin/rest-auth", env!("CARGO_BIN_EXE_rest-auth"));
    let Some(mut command) = block("ini", &file, "systemd-analyze", real) else { return };
    let output = command.arg("verify").arg(&file).output().expect("systemd-analyze");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("rest-auth.service"), "{said}");
}

/// The pages below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    here.chain(folders.iter().flat_map(|folder| pages(folder))).collect()
}

#[test]
fn settings_that_no_page_runs_can_be_set_all_the_same() {
    let mut count = 0;
    for page in pages(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))) {
        let text = std::fs::read_to_string(&page).expect("a page");
        let blocks = text.split("\n```toml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        for block in blocks.filter(|block| !block.starts_with("# rest-auth.toml\n")) {
            count += 1;
            let read = Settings::from_toml(block);
            assert!(read.is_ok(), "{}:\n{block}\n{}", page.display(), read.expect_err("an error"));
        }
    }
    assert!(count > 4, "{count}");
}
