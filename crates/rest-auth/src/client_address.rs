//! Where a request comes from: the other end of the connection, or what trusted proxies say of it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;
use rfc7239::NodeName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::settings::Settings;

/// The address of a request's client, where the application knows better than the connection: behind a Unix socket, or
/// where the proxy speaks a protocol of its own. A layer puts it into the extensions of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The proxies of `trusted_proxies`: an address, or a network such as 10.0.0.0/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

impl TrustedProxy {
    fn is(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether it is every address there is.
    pub(crate) fn is_everybody(&self) -> bool {
        self.0.prefix_len() == 0
    }
}

impl std::str::FromStr for TrustedProxy {
    type Err = ipnet::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(Self(address.to_canonical().into())),
            Err(_) => text.parse().map(Self),
        }
    }
}

impl Serialize for TrustedProxy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            return serializer.collect_str(&self.0.addr());
        }
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TrustedProxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| {
            let wanted = "an address such as 127.0.0.1, or a network such as 10.0.0.0/8";
            serde::de::Error::invalid_value(serde::de::Unexpected::Str(&text), &wanted)
        })
    }
}

/// The other end of the connection, if the server tells, or what the application says in its place.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let said = extensions.get::<ClientAddress>().map(|address| address.0);
    let address = said.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()));
    address.map(|address| address.to_canonical())
}

/// Returns whether an address belongs to a trusted proxy.
pub(crate) fn is_trusted(settings: &Settings, address: IpAddr) -> bool {
    settings.trusted_proxies.iter().any(|proxy| proxy.is(address))
}

/// The client's address. A header is believed as far as trusted proxies wrote it: from its end, up to the first address
/// that is none of theirs.
pub(crate) fn client(settings: &Settings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| is_trusted(settings, address);
    let name = settings.client_address_header.as_str();
    let mut client = peer;
    if !is_trusted(client) {
        return client;
    }
    for line in headers.get_all(name).iter().rev() {
        // What is no text was written by nobody whom we trust.
        let Ok(line) = line.to_str() else { return client };
        let went_on = if name.eq_ignore_ascii_case("Forwarded") {
            let hops = rfc7239::parse(line).rev().map(|hop| match hop.ok()?.forwarded_for?.name {
                NodeName::Ip(address) => Some(address),
                _ => None,
            });
            follow(&mut client, hops, is_trusted)
        } else {
            follow(&mut client, line.rsplit(',').map(address), is_trusted)
        };
        if !went_on {
            return client;
        }
    }
    client
}

/// Goes from one proxy to the one in front of it. Tells whether all of them are trusted.
fn follow(
    client: &mut IpAddr,
    mut hops: impl Iterator<Item = Option<IpAddr>>,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> bool {
    while is_trusted(*client) {
        match hops.next() {
            None => return true,
            Some(None) => return false,
            Some(Some(address)) => *client = address.to_canonical(),
        }
    }
    false
}

/// An address, perhaps with a port behind it, or between brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// What is counted as one: an address, or of IPv6 the network of 64 bits that a customer has to choose from.
pub(crate) fn counted(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => (address.to_bits() >> 64 << 64).to_be_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: &str = "trusted_proxies = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']\n";

    fn seen(toml: &str, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let settings = Settings::from_toml(toml).expect("settings").settings;
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        client(&settings, peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn a_header_is_believed_as_far_as_trusted_proxies_wrote_it() {
        let header = "x-forwarded-for";
        for (peer, value, client) in [
            ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
            ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
            ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
            ("127.0.0.1", "6.6.6.6, unknown", "127.0.0.1"),
            ("127.0.0.1", "6.6.6.6, , 10.1.2.3", "10.1.2.3"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
            ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
            ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
            ("fd00::1", "203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(seen(PROXIES, peer, &[(header, value)]), client, "{peer} {value}");
        }
        // Several lines are one.
        let lines = [(header, "6.6.6.6"), (header, "203.0.113.9, 10.0.0.1")];
        assert_eq!(seen(PROXIES, "127.0.0.1", &lines), "203.0.113.9");
        assert_eq!(seen("", "127.0.0.1", &[(header, "6.6.6.6")]), "127.0.0.1", "nobody is trusted");
        assert_eq!(seen(PROXIES, "127.0.0.1", &[("forwarded", "for=6.6.6.6")]), "127.0.0.1", "one header is");
    }

    #[test]
    fn other_headers_may_say_it() {
        let forwarded = format!("{PROXIES}client_address_header = 'Forwarded'\n");
        for (value, client) in [
            ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
            ("for=6.6.6.6, For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=203.0.113.9, for=10.0.0.1", "203.0.113.9"),
            ("for=6.6.6.6, for=unknown", "127.0.0.1"),
            ("for=6.6.6.6, for=_hidden, for=10.0.0.1", "10.0.0.1"),
            ("for=6.6.6.6, proto=https", "127.0.0.1"),
            ("for=6.6.6.6, for=\"", "127.0.0.1"),
        ] {
            assert_eq!(seen(&forwarded, "127.0.0.1", &[("forwarded", value)]), client, "{value}");
        }
        let own = format!("{PROXIES}client_address_header = 'CF-Connecting-IP'\n");
        let lines = [("cf-connecting-ip", "203.0.113.9"), ("x-forwarded-for", "6.6.6.6")];
        assert_eq!(seen(&own, "10.0.0.1", &lines), "203.0.113.9");
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let counted = |text: &str| counted(text.parse().expect("an address"));
        assert_eq!(counted("2001:db8:1:2:3::4"), counted("2001:db8:1:2:ffff::"));
        assert_ne!(counted("2001:db8:1:2::"), counted("2001:db8:1:3::"));
        assert_ne!(counted("192.0.2.1"), counted("192.0.2.2"));
        assert_ne!(counted("0.0.0.0"), counted("::"));
    }
}
