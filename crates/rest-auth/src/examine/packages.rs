//! Data of Django packages that this version does not support.
//!
//! These are second factors, passkeys, linked accounts, and tokens and sessions of other packages.

use super::{Examined, Finding};
use crate::settings::Settings;
use crate::store::{Connection, PackageTable, Present, Store, StoreError};

/// Tables whose rows are second factors, each with its package.
const SECOND_FACTORS: [(PackageTable, &str); 13] = [
    (table("dj_rest_auth_mfa_authenticator", None), "dj_rest_auth.mfa"),
    (table("mfa_authenticator", None), "allauth.mfa"),
    (table("otp_totp_totpdevice", Some("confirmed")), "django-otp"),
    (table("otp_hotp_hotpdevice", Some("confirmed")), "django-otp"),
    (table("otp_static_staticdevice", Some("confirmed")), "django-otp"),
    (table("otp_email_emaildevice", Some("confirmed")), "django-otp"),
    (table("otp_yubikey_yubikeydevice", Some("confirmed")), "django-otp-yubikey"),
    (table("otp_yubikey_remoteyubikeydevice", Some("confirmed")), "django-otp-yubikey"),
    (table("otp_twilio_twiliosmsdevice", Some("confirmed")), "django-otp-twilio"),
    (table("two_factor_phonedevice", Some("confirmed")), "django-two-factor-auth"),
    (table("trench_mfamethod", Some("is_active")), "django-trench"),
    (PackageTable { name: "mfa_user_keys", owner: "username", in_force: Some("enabled") }, "django-mfa2"),
    (table("mfa_mfakey", None), "django-mfa3"),
];

/// Tables whose rows are accounts at other sites, each with its package.
const LINKED_ACCOUNTS: [(PackageTable, &str); 2] = [
    (table("socialaccount_socialaccount", None), "allauth.socialaccount"),
    (table("social_auth_usersocialauth", None), "social-auth-app-django"),
];

/// Tables whose rows have no effect here, each with their content and the advice.
const WITHOUT_EFFECT: [(PackageTable, &str, &str); 6] = [
    (
        table("passkeys_webauthncredential", None),
        "passkeys of dj_rest_auth.passkeys",
        "They cannot log in by passkey. Leave its paths with Django.",
    ),
    (
        table("otp_webauthn_webauthncredential", Some("confirmed")),
        "passkeys of django-otp-webauthn",
        "They cannot log in by passkey. Leave its paths with Django.",
    ),
    (
        table("knox_authtoken", None),
        "tokens of django-rest-knox",
        "These tokens are refused. Leave the paths that need them with Django, or have clients log in again.",
    ),
    (
        table("usersessions_usersession", None),
        "sessions of allauth.usersessions",
        "Sessions that begin here are not listed there, and users cannot end them there.",
    ),
    (
        table("user_sessions_session", None),
        "sessions of django-user-sessions",
        "These sessions are refused, because rest-auth reads django_session.",
    ),
    (
        PackageTable { name: "axes_accessattempt", owner: "username", in_force: None },
        "failed logins noted by django-axes",
        "Its locks are not in force here. Set throttle.failed_logins and throttle.rates.",
    ),
];

const fn table(name: &'static str, in_force: Option<&'static str>) -> PackageTable {
    PackageTable { name, owner: "user_id", in_force }
}

pub(super) async fn check(examined: &mut Examined<'_>) -> Result<Vec<Finding>, StoreError> {
    find(&mut examined.db, examined.present, examined.settings).await
}

/// Finds users' data of Django packages that this version does not support.
///
/// The server does not start if one of the findings is an error.
///
/// # Errors
/// If the database does not answer.
pub async fn left_behind(store: &Store, settings: &Settings) -> Result<Vec<Finding>, StoreError> {
    let present = store.present().await?;
    find(&mut store.connection().await?, &present, settings).await
}

async fn find(db: &mut Connection, present: &Present, settings: &Settings) -> Result<Vec<Finding>, StoreError> {
    let has = |table: &PackageTable| present.contains(table.name);
    let mut findings = Vec::new();
    for (table, package) in SECOND_FACTORS.iter().filter(|(table, _)| has(table)) {
        if let Some(users) = db.owners_in(table).await?.filter(|users| *users > 0) {
            findings.push(second_factor(table, package, users, settings.mfa.ignore_stored_factors));
        }
    }
    for (table, package) in LINKED_ACCOUNTS.iter().filter(|(table, _)| has(table)) {
        if let Some(users) = db.owners_in(table).await?.filter(|users| *users > 0) {
            findings.push(linked(table, package, users, db.owners_without_password(table).await?));
        }
    }
    for (table, what, advice) in WITHOUT_EFFECT.iter().filter(|(table, ..)| has(table)) {
        if let Some(users) = db.owners_in(table).await?.filter(|users| *users > 0) {
            findings.push(Finding::warning(table.name, format!("{} {what}", having(users)), *advice));
        }
    }
    Ok(findings)
}

fn second_factor(table: &PackageTable, package: &str, users: u64, is_ignored: bool) -> Finding {
    let problem = format!("{} a second factor of {package}, which this version does not ask for", having(users));
    if is_ignored {
        let advice = "They log in by their password alone, because mfa.ignore_stored_factors is true.";
        return Finding::warning(table.name, problem, advice);
    }
    let advice = "The server does not start, because they would log in by their password alone. Leave login with Django, \
                  or set mfa.ignore_stored_factors = true.";
    Finding::error(table.name, problem, advice)
}

fn linked(table: &PackageTable, package: &str, users: u64, without_password: u64) -> Finding {
    let problem = format!("{} accounts linked by {package}, and this version has no social login", having(users));
    if without_password == 0 {
        return Finding::note(table.name, problem, "They can log in by their password.");
    }
    let advice = format!(
        "Without a password: {without_password}. These can log in only after they have asked for a new password by mail. \
         Leave the paths of social login with Django."
    );
    Finding::warning(table.name, problem, advice)
}

fn having(users: u64) -> String {
    if users == 1 { "1 user has".to_owned() } else { format!("{users} users have") }
}
