//! Settings that allauth has given up → those that took their place.

use super::django::{Fate, Translation};
use super::source::Entry;
use super::value::{Value, texts};

const LOGIN: &str = "ACCOUNT_AUTHENTICATION_METHOD";
const USERNAME: &str = "ACCOUNT_USERNAME_REQUIRED";
const EMAIL: &str = "ACCOUNT_EMAIL_REQUIRED";
const EMAIL_TWICE: &str = "ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE";
const PASSWORD_TWICE: [&str; 2] = ["ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE", "ACCOUNT_SIGNUP_PASSWORD_VERIFICATION"];

/// Whether allauth has another name for it now.
pub fn is_old(name: &str) -> bool {
    [LOGIN, USERNAME, EMAIL, EMAIL_TWICE].contains(&name) || PASSWORD_TWICE.contains(&name)
}

/// What becomes of them; those about registration make one setting together.
pub fn translate(old: Vec<Entry>) -> Vec<Translation> {
    let mut translations = Vec::new();
    let mut signup: Vec<(String, bool)> = Vec::new();
    for Entry { name, is_default, value } in old {
        let fate = match value {
            Err(why) => Fate::Unreadable(why),
            Ok(value) if name == LOGIN => {
                let methods: &[&str] = match value.text() {
                    Some("username_email") => &["email", "username"],
                    Some(method) => &[method],
                    None => &[],
                };
                let path = "account.login_methods".to_owned();
                Fate::To { path, value: texts(methods), notes: Vec::new() }
            }
            Ok(value) => {
                signup.push((name, value.is_true()));
                continue;
            }
        };
        translations.push(Translation { source: name, is_default, fate });
    }
    if !signup.is_empty() {
        let source = signup.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let path = "account.signup_fields".to_owned();
        let fate = Fate::To { path, value: signup_fields(&signup), notes: Vec::new() };
        translations.push(Translation { source, is_default: false, fate });
    }
    translations
}

/// The fields that allauth makes of the old settings.
fn signup_fields(old: &[(String, bool)]) -> Value {
    let asks = |name: &str, otherwise: bool| old.iter().find(|(old, _)| old == name).map_or(otherwise, |(_, on)| *on);
    let email = asks(EMAIL, false);
    let fields = [
        (if email { "email*" } else { "email" }, true),
        (if email { "email2*" } else { "email2" }, asks(EMAIL_TWICE, false)),
        ("username*", asks(USERNAME, true)),
        ("password1*", true),
        ("password2*", asks(PASSWORD_TWICE[0], asks(PASSWORD_TWICE[1], true))),
    ];
    texts(&fields.into_iter().filter(|(_, on)| *on).map(|(field, _)| field).collect::<Vec<_>>())
}
