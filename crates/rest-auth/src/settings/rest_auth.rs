//! `[rest_auth]`: the reference's REST_AUTH.

use super::section::section;

section! {
    /// What the endpoints do: dj-rest-auth's REST_AUTH.
    pub struct RestAuth {
        /// Whether login gives a key for `Authorization: Token …`. (TOKEN_MODEL; false is its None)
        pub token_model: bool = true,
        /// Whether login and registration make a session. (SESSION_LOGIN)
        pub session_login: bool = true,
        /// Whether changing the password asks for the old one. (OLD_PASSWORD_FIELD_ENABLED)
        pub old_password_field_enabled: bool = false,
        /// Whether changing the password ends the session that asked for it, too. (LOGOUT_ON_PASSWORD_CHANGE)
        pub logout_on_password_change: bool = false,
    }
}
