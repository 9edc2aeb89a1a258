//! What counts as an address of the web: Django's `URLValidator`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::email::{is_label, is_top_level};

const SCHEMES: [&str; 4] = ["http", "https", "ftp", "ftps"];

/// Django's `MAX_URL_LENGTH`, in characters.
const MAX_LENGTH: usize = 2048;

/// Whether Django takes the text for an address of the web.
pub(super) fn is_valid(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    if url.chars().count() > MAX_LENGTH
        || url.contains(char::is_whitespace)
        || !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once('@') {
        None => authority,
        Some((user, host)) => match user.split(':').collect::<Vec<_>>()[..] {
            [name] | [name, _] if !name.is_empty() && !user.contains('@') => host,
            _ => return false,
        },
    };
    let (host, port) = match host.rfind(']') {
        Some(end) => host.split_at(end + 1),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    is_port(port) && is_host(host)
}

/// A port with its colon, or nothing.
fn is_port(port: &str) -> bool {
    port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    if host.eq_ignore_ascii_case("localhost") || host.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let Some((last, others)) = labels.split_last().filter(|(_, others)| !others.is_empty()) else { return false };
    host.chars().count() <= 253 && others.iter().all(|label| is_label(label)) && is_top_level(last)
}
