//! What cannot work in the settings of the server itself, and what should not go to production.

use super::{Lifetime, Settings};

/// What the server answers beside the endpoints.
const TAKEN: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/mails"];

const HOUR: i64 = 3600;

/// Returns whether a character is not allowed in a path of the settings.
fn is_odd_in_a_path(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || "/-._~".contains(c))
}

impl Settings {
    pub(super) fn server_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let is_address = |text: &str| {
            text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        };
        if !is_address(&self.bind) {
            refuse("bind", format!("{:?} is no address with a port", self.bind), "For example \"127.0.0.1:8000\".");
        }
        if let Some(bind) = &self.metrics.bind {
            if !is_address(bind) {
                let problem = format!("{bind:?} is no address with a port");
                refuse("metrics.bind", problem, "For example \"127.0.0.1:9100\".");
            } else if *bind == self.bind && !bind.ends_with(":0") {
                let hint = "Give it another port, or set metrics.public = true instead.";
                refuse("metrics.bind", "the endpoints are there already".into(), hint);
            }
        }
        self.base_path_contradictions(refuse);
        self.script_name_contradictions(refuse);
        if self.max_connections == 0 {
            refuse("max_connections", "nobody could connect".into(), "At least 1.");
        }
        if !(10..=1000).contains(&self.max_request_headers) {
            refuse("max_request_headers", "a browser sends some 20".into(), "From 10 to 1000.");
        }
        if !(8192..=1_048_576).contains(&self.max_request_head) {
            refuse("max_request_head", "a browser sends some thousand".into(), "From 8192 to 1048576 bytes.");
        }
        let mut within = |path: &str, time: Lifetime, least: i64, hint: &str| {
            if !(least..=HOUR).contains(&time.seconds()) {
                refuse(path, format!("{} seconds are no time to wait", time.seconds()), hint);
            }
        };
        within("request_header_timeout", self.request_header_timeout, 1, "From 1 second to 1 hour.");
        within("request_body_timeout", self.request_body_timeout, 1, "From 1 second to 1 hour.");
        within("send_timeout", self.send_timeout, 1, "From 1 second to 1 hour.");
        within("shutdown_timeout", self.shutdown_timeout, 1, "From 1 second to 1 hour.");
        within("shutdown_delay", self.shutdown_delay, 0, "At most 1 hour; 0 for none.");
    }

    fn base_path_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        const HINT: &str = "For example \"/api/auth\".";
        if !self.base_path.is_empty() && !self.base_path.starts_with('/') {
            refuse("base_path", "it must begin with a slash".into(), HINT);
        }
        if self.base_path.contains(is_odd_in_a_path) || self.base_path.contains("//") {
            refuse("base_path", "it may hold letters, digits, -, ., _ and ~ between slashes".into(), HINT);
        }
        if TAKEN.contains(&self.base_path.trim_end_matches('/')) {
            refuse("base_path", "something of the server's own is there".into(), HINT);
        }
    }

    fn script_name_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let Some(name) = &self.force_script_name else { return };
        if !(name.is_empty() || name.starts_with('/')) || name.contains(is_odd_in_a_path) || name.contains("//") {
            let problem = format!(
                "{name:?} is not a path: it begins with a slash, and holds letters, digits, -, ., _, ~ and slashes"
            );
            refuse("force_script_name", problem, "Write the path that the proxy removes, for example \"/app\".");
        }
    }

    pub(super) fn server_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        let is_secure = self.session_cookie_secure || self.csrf_cookie_secure || self.rest_auth.jwt_auth_secure;
        warn(
            is_secure && self.secure_proxy_ssl_header.is_none(),
            "secure_proxy_ssl_header",
            "cookies are for HTTPS alone, but the server takes each request for one by HTTP; name the header by which the proxy \
             in front says otherwise, for example [\"X-Forwarded-Proto\", \"https\"]",
        );
        warn(
            self.metrics.public,
            "metrics.public",
            "set metrics.bind to an address that clients cannot reach instead; how many log in, and fail to, is nobody's \
             business",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    #[test]
    fn what_cannot_work_is_refused_with_a_hint() {
        let refused = |toml: &str| Settings::from_toml(toml).expect_err("a misfit").to_string();
        for (toml, problem) in [
            ("bind = 'localhost'", "bind: \"localhost\" is no address with a port"),
            ("base_path = '/healthz/'", "base_path: something of the server's own is there"),
            ("force_script_name = 'app'", "force_script_name: \"app\" is not a path"),
            (
                "force_script_name = 'https://example.com/app'",
                "force_script_name: \"https://example.com/app\" is not a path",
            ),
            ("force_script_name = '/a?b'", "force_script_name: \"/a?b\" is not a path"),
            ("max_connections = 0", "max_connections: nobody could connect"),
            ("max_request_headers = 5000", "max_request_headers: a browser sends some 20"),
            ("max_request_head = 100", "max_request_head: a browser sends some thousand"),
            ("request_header_timeout = 0", "request_header_timeout: 0 seconds are no time to wait"),
            ("request_body_timeout = '2h'", "request_body_timeout: 7200 seconds are no time to wait"),
            ("send_timeout = 0", "send_timeout: 0 seconds"),
            ("shutdown_timeout = 0", "shutdown_timeout: 0 seconds"),
            ("shutdown_delay = '2h'", "shutdown_delay: 7200 seconds"),
            ("log_format = 'xml'", "log_format: unknown variant"),
            ("[metrics]\nbind = '9100'", "metrics.bind: \"9100\" is no address with a port"),
            ("[metrics]\nbind = '127.0.0.1:8000'", "metrics.bind: the endpoints are there already"),
        ] {
            assert!(refused(toml).contains(problem), "{problem:?} is not in {}", refused(toml));
        }
    }
}
