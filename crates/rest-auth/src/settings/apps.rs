//! Django's apps that the settings leave out.
//!
//! A site leaves an app out if its INSTALLED_APPS lacks the app.

use super::{EmailVerification, Settings};

impl Settings {
    /// Returns the labels of the apps that the settings leave out.
    ///
    /// The tables of these apps are not made, not required and not read.
    pub(crate) fn unused_apps(&self) -> Vec<&'static str> {
        let mut unused = Vec::new();
        if !self.simple_jwt.blacklist {
            unused.push("token_blacklist");
        }
        if !self.allauth {
            unused.extend(["account", "socialaccount"]);
        }
        unused
    }

    /// Returns whether users can register.
    pub(crate) fn registers(&self) -> bool {
        self.allauth && self.registration.enabled
    }

    /// Returns whether users can verify an address.
    pub(crate) fn verifies_addresses(&self) -> bool {
        let account = &self.account;
        self.registers()
            || self.allauth && (account.email_verification != EmailVerification::None || account.change_email)
    }

    /// Refuses settings that need an app which the settings leave out.
    pub(super) fn app_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let mut lacks_allauth = |is_asked: bool, path: &str| {
            if is_asked && !self.allauth {
                let problem = "it is a part of allauth, and allauth is false".into();
                refuse(path, problem, "Remove it, or set allauth to true.");
            }
        };
        lacks_allauth(self.account.email_verification == EmailVerification::Mandatory, "account.email_verification");
        lacks_allauth(self.account.change_email, "account.change_email");
        lacks_allauth(self.login.unverified_email_error.is_some(), "login.unverified_email_error");
        for (is_asked, path) in [
            (!self.registration.types.is_empty(), "registration.types"),
            (!self.registration.fields.is_empty(), "registration.fields"),
        ] {
            if is_asked && !self.registers() {
                let problem = "there is no registration, because allauth or registration.enabled is false".into();
                refuse(path, problem, "Remove it, or set both to true.");
            }
        }
    }
}
