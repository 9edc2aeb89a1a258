//! Checks for cookies that browsers do not keep or do not send.

use url::{Host, Url};

use super::cookies::CookieSetting;
use super::{SameSite, Settings, Warning, browser_origin};

impl Settings {
    pub(super) fn cookie_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let mut domains = Vec::new();
        for cookie in &self.cookies() {
            refuse_prefix(cookie, refuse);
            if let Some(problem) = path_problem(cookie.path) {
                refuse(cookie.path_setting, problem, "For example \"/\".");
            }
            // Two cookies share one setting for their domain.
            if let Some(domain) = cookie.domain.filter(|_| !domains.contains(&cookie.domain_setting)) {
                domains.push(cookie.domain_setting);
                refuse_domain(cookie.domain_setting, domain, refuse);
            }
        }
        for former in &self.former_cookies {
            let odd = |c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
            if former.name.is_empty() || former.name.contains(odd) {
                let problem = format!("{:?} cannot be a cookie's name", former.name);
                refuse("former_cookies", problem, "Letters, digits, - and _ can.");
            }
            if let Some(problem) = path_problem(&former.path) {
                refuse("former_cookies", problem, "For example \"/\".");
            }
            if former.domain.as_ref().is_some_and(|domain| domain.contains(|c: char| c == ';' || c.is_control())) {
                refuse(
                    "former_cookies",
                    format!("{:?} cannot be a domain", former.domain),
                    "For example \"example.com\".",
                );
            }
            let is_current = |cookie: &CookieSetting<'_>| {
                cookie.name == former.name && cookie.is_at(&former.path, former.domain.as_deref())
            };
            if self.cookies().iter().any(is_current) {
                let problem = format!("the cookie {:?} is still at the path {:?}", former.name, former.path);
                refuse("former_cookies", problem, "List former places only.");
            }
        }
    }

    /// Returns warnings about settings that do not work for every browser or client.
    ///
    /// Settings that do not work together with other settings are among them.
    pub fn browser_warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |path: &'static str, advice: String| warnings.push(Warning { path, advice });
        for cookie in self.cookies().iter().filter(|cookie| cookie.is_used) {
            self.warn_of_path(cookie, &mut warn);
            self.warn_of_domain(cookie, &mut warn);
        }
        self.warn_of_loopback(&mut warn);
        self.warn_of_cors(&mut warn);
        warnings
    }

    fn warn_of_path(&self, cookie: &CookieSetting<'_>, warn: &mut impl FnMut(&'static str, String)) {
        let base = self.public_path();
        let wanted: &[&str] = match cookie.path_setting {
            "rest_auth.jwt_auth_refresh_cookie_path" => &["/token/refresh/", "/logout/"],
            _ => &["/"],
        };
        for endpoint in wanted.iter().map(|endpoint| format!("{base}{endpoint}")) {
            if !leads_to(cookie.path, &endpoint) {
                let (name, path) = (cookie.name, cookie.path);
                warn(
                    cookie.path_setting,
                    format!(
                        "browsers do not send the cookie {name:?} with the path {path:?} to {endpoint}. Set a path that \
                         begins it, such as {:?}, or correct base_path",
                        format!("{base}/")
                    ),
                );
                return;
            }
        }
    }

    fn warn_of_domain(&self, cookie: &CookieSetting<'_>, warn: &mut impl FnMut(&'static str, String)) {
        let Some(domain) = cookie.domain.map(|domain| domain.trim_start_matches('.').to_ascii_lowercase()) else {
            return;
        };
        if !domain.contains('.') {
            warn(
                cookie.domain_setting,
                format!(
                    "browsers keep a cookie of the domain {domain:?} for that host alone, and not below it. Leave the domain out"
                ),
            );
        }
        if let Some(api) = self.api_url()
            && let Some(host) = api.host_str()
            && host != domain
            && !host.ends_with(&format!(".{domain}"))
        {
            warn(
                cookie.domain_setting,
                format!(
                    "browsers drop the cookie {:?}: its domain {domain:?} is not that of {host} (frontend.origin)",
                    cookie.name
                ),
            );
        }
    }

    /// Warns of a mix of `localhost` and `127.0.0.1`, which are two sites to a browser.
    fn warn_of_loopback(&self, warn: &mut impl FnMut(&'static str, String)) {
        let api = self.api_url().or_else(|| Url::parse(&format!("http://{}", self.bind)).ok());
        let Some(api) = api.filter(is_loopback) else { return };
        let page = self
            .pages()
            .into_iter()
            .filter(|(_, page)| page.scheme().starts_with("http") && is_loopback(page))
            .find(|(_, page)| page.host() != api.host());
        if let Some((setting, page)) = page {
            let (host, page_host) = (api.host_str().unwrap_or_default(), page.host_str().unwrap_or_default());
            let mut better = api.clone();
            // One loopback host replaces another.
            let _ = better.set_host(Some(page_host));
            warn(
                setting,
                format!(
                    "let pages at {} call the API at {}. To a browser {host} is another site, and cookies are not sent to it",
                    page.origin().ascii_serialization(),
                    better.origin().ascii_serialization()
                ),
            );
        }
    }

    fn warn_of_cors(&self, warn: &mut impl FnMut(&'static str, String)) {
        for pattern in self.cors_allowed_origin_regexes.iter().filter(|pattern| !is_closed(pattern)) {
            warn(
                "cors_allowed_origin_regexes",
                format!(
                    "end {pattern:?} in \"$\". Without it, the pattern also matches longer origins, of other sites"
                ),
            );
        }
        for (path, names) in
            [("cors_allow_headers", &self.cors_allow_headers), ("cors_expose_headers", &self.cors_expose_headers)]
        {
            if self.cors_allow_credentials && names.iter().any(|name| name == "*") {
                warn(
                    path,
                    "name each header. With cors_allow_credentials, browsers take \"*\" for a header of that name"
                        .into(),
                );
            }
        }
        for origin in &self.rest_auth.jwt_app_origins {
            let is_readable = self.cors_allow_all_origins || self.cors_allowed_origins.contains(origin);
            if !is_readable && self.cors_allowed_origin_regexes.is_empty() {
                warn(
                    "rest_auth.jwt_app_origins",
                    format!(
                        "add {origin:?} to cors_allowed_origins. Otherwise the web view does not show responses to the app"
                    ),
                );
            }
            let is_site = Url::parse(origin).is_ok_and(|url| {
                let host = url.host_str().unwrap_or_default();
                url.scheme().starts_with("http") && !is_loopback(&url) && !host.ends_with(".localhost")
            });
            if is_site {
                warn(
                    "rest_auth.jwt_app_origins",
                    format!("{origin:?} is the origin of a site: every script there can carry refresh tokens away"),
                );
            }
        }
    }

    /// Explains for each cookie and origin whether browsers send the cookie, and why.
    pub fn cookie_explanations(&self) -> Vec<String> {
        let pages = self.pages();
        let cookies = self.cookies();
        let used = cookies.iter().filter(|cookie| cookie.is_used);
        used.flat_map(|cookie| {
            pages.iter().map(|(_, page)| {
                let origin = browser_origin(page.as_str()).unwrap_or_default();
                format!("cookie {}, pages at {origin}: {}", cookie.name, self.explain(cookie, page))
            })
        })
        .collect()
    }

    fn explain(&self, cookie: &CookieSetting<'_>, page: &Url) -> String {
        let api = self.api_url();
        let is_same_origin = api.as_ref().is_some_and(|api| api.origin() == page.origin());
        if let Some(api) = &api
            && cookie.secure
            && api.scheme() == "http"
            && !is_loopback(api)
        {
            return format!("not kept, because {} = true and {} has no HTTPS.", cookie.secure_setting, shown(api));
        }
        if !is_same_origin && api.is_some() && !self.cors_allow_credentials {
            return "not sent, because the page has another origin than the API and cors_allow_credentials is false."
                .into();
        }
        let site = site(page);
        let domain = cookie.domain.map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
        let (is_same_site, place) = match (&api, &domain) {
            (Some(api), _) => (Some(same_site(page, api)), format!("the API at {}", shown(api))),
            (None, Some(domain)) => (Some(registrable(domain) == site), format!("an API at {domain} or below it")),
            (None, None) => (None, String::new()),
        };
        let SameSite::None = cookie.same_site else {
            let same_site = format!("{:?}", cookie.same_site);
            let scripts = match cookie.is_for_scripts
                && !is_same_origin
                && !is_loopback(page)
                && !covers(domain.as_deref(), page)
            {
                true => format!(" Scripts of the page cannot read it: set {}.", cookie.domain_setting),
                false => String::new(),
            };
            return match is_same_site {
                Some(true) => format!("sent, because the page is on the same site as {place}.{scripts}"),
                Some(false) => format!(
                    "not sent by scripts, because the page is on another site than {place} and SameSite={same_site}. Set \
                     {} = \"None\" and {} = true, or serve both below one domain.",
                    cookie.same_site_setting, cookie.secure_setting
                ),
                None => format!(
                    "sent if the API is on the same site, {site}; otherwise not, because SameSite={same_site}.{scripts}"
                ),
            };
        };
        match is_same_site {
            Some(true) => format!("sent, because the page is on the same site as {place}."),
            Some(false) => format!("sent to another site, {place}, unless the browser blocks third-party cookies."),
            None => format!(
                "sent; unless the API is on the same site, {site}, browsers that block third-party cookies do not."
            ),
        }
    }

    /// Returns the origins whose pages call the API, with the settings that name them.
    fn pages(&self) -> Vec<(&'static str, Url)> {
        let frontend = self.frontend.origin.iter().map(|origin| ("frontend.origin", origin));
        let named = self.cors_allowed_origins.iter().map(|origin| ("cors_allowed_origins", origin));
        let trusted = self.csrf_trusted_origins.iter().map(|origin| ("csrf_trusted_origins", origin));
        let mut pages: Vec<(&'static str, Url)> = Vec::new();
        for (setting, origin) in frontend.chain(named).chain(trusted) {
            if let Ok(url) = Url::parse(origin)
                && url.has_host()
                && !origin.contains('*')
                && !pages.iter().any(|(_, page)| {
                    (page.scheme(), page.host(), page.port()) == (url.scheme(), url.host(), url.port())
                })
            {
                pages.push((setting, url));
            }
        }
        pages
    }

    /// Returns the URL at which browsers reach the API, if the settings tell.
    ///
    /// They tell if links lead to the server's own pages.
    fn api_url(&self) -> Option<Url> {
        let frontend = &self.frontend;
        let has_pages = frontend.password_reset_url.is_none() && frontend.verify_email_url.is_none();
        let origin = frontend.origin.as_ref().filter(|_| has_pages)?;
        let url = Url::parse(origin).ok().filter(Url::has_host)?;
        // At another port of this machine is a development server, and not the API.
        let bound = Url::parse(&format!("http://{}", self.bind)).ok();
        let is_elsewhere =
            |bound: &Url| is_loopback(bound) && bound.port_or_known_default() != url.port_or_known_default();
        let is_a_page = is_loopback(&url) && bound.as_ref().is_some_and(is_elsewhere);
        (!is_a_page).then_some(url)
    }
}

fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn refuse_prefix(cookie: &CookieSetting<'_>, refuse: &mut impl FnMut(&str, String, &str)) {
    let name = cookie.name.to_ascii_lowercase();
    let (is_host, is_secure) = (name.starts_with("__host-"), name.starts_with("__secure-"));
    let prefix = if is_host { "__Host-" } else { "__Secure-" };
    let mut dropped = |problem: String, hint: String| {
        refuse(cookie.name_setting, format!("browsers drop a cookie whose name begins with {prefix} {problem}"), &hint);
    };
    if (is_host || is_secure) && !cookie.secure {
        dropped("and that is not secure".into(), format!("Set {} = true.", cookie.secure_setting));
    }
    if is_host && cookie.path != "/" {
        dropped(format!("and whose path is {:?}", cookie.path), format!("Set {} = \"/\".", cookie.path_setting));
    }
    if is_host && cookie.domain.is_some() {
        dropped("and that has a domain".into(), format!("Leave {} out.", cookie.domain_setting));
    }
}

fn path_problem(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        Some(format!("browsers ignore the path {path:?}, which does not begin with a slash"))
    } else if path.contains(|c: char| c == ';' || c.is_control()) {
        Some(format!("{path:?} cannot be a path"))
    } else {
        None
    }
}

fn refuse_domain(path: &str, domain: &str, refuse: &mut impl FnMut(&str, String, &str)) {
    let bare = domain.trim_start_matches('.');
    let dropped = format!("browsers drop a cookie of the domain {domain:?}");
    let host = Url::parse(domain).ok().and_then(|url| url.host_str().map(str::to_owned));
    if domain.contains("://") {
        let hint =
            host.map_or("A host alone, for example \"example.com\".".to_owned(), |host| format!("Write {host:?}."));
        return refuse(path, format!("{dropped}, which is a URL"), &hint);
    }
    let is_address = bare.parse::<std::net::Ipv4Addr>().is_ok();
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c));
    if bare.is_empty() || bare.contains(odd) {
        let hint = match Host::parse(bare) {
            Ok(Host::Domain(ascii)) if !bare.is_ascii() => format!("Write {ascii:?}."),
            _ => {
                "A host alone, without a port, a path or a star: \"example.com\". It is good for the hosts below, too."
                    .into()
            }
        };
        refuse(path, dropped, &hint);
    } else if is_address && bare != domain {
        refuse(path, dropped, "Nothing is below an address. Leave the domain out.");
    } else if !is_address && is_public_suffix(bare) {
        let problem = format!("{dropped}, below which anybody can register a name");
        refuse(path, problem, "Name your own domain, or leave it out.");
    }
}

/// Returns whether the domain is a public suffix: `com`, `co.uk`, `github.io`.
///
/// Anybody can register a name below such a domain.
fn is_public_suffix(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == domain.as_bytes())
}

/// Returns the registrable domain: `example.co.uk` for `www.example.co.uk`.
///
/// An IP address or a single name is returned as it is.
fn registrable(host: &str) -> String {
    match host.parse::<std::net::IpAddr>() {
        Ok(_) => host.to_owned(),
        Err(_) => psl::domain_str(host).unwrap_or(host).to_owned(),
    }
}

fn site(url: &Url) -> String {
    registrable(url.host_str().unwrap_or_default())
}

fn same_site(page: &Url, api: &Url) -> bool {
    page.scheme() == api.scheme() && site(page) == site(api)
}

/// Returns whether the page's host is the domain or below it.
fn covers(domain: Option<&str>, page: &Url) -> bool {
    let host = page.host_str().unwrap_or_default();
    domain.is_some_and(|domain| host == domain || host.ends_with(&format!(".{domain}")))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns whether browsers send a cookie with this path to the other path.
///
/// RFC 6265, 5.1.4.
fn leads_to(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie).is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// Returns whether the pattern reaches to the end of the origin.
fn is_closed(pattern: &str) -> bool {
    [r"$", r"\Z", r"\z", ")$", "$)"].iter().any(|end| pattern.ends_with(end))
}

#[cfg(test)]
#[path = "cookie_checks_tests.rs"]
mod tests;
