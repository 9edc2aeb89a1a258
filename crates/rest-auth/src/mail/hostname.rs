//! The name that this server gives itself in mails and to mail servers.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use tokio::sync::OnceCell;
use url::Host;

/// The time limit for the name service.
const PATIENCE: Duration = Duration::from_secs(5);

/// getaddrinfo's AI_CANONNAME, which has this value on every system.
const CANONICAL: i32 = 2;

/// Reads a full host name or an address literal.
///
/// Literals are such as `[192.0.2.5]` or `[IPv6:2001:db8::5]`.
pub(crate) fn parse(text: &str) -> Option<ClientId> {
    let Some(literal) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        // An environment variable that begins with a bracket is a list.
        let address = text.parse().ok().map(literal_of);
        return address.or_else(|| is_full(text).then(|| ClientId::Domain(text.to_owned())));
    };
    let literal = literal.strip_prefix("IPv6:").unwrap_or(literal);
    literal.parse().ok().map(literal_of)
}

/// Returns the address literal of an address.
pub(super) fn literal_of(address: IpAddr) -> ClientId {
    match address.to_canonical() {
        IpAddr::V4(address) => ClientId::Ipv4(address),
        IpAddr::V6(address) => ClientId::Ipv6(address),
    }
}

/// Returns the full name of this machine, or `None` if it only has a short name.
///
/// The name is looked up once: the machine's own, or else what the hosts file or the name service completes it to.
pub(super) async fn of_this_machine() -> Option<&'static str> {
    static NAME: OnceCell<Option<String>> = OnceCell::const_new();
    let look_up = async || {
        let name = tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(look_up)).await;
        name.ok().and_then(Result::ok).flatten()
    };
    NAME.get_or_init(look_up).await.as_deref()
}

fn look_up() -> Option<String> {
    let own = hostname::get().ok()?.into_string().ok()?;
    let own = own.trim_end_matches('.');
    if is_full(own) {
        return Some(own.to_owned());
    }
    let hints = dns_lookup::AddrInfoHints { flags: CANONICAL, ..Default::default() };
    let found = dns_lookup::getaddrinfo(Some(own), None, Some(hints)).ok()?;
    let mut names = found.filter_map(Result::ok).filter_map(|entry| entry.canonname);
    names.find(|name| is_full(name))
}

/// Returns the name behind the `@` of a Message-ID, for a mail of this sender.
///
/// The first of these that exists counts: `email.local_hostname`, the machine's full name, the sender's domain, an
/// address literal.
pub(super) fn of_message_id(configured: Option<&ClientId>, machine: Option<&str>, sender: &str) -> String {
    let domain = sender.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| is_full(domain));
    match (configured, machine.or(domain)) {
        (Some(name), _) => name.to_string(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => literal_of(std::net::Ipv4Addr::LOCALHOST.into()).to_string(),
    }
}

/// Returns whether a name is a full host name, and not that of an unnamed machine.
fn is_full(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let (first, last) = (name.split('.').next(), name.rsplit('.').next());
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(is_label)
        && first.is_some_and(|first| !first.eq_ignore_ascii_case("localhost"))
        && last.is_some_and(|last| !["localhost", "localdomain"].contains(&last.to_ascii_lowercase().as_str()))
        && matches!(Host::parse(name), Ok(Host::Domain(_)))
}

#[cfg(test)]
mod tests {
    use super::{is_full, of_message_id, parse};

    #[test]
    fn a_full_host_name_or_an_address_literal_is_a_name_towards_mail_servers() {
        for name in ["web1.example.com", "a-b.example", "[192.0.2.5]", "[IPv6:2001:db8::5]"] {
            assert_eq!(parse(name).map(|name| name.to_string()).as_deref(), Some(name));
        }
        assert_eq!(parse("192.0.2.5").map(|name| name.to_string()).as_deref(), Some("[192.0.2.5]"));
        for name in ["web1", "localhost", "localhost.localdomain", "[example.com]", "a..b", "-a.b", "a_b.c", ""] {
            assert_eq!(parse(name), None, "{name}");
        }
        assert!(!is_full(&format!("{}.example", "a".repeat(64))));
    }

    #[test]
    fn the_name_in_a_message_id_is_a_full_one_or_a_literal() {
        let configured = parse("[192.0.2.5]");
        for (configured, machine, sender, name) in [
            (configured.as_ref(), Some("web1.example.com"), "a@example.org", "[192.0.2.5]"),
            (None, Some("web1.example.com"), "a@example.org", "web1.example.com"),
            (None, None, "a@example.org", "example.org"),
            (None, None, "webmaster@localhost", "[127.0.0.1]"),
        ] {
            assert_eq!(of_message_id(configured, machine, sender), name);
        }
    }
}
