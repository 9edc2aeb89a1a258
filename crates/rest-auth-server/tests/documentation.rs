//! What the pages of the documentation say can be done can be done.

mod support;

use support::{folder, free_address, page};

/// Follows a page in a folder of its own; gives what is said on the way.
fn follow(page: &str) -> String {
    let folder = folder();
    let output = page::shell(page, folder.path(), &free_address(), None).output().expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

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
fn email_verification_url() {
    let said = follow(include_str!("../../../docs/guide/email-verification-url.md"));
    assert!(said.ends_with("{\"detail\":\"ok\"}"), "{said}");
}

#[test]
fn password_reset_url() {
    let said = follow(include_str!("../../../docs/guide/password-reset-url.md"));
    for line in [
        r#"{"detail":"Password reset e-mail has been sent."}"#,
        r#"{"detail":"Password has been reset with the new password."}{"key":""#,
    ] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
}

#[test]
fn require_email_verification() {
    let said = follow(include_str!("../../../docs/guide/require-email-verification.md"));
    let lines = [
        r#"{"detail":"Verification e-mail sent."}"#,
        r#"{"non_field_errors":["E-mail is not verified."]}"#,
        r#"{"detail":"ok"}"#,
        r#"{"key":""#,
    ];
    assert!(said.contains(&lines.concat()), "{said}");
    assert!(said.ends_with(r#"{"email":["Please verify your email address before logging in."]}"#), "{said}");
}

#[test]
fn mail() {
    let said = follow(include_str!("../../../docs/mail.md"));
    assert_eq!(said.matches("The settings of rest-auth.toml can be used.").count(), 3, "{said}");
    assert!(said.contains(r#"{"detail":"Verification e-mail sent."}{"detail":"ok"}"#), "{said}");
    assert!(said.contains(r#""email":"jane@example.org""#), "{said}");
}
