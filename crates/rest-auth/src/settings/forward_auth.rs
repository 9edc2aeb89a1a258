//! `[forward_auth]`: what the endpoint for proxies answers.

use axum::http::HeaderName;

use super::Settings;
use super::section::section;

section! {
    /// What forward-auth/ answers to a proxy that guards another service.
    pub struct ForwardAuth {
        /// The login page. A browser that asks for a page without a login is redirected to it; programs get 401. {url} stands
        /// for the address that the browser asked for, percent-encoded: "https://app.example.com/login?next={url}". nginx needs
        /// the configuration of docs/forward-auth.md for this. Default: none, each of them gets 401.
        pub login_url: Option<String> = None,
        /// The header in which the proxy names the method of the request that it asks about, for example "X-Forwarded-Method".
        /// If it says OPTIONS, a preflight passes without credentials, because browsers send none with it. Only set it if the
        /// proxy replaces the header in each request. Default: none.
        pub method_header: Option<String> = None,
    }
}

impl Settings {
    pub(super) fn forward_auth_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let ForwardAuth { login_url, method_header } = &self.forward_auth;
        let is_url = |url: &str| {
            ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
                || (url.starts_with('/') && !url.starts_with("//"))
        };
        let is_plain = |url: &str| url.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some(url) = login_url.as_ref().filter(|url| !is_url(url) || !is_plain(url)) {
            let problem = format!("{url:?} is neither an address nor a path");
            refuse("forward_auth.login_url", problem, "For example \"https://app.example.com/login?next={url}\".");
        }
        if let Some(name) = method_header.as_ref().filter(|name| name.parse::<HeaderName>().is_err()) {
            let problem = format!("{name:?} is not the name of a header");
            refuse("forward_auth.method_header", problem, "For example \"X-Forwarded-Method\".");
        }
    }
}
