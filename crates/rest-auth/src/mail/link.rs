//! Where the links in mails lead.

use crate::auth::Auth;
use crate::request::Head;
use crate::sessions::csrf::is_origin;
use crate::settings::Settings;

/// What `{origin}` stands for. A request's host is believed only where it is known: who asks for a mail to somebody
/// else would otherwise choose where its link, with the secret in it, leads.
pub(crate) fn origin(auth: &Auth, head: &Head) -> String {
    let settings = auth.settings();
    if let Some(origin) = &settings.frontend.origin {
        return origin.trim_end_matches('/').to_owned();
    }
    let scheme = if head.is_secure(auth) { "https" } else { "http" };
    let host = head.host(settings).unwrap_or_default();
    let origin = format!("{scheme}://{host}");
    let known = settings.csrf_trusted_origins.iter().chain(&settings.cors_allowed_origins);
    if is_this_machine(host) || (is_plain(host) && known.into_iter().any(|known| is_origin(&origin, known))) {
        return origin;
    }
    tracing::warn!("a link in a mail leads to the address of bind, because frontend.origin is not set");
    format!("http://{}", settings.bind)
}

/// What the server calls itself in mails and pages: `email.site_name`, or the host of an origin.
pub(crate) fn site_name(settings: &Settings, origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    settings.email.site_name.clone().unwrap_or_else(|| host.to_owned())
}

/// Whether the host, with or without a port, is the machine of whoever asks.
pub(super) fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// Whether the host is a name or address with nothing hidden in it.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
}

/// Returns a link of the settings, or a path of ours, with its `{names}` filled in.
pub(crate) fn fill(auth: &Auth, url: Option<&str>, path: &str, values: &[(&str, &str)]) -> String {
    let url = url.map_or_else(|| format!("{{origin}}{}{path}", auth.settings().public_path()), str::to_owned);
    values.iter().fold(url, |url, (name, value)| url.replace(&format!("{{{name}}}"), value))
}
