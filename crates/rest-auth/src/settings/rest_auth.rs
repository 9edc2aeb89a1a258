//! `[rest_auth]`: the reference's REST_AUTH.

use super::section::section;
use super::values::SameSite;

section! {
    /// What the endpoints do: dj-rest-auth's REST_AUTH.
    pub struct RestAuth {
        /// Whether login gives a key for `Authorization: Token …`. (TOKEN_MODEL; false is its None)
        pub token_model: bool = true,
        /// Whether login and registration make a session. (SESSION_LOGIN)
        pub session_login: bool = true,
        /// Whether login gives JSON Web Tokens, in place of the key. (USE_JWT)
        pub use_jwt: bool = false,
        /// The name of a cookie that holds the access token; without one, it is in the body alone.
        /// (JWT_AUTH_COOKIE)
        pub jwt_auth_cookie: Option<String> = None,
        /// The name of a cookie that holds the refresh token. (JWT_AUTH_REFRESH_COOKIE)
        pub jwt_auth_refresh_cookie: Option<String> = None,
        /// The path of the refresh cookie. (JWT_AUTH_REFRESH_COOKIE_PATH)
        pub jwt_auth_refresh_cookie_path: String = "/".to_owned(),
        /// Whether browsers send both by HTTPS alone. (JWT_AUTH_SECURE)
        pub jwt_auth_secure: bool = false,
        /// Whether scripts cannot see them; then no answer shows the refresh token. (JWT_AUTH_HTTPONLY)
        pub jwt_auth_httponly: bool = true,
        /// Which cross-site requests carry them. (JWT_AUTH_SAMESITE)
        pub jwt_auth_samesite: SameSite = SameSite::Lax,
        /// Their domain. (JWT_AUTH_COOKIE_DOMAIN)
        pub jwt_auth_cookie_domain: Option<String> = None,
        /// A header by which an app asks for its tokens in the body where browsers have cookies, with the value body:
        /// "X-Token-Transport". A browser that asks so is refused. It is new here.
        pub jwt_transport_header: Option<String> = None,
        /// The origins of web views that count as apps, not as browsers, where jwt_transport_header asks for tokens in the
        /// body: "capacitor://localhost" and "https://localhost" for Capacitor, "ionic://localhost" for Ionic,
        /// "tauri://localhost" and "http://tauri.localhost" for Tauri. Every script of such an origin can read refresh
        /// tokens, so do not list the origin of a site. Django has no such setting.
        pub jwt_app_origins: Vec<String> = Vec::new(),
        /// Whether login says when the tokens run out. (JWT_AUTH_RETURN_EXPIRATION)
        pub jwt_auth_return_expiration: bool = false,
        /// Whether requests that the access cookie authenticates are guarded against cross-site requests.
        /// (JWT_AUTH_COOKIE_USE_CSRF)
        pub jwt_auth_cookie_use_csrf: bool = false,
        /// Whether those that nothing authenticates are guarded, too.
        /// (JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED)
        pub jwt_auth_cookie_enforce_csrf_on_unauthenticated: bool = false,
        /// Whether changing the password asks for the old one. (OLD_PASSWORD_FIELD_ENABLED)
        pub old_password_field_enabled: bool = false,
        /// Whether changing the password ends the session that asked for it, too. (LOGOUT_ON_PASSWORD_CHANGE)
        pub logout_on_password_change: bool = false,
    }
}
