//! The cookies that the settings describe, and their former places.

use serde::{Deserialize, Serialize};

use super::section::plain;
use super::{Authentication, SameSite, Settings};

/// A place where a cookie was before its name, path or domain was changed.
///
/// Browsers keep the cookie there until it is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormerCookie {
    /// The name of the cookie.
    pub name: String,
    /// The path that the cookie had.
    #[serde(default = "root")]
    pub path: String,
    /// The domain that the cookie had, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

fn root() -> String {
    "/".to_owned()
}

plain!(Vec<FormerCookie>);

/// A cookie as the settings describe it.
///
/// Each `…_setting` names the setting of a value.
pub(crate) struct CookieSetting<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_setting: &'static str,
    pub(crate) path: &'a str,
    pub(crate) path_setting: &'static str,
    pub(crate) domain: Option<&'a str>,
    pub(crate) domain_setting: &'static str,
    pub(crate) secure: bool,
    pub(crate) secure_setting: &'static str,
    pub(crate) same_site: SameSite,
    pub(crate) same_site_setting: &'static str,
    /// Whether a script of the page must be able to read the cookie.
    pub(crate) is_for_scripts: bool,
    /// Whether the server sets the cookie, according to the other settings.
    pub(crate) is_used: bool,
}

impl Settings {
    /// Returns the cookies that have a name.
    ///
    /// These are up to four: of the session, of the CSRF secret, of the access token and of the refresh token.
    pub(crate) fn cookies(&self) -> Vec<CookieSetting<'_>> {
        let tokens = &self.rest_auth;
        let has_sessions = tokens.session_login || self.authentication.contains(&Authentication::Session);
        let mut cookies = vec![
            CookieSetting {
                name: &self.session_cookie_name,
                name_setting: "session_cookie_name",
                path: &self.session_cookie_path,
                path_setting: "session_cookie_path",
                domain: domain(self.session_cookie_domain.as_deref()),
                domain_setting: "session_cookie_domain",
                secure: self.session_cookie_secure,
                secure_setting: "session_cookie_secure",
                same_site: self.session_cookie_samesite,
                same_site_setting: "session_cookie_samesite",
                is_for_scripts: false,
                is_used: tokens.session_login,
            },
            CookieSetting {
                name: &self.csrf_cookie_name,
                name_setting: "csrf_cookie_name",
                path: &self.csrf_cookie_path,
                path_setting: "csrf_cookie_path",
                domain: domain(self.csrf_cookie_domain.as_deref()),
                domain_setting: "csrf_cookie_domain",
                secure: self.csrf_cookie_secure,
                secure_setting: "csrf_cookie_secure",
                same_site: self.csrf_cookie_samesite,
                same_site_setting: "csrf_cookie_samesite",
                is_for_scripts: true,
                is_used: has_sessions
                    || tokens.jwt_auth_cookie_use_csrf
                    || tokens.jwt_auth_cookie_enforce_csrf_on_unauthenticated,
            },
        ];
        let token = |name, name_setting, path, path_setting| CookieSetting {
            name,
            name_setting,
            path,
            path_setting,
            domain: domain(tokens.jwt_auth_cookie_domain.as_deref()),
            domain_setting: "rest_auth.jwt_auth_cookie_domain",
            secure: tokens.jwt_auth_secure,
            secure_setting: "rest_auth.jwt_auth_secure",
            same_site: tokens.jwt_auth_samesite,
            same_site_setting: "rest_auth.jwt_auth_samesite",
            is_for_scripts: false,
            is_used: tokens.use_jwt,
        };
        if let Some(name) = &tokens.jwt_auth_cookie {
            cookies.push(token(name, "rest_auth.jwt_auth_cookie", "/", "rest_auth.jwt_auth_cookie"));
        }
        if let Some(name) = &tokens.jwt_auth_refresh_cookie {
            let path = &tokens.jwt_auth_refresh_cookie_path;
            let path_setting = "rest_auth.jwt_auth_refresh_cookie_path";
            cookies.push(token(name, "rest_auth.jwt_auth_refresh_cookie", path, path_setting));
        }
        cookies
    }
}

/// Returns the domain, or `None` if it is empty.
///
/// Django and browsers treat an empty domain as no domain.
fn domain(domain: Option<&str>) -> Option<&str> {
    domain.filter(|domain| !domain.is_empty())
}

impl CookieSetting<'_> {
    /// Returns whether a browser takes a cookie with this path and domain for this one.
    pub(crate) fn is_at(&self, path: &str, domain: Option<&str>) -> bool {
        let bare = |domain: Option<&str>| {
            domain.map(|domain| domain.trim_start_matches('.').to_ascii_lowercase()).filter(|domain| !domain.is_empty())
        };
        self.path == path && bare(self.domain) == bare(domain)
    }
}
