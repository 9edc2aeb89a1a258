//! `[account]`: allauth's settings, without their `ACCOUNT_`.

use super::section::section;
use super::values::{EmailVerification, LoginMethod};
use crate::throttling::account::AccountRateLimits;

section! {
    /// Who may log in and how one signs up: allauth's ACCOUNT_ settings.
    pub struct Account {
        /// What a user may log in with: "username", "email" or both. (ACCOUNT_LOGIN_METHODS)
        pub login_methods: Vec<LoginMethod> = vec![LoginMethod::Username],
        /// What registration asks for; a star marks what it insists on. (ACCOUNT_SIGNUP_FIELDS)
        pub signup_fields: Vec<String> =
            ["email", "username*", "password1*", "password2*"].map(String::from).to_vec(),
        /// "mandatory": no login before the address is verified; "optional": a mail asks; "none".
        /// (ACCOUNT_EMAIL_VERIFICATION)
        pub email_verification: EmailVerification = EmailVerification::Optional,
        /// How many days the link is good that verifies an address. (ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS)
        pub email_confirmation_expire_days: u32 = 3,
        /// Whether following that link is enough on the server's own page, without a click on it. Programs that look
        /// into mails follow links, too. (ACCOUNT_CONFIRM_EMAIL_ON_GET)
        pub confirm_email_on_get: bool = false,
        /// Where that page sends on to, once the address is verified. (ACCOUNT_EMAIL_CONFIRMATION_ANONYMOUS_REDIRECT_URL)
        pub email_confirmation_anonymous_redirect_url: Option<String> = None,
        /// Where it sends on to whoever is logged in. (ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL)
        pub email_confirmation_authenticated_redirect_url: Option<String> = None,
        /// Whether users may change their address, at email/change/: it takes the place of the other one when it is
        /// verified. (ACCOUNT_CHANGE_EMAIL)
        pub change_email: bool = false,
        /// Whether an address that one user has verified is closed to others. (ACCOUNT_UNIQUE_EMAIL)
        pub unique_email: bool = true,
        /// The fewest characters of a user name. (ACCOUNT_USERNAME_MIN_LENGTH)
        pub username_min_length: usize = 1,
        /// User names that nobody may take, whatever the case. (ACCOUNT_USERNAME_BLACKLIST)
        pub username_blacklist: Vec<String> = Vec::new(),
        /// false: user names are stored, and looked up, in lower case. (ACCOUNT_PRESERVE_USERNAME_CASING)
        pub preserve_username_casing: bool = true,
        /// The fewest characters of a password at registration, where password_validators is empty.
        /// (ACCOUNT_PASSWORD_MIN_LENGTH)
        pub password_min_length: usize = 6,
        /// Whether a GET logs out, too. (ACCOUNT_LOGOUT_ON_GET)
        pub logout_on_get: bool = false,
        /// allauth's limits, by action: rates for an address, a user, or the name or address that was given, such as
        /// "20/m/ip,5/m/key"; true for allauth's default, false for none. As in dj-rest-auth, confirm_email alone
        /// ("1/180s/key") is in force where nothing is said; true in place of the table is all of them: change_password
        /// "5/m/user", login "30/m/ip", login_failed "10/m/ip,5/300s/key", reset_password "20/m/ip,5/m/key",
        /// reset_password_from_key "20/m/ip", signup "20/m/ip". (ACCOUNT_RATE_LIMITS)
        pub rate_limits: AccountRateLimits = AccountRateLimits::default(),
    }
}

impl Account {
    /// What a user may log in with.
    pub fn login_methods(mut self, methods: impl IntoIterator<Item = LoginMethod>) -> Self {
        self.login_methods = methods.into_iter().collect();
        self
    }

    /// What registration asks for of what every user has; a star marks what it insists on: `"email*"`.
    pub fn signup_fields(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.signup_fields = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Whether an address must be verified before a login, or may be.
    pub fn email_verification(mut self, verification: EmailVerification) -> Self {
        self.email_verification = verification;
        self
    }

    /// Whether users log in with this.
    pub fn logs_in_by(&self, method: LoginMethod) -> bool {
        self.login_methods.contains(&method)
    }

    /// Whether registration insists on the field (`"email*"`).
    pub(crate) fn insists_on(&self, field: &str) -> bool {
        self.signup_fields.iter().any(|entry| entry.strip_suffix('*') == Some(field))
    }
}
