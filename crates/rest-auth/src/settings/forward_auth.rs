//! `[forward_auth]`: the responses of the endpoint for proxies.

use axum::http::HeaderName;

use super::Settings;
use super::section::section;

section! {
    /// The responses of forward-auth/ to a proxy that guards another service.
    pub struct ForwardAuth {
        /// The login page. If a browser without a login asks for a page, it is redirected there; programs get 401. {url} is
        /// replaced by the percent-encoded address that the browser asked for: "https://app.example.com/login?next={url}".
        /// nginx needs the configuration of docs/forward-auth.md for this. Default: not set, browsers get 401, too.
        pub login_url: Option<String> = None,
        /// The header in which the proxy names the method of the request that it asks about, for example "X-Forwarded-Method".
        /// If the method is OPTIONS, a preflight passes without credentials, because browsers do not send any. Only set this
        /// if the proxy replaces the header in each request. Default: not set.
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
