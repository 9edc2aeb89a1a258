//! What the pages of the guide say can be done can be done. Each shows what it would have a client see.

mod support;

use support::page;

/// Follows a page; what is said on the way has these parts, in this order.
fn follow(page: &str, parts: &[&str]) {
    let said = page::follow(page);
    let mut rest = said.as_str();
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { panic!("{part} is missing in {said}") };
        rest = after;
    }
}

#[test]
fn a_profile_beside_the_user() {
    follow(
        include_str!("../../../docs/guide/profile.md"),
        &[
            "CREATE TABLE \"app_userprofile\"",
            "made app_userprofile",
            r#""company_name":"Acme","phone_number":"","theme":"light","birthday":"1990-02-03","avatar":null,"bio":"""#,
            r#"{"profile":{"theme":["\"blue\" is not a valid choice."]}}"#,
            r#""avatar":"http://"#,
            "content-type: image/png",
        ],
    );
}

#[test]
fn email_verification_url() {
    follow(include_str!("../../../docs/guide/email-verification-url.md"), &[r#"{"detail":"ok"}"#]);
}

#[test]
fn password_reset_url() {
    follow(
        include_str!("../../../docs/guide/password-reset-url.md"),
        &[
            r#"{"detail":"Password reset e-mail has been sent."}"#,
            r#"{"detail":"Password has been reset with the new password."}{"key":""#,
        ],
    );
}

#[test]
fn registration_fields() {
    follow(
        include_str!("../../../docs/guide/registration-fields.md"),
        &[
            r#"{"first_name":["This field is required."],"last_name":["This field is required."]}"#,
            r#""first_name":"Jane","last_name":"Doe","profile":{"company_name":"Acme"}}"#,
        ],
    );
}

#[test]
fn require_email_verification() {
    let before = [
        r#"{"detail":"Verification e-mail sent."}"#,
        r#"{"non_field_errors":["E-mail is not verified."]}"#,
        r#"{"detail":"ok"}"#,
        r#"{"key":""#,
    ];
    follow(
        include_str!("../../../docs/guide/require-email-verification.md"),
        &[&before.concat(), r#"{"email":["Please verify your email address before logging in."]}"#],
    );
}

#[test]
fn login_with_email() {
    follow(
        include_str!("../../../docs/guide/login-with-email.md"),
        &[r#"{"key":""#, r#"{"non_field_errors":["Must include \"email\" and \"password\"."]}"#, r#"{"key":""#],
    );
}

#[test]
fn refresh_on_activity() {
    follow(
        include_str!("../../../docs/guide/refresh-on-activity.md"),
        &["There is a new refresh token,\nand whoever asks again gets the same.\n"],
    );
}

#[test]
fn user_types() {
    follow(
        include_str!("../../../docs/guide/user-types.md"),
        &["made the group Vendors", r#"{"business_name":["This field is required."]}"#, r#"{"key":""#],
    );
}

#[test]
fn rate_limiting() {
    follow(
        include_str!("../../../docs/guide/rate-limiting.md"),
        &["400 400 400 400 400 429 ", "Request was throttled. Expected available in "],
    );
}

#[test]
fn login_rules() {
    follow(
        include_str!("../../../docs/guide/login-rules.md"),
        &[
            r#"{"non_field_errors":["Unable to log in with provided credentials."]}"#,
            r#"{"detail":"The server is busy. Try again later."}"#,
        ],
    );
}

#[test]
fn user_details() {
    follow(
        include_str!("../../../docs/guide/user-details.md"),
        &[
            r#""username":"jane","email":"jane@example.com","first_name":"Jane","last_name":"","groups":[],"date_joined":""#,
        ],
    );
}

#[test]
fn claims() {
    let said = r#""email":"jane@example.com","groups":[],"username":"jane""#;
    follow(include_str!("../../../docs/guide/claims.md"), &[said]);
}

#[test]
fn a_shop() {
    follow(
        include_str!("../../../docs/guide/shop.md"),
        &["made shop_vendor", "made the group Vendors", r#""profile":{"phone_number":"0123"}"#],
    );
}
