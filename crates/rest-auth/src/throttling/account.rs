//! allauth's limits, `ACCOUNT_RATE_LIMITS`: by action, each for an address, a user or what was given (`20/m/ip,5/m/key`).
//!
//! dj-rest-auth asks allauth for none of them but `confirm_email`, and so it is here, unless the settings name others.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rate::Rate;

/// Something that allauth limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Action {
    ChangePassword,
    ConfirmEmail,
    Login,
    LoginFailed,
    ResetPassword,
    ResetPasswordFromKey,
    Signup,
    // No endpoint of dj-rest-auth does these.
    ChangePhone,
    ManageEmail,
    Reauthenticate,
    RequestLoginCode,
    VerifyPhone,
}

impl Action {
    /// allauth's default.
    fn default_rates(self) -> &'static str {
        match self {
            Self::ChangePassword => "5/m/user",
            Self::ConfirmEmail => "1/180s/key",
            Self::Login => "30/m/ip",
            Self::LoginFailed => "10/m/ip,5/300s/key",
            Self::ResetPassword => "20/m/ip,5/m/key",
            Self::ResetPasswordFromKey | Self::Signup => "20/m/ip",
            Self::ChangePhone => "1/m/user",
            Self::ManageEmail | Self::Reauthenticate => "10/m/user",
            Self::RequestLoginCode => "20/m/ip,3/m/key",
            Self::VerifyPhone => "1/30s/key,3/m/ip",
        }
    }

    /// Whom the action can be counted for.
    fn knows(self, per: Per) -> bool {
        match (self, per) {
            (Self::ChangePhone | Self::ManageEmail | Self::Reauthenticate, _)
            | (Self::RequestLoginCode | Self::VerifyPhone, _)
            | (_, Per::Address) => true,
            (action, Per::User) => action == Self::ChangePassword,
            (action, Per::Key) => [Self::ConfirmEmail, Self::LoginFailed, Self::ResetPassword].contains(&action),
        }
    }

    /// The scope of its counters.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Self::ChangePassword => "allauth change_password",
            Self::ConfirmEmail => "allauth confirm_email",
            Self::Login => "allauth login",
            Self::LoginFailed => "allauth login_failed",
            Self::ResetPassword => "allauth reset_password",
            Self::ResetPasswordFromKey => "allauth reset_password_from_key",
            Self::Signup => "allauth signup",
            _ => "allauth",
        }
    }
}

/// Whom a rate of allauth's is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Per {
    Address,
    User,
    /// The mail address or name that was given.
    Key,
}

/// A rate of allauth's: "5/m/key", "1/180s/key", "20/m" for an address.
fn rate(text: &str) -> Option<(Rate, Per)> {
    let mut parts = text.trim().split('/');
    let limit: u32 = parts.next()?.trim().parse().ok()?;
    let duration = parts.next()?.trim();
    let per = match parts.next().map(str::trim) {
        None | Some("ip") => Per::Address,
        Some("user") => Per::User,
        Some("key") => Per::Key,
        Some(_) => return None,
    };
    let unit = duration.chars().last()?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86_400.0,
        _ => return None,
    };
    let number = match duration.strip_suffix(unit)? {
        "" => 1.0,
        number => number.parse::<f64>().ok().filter(|number| number.is_finite())?,
    };
    // A part of a second is a second.
    let period = (number * seconds).ceil();
    let period = if (1.0..=f64::from(u32::MAX)).contains(&period) { period as u32 } else { return None };
    (parts.next().is_none()).then_some((Rate::within(limit, period)?, per))
}

/// The rates of one action, as the settings have them.
#[derive(Clone, Debug, PartialEq)]
enum Rates {
    /// allauth's default.
    Default,
    Off,
    Said(String, Vec<(Rate, Per)>),
}

impl Rates {
    fn of(action: Action, text: &str) -> Option<Self> {
        let rates: Option<Vec<_>> = text.split(',').filter(|text| !text.trim().is_empty()).map(rate).collect();
        let rates = rates?;
        rates.iter().all(|(_, per)| action.knows(*per)).then(|| Self::Said(text.to_owned(), rates))
    }
}

/// `account.rate_limits`. A table by action, each `true` for allauth's default, `false` for none, or rates; or one of the
/// truths for all of them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AccountRateLimits {
    all: Option<bool>,
    actions: BTreeMap<Action, Rates>,
}

impl AccountRateLimits {
    /// The rates of an action.
    pub(super) fn of(&self, action: Action) -> Vec<(Rate, Per)> {
        let is_on = self.all.unwrap_or(action == Action::ConfirmEmail);
        let is_default = match self.actions.get(&action) {
            Some(Rates::Said(_, rates)) => return rates.clone(),
            Some(Rates::Default) => true,
            Some(Rates::Off) => false,
            None => is_on,
        };
        if !is_default {
            return Vec::new();
        }
        action.default_rates().split(',').filter_map(rate).collect()
    }
}

impl Serialize for AccountRateLimits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Shown<'a>(&'a Rates);
        impl Serialize for Shown<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    Rates::Default => serializer.serialize_bool(true),
                    Rates::Off => serializer.serialize_bool(false),
                    Rates::Said(text, _) => serializer.serialize_str(text),
                }
            }
        }
        match self.all {
            Some(all) => serializer.serialize_bool(all),
            None => serializer.collect_map(self.actions.iter().map(|(action, rates)| (action, Shown(rates)))),
        }
    }
}

impl<'de> Deserialize<'de> for AccountRateLimits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            Truth(bool),
            Text(String),
        }

        struct Limits;
        impl<'de> Visitor<'de> for Limits {
            type Value = AccountRateLimits;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or a table such as { signup = \"20/m/ip\", reset_password = true }")
            }

            fn visit_bool<E>(self, all: bool) -> Result<AccountRateLimits, E> {
                Ok(AccountRateLimits { all: Some(all), actions: BTreeMap::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AccountRateLimits, A::Error> {
                let mut actions = BTreeMap::new();
                while let Some(action) = map.next_key::<Action>()? {
                    let rates = match map.next_value()? {
                        Value::Truth(true) => Rates::Default,
                        Value::Truth(false) => Rates::Off,
                        Value::Text(text) => Rates::of(action, &text).ok_or_else(|| {
                            let wanted = format!("rates like allauth's {:?}", action.default_rates());
                            A::Error::invalid_value(Unexpected::Str(&text), &wanted.as_str())
                        })?,
                    };
                    actions.insert(action, rates);
                }
                Ok(AccountRateLimits { all: None, actions })
            }
        }
        deserializer.deserialize_any(Limits)
    }
}

crate::settings::section::plain!(AccountRateLimits);

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(toml: &str) -> Result<AccountRateLimits, String> {
        #[derive(Deserialize)]
        struct Settings {
            rate_limits: AccountRateLimits,
        }
        toml::from_str::<Settings>(toml).map(|settings| settings.rate_limits).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_named_is_as_dj_rest_auth_has_it() {
        let confirm = vec![(Rate::within(1, 180).expect("a rate"), Per::Key)];
        let signup = vec![(Rate::per_minute(20), Per::Address)];
        let limits = |toml| limits(toml).expect("limits");
        let of = |limits: AccountRateLimits| (limits.of(Action::ConfirmEmail), limits.of(Action::Signup));
        assert_eq!(of(AccountRateLimits::default()), (confirm.clone(), vec![]));
        assert_eq!(of(limits("rate_limits = true")), (confirm.clone(), signup.clone()));
        assert_eq!(of(limits("rate_limits = false")), (vec![], vec![]));
        assert_eq!(of(limits("rate_limits = { signup = true }")), (confirm, signup));
        assert_eq!(of(limits("rate_limits = { confirm_email = false, signup = '' }")), (vec![], vec![]));
        let both = vec![(Rate::within(20, 60).expect("a rate"), Per::Address), (Rate::per_hour(3), Per::Key)];
        assert_eq!(limits("rate_limits = { reset_password = '20/m, 3/1h/key' }").of(Action::ResetPassword), both);
    }

    #[test]
    fn every_default_is_a_rate() {
        use Action::*;
        for action in [ChangePassword, ConfirmEmail, Login, LoginFailed, ResetPassword, ResetPasswordFromKey, Signup] {
            assert!(Rates::of(action, action.default_rates()).is_some(), "{action:?}");
        }
    }

    #[test]
    fn what_is_no_rate_is_said() {
        for (toml, said) in [
            ("rate_limits = { signup = '20' }", "rates like allauth's \"20/m/ip\""),
            ("rate_limits = { signup = '20/m/user' }", "rates like allauth's"),
            ("rate_limits = { change_password = '5/m/key' }", "rates like allauth's"),
            ("rate_limits = { signup = '5/99d' }", "rates like allauth's"),
            ("rate_limits = { signups = true }", "unknown variant `signups`"),
            ("rate_limits = '5/m'", "true, false, or a table"),
        ] {
            let error = limits(toml).expect_err(toml);
            assert!(error.contains(said), "{toml}: {error}");
        }
    }
}
