//! Checks for origins that browsers never send, and for impossible `cors_` settings.

use axum::http::{HeaderName, Method};

use super::{Settings, browser_origin};
use crate::python_pattern::Pattern;

impl Settings {
    pub(super) fn origin_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        if self.csrf_header().parse::<HeaderName>().is_err() {
            let problem = format!("{:?} cannot be the name of a header", self.csrf_header_name);
            refuse("csrf_header_name", problem, "For example \"HTTP_X_CSRFTOKEN\".");
        }
        for origin in &self.cors_allowed_origins {
            if origin.contains('*') {
                let hint = "Write a pattern into cors_allowed_origin_regexes, or set cors_allow_all_origins = true.";
                refuse("cors_allowed_origins", format!("no browser sends the origin {origin:?}"), hint);
            } else {
                refuse_origin("cors_allowed_origins", origin, origin, refuse);
            }
        }
        for trusted in &self.csrf_trusted_origins {
            if trusted == "null" {
                let hint = "Every page can have it, by a frame. Name the origin of the page.";
                refuse("csrf_trusted_origins", "\"null\" is not the origin of a page".into(), hint);
                continue;
            }
            // A star matches every subdomain.
            let origin = match trusted.split_once("://*") {
                Some((scheme, domain)) if domain.starts_with('.') => &format!("{scheme}://star{domain}"),
                Some((scheme, domain)) => &format!("{scheme}://{domain}"),
                None => trusted,
            };
            refuse_origin("csrf_trusted_origins", trusted, origin, refuse);
        }
        for origin in &self.rest_auth.jwt_app_origins {
            if origin == "null" {
                let hint = "Every page can have it, by a frame. Name the origin of the app's web view.";
                refuse("rest_auth.jwt_app_origins", "\"null\" is not the origin of an app".into(), hint);
            } else {
                refuse_origin("rest_auth.jwt_app_origins", origin, origin, refuse);
            }
        }
        for (path, patterns) in [
            ("cors_allowed_origin_regexes", self.cors_allowed_origin_regexes.as_slice()),
            ("cors_urls_regex", std::slice::from_ref(&self.cors_urls_regex)),
        ] {
            for (pattern, error) in patterns.iter().filter_map(|text| Some((text, Pattern::new(text).err()?))) {
                let last =
                    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let hint = "Look-around and references to groups are not supported.";
                refuse(path, format!("{pattern:?} cannot be read as a pattern: {last}"), hint);
            }
        }
        for (path, names, hint) in [
            ("cors_allow_headers", &self.cors_allow_headers, "For example \"x-csrftoken\"."),
            ("cors_expose_headers", &self.cors_expose_headers, "For example \"Retry-After\"."),
        ] {
            for name in names.iter().filter(|name| HeaderName::from_bytes(name.as_bytes()).is_err()) {
                refuse(path, format!("{name:?} cannot be the name of a header"), hint);
            }
        }
        for name in self.cors_allow_methods.iter().filter(|name| Method::from_bytes(name.as_bytes()).is_err()) {
            refuse("cors_allow_methods", format!("{name:?} cannot be a method"), "For example \"PATCH\".");
        }
    }
}

/// Refuses an origin that browsers never send.
///
/// `stated` is its spelling in the settings.
fn refuse_origin(path: &str, stated: &str, origin: &str, refuse: &mut impl FnMut(&str, String, &str)) {
    let sent = browser_origin(origin);
    if sent.as_deref() == Some(origin) {
        return;
    }
    let (problem, hint) = match sent {
        Some(sent) => {
            let sent = if stated.contains('*') { sent.replacen("://star.", "://*.", 1) } else { sent };
            (format!("no browser sends the origin {stated:?}"), format!("Write {sent:?}."))
        }
        None if stated.contains('*') => (
            format!("{stated:?} is not an origin"),
            "A star matches subdomains, in front of the domain: \"https://*.example.com\".".to_owned(),
        ),
        None if !stated.contains("://") => {
            (format!("{stated:?} has no scheme"), "For example \"https://app.example.com\".".to_owned())
        }
        None => {
            let hint = "A scheme and a host, for example \"https://app.example.com\".".to_owned();
            (format!("{stated:?} is not an origin"), hint)
        }
    };
    refuse(path, problem, &hint);
}
