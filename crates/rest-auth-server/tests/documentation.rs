//! What the pages of the documentation say can be done can be done.

mod support;

use support::page::follow;

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
