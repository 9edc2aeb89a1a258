//! Origins, as browsers send them in the header `Origin`.

use url::{Origin, Url};

/// Returns the origin as browsers send it.
///
/// `https://App.Example.com:443/login` becomes `https://app.example.com`.
///
/// An origin of an app or an extension, such as `capacitor://localhost`, is returned as it is, and so are `null` and
/// `file://`, which browsers send for pages without an origin. Returns `None` for a text that is not an origin.
pub fn browser_origin(text: &str) -> Option<String> {
    if OPAQUE.contains(&text) {
        return Some(text.to_owned());
    }
    let (scheme, rest) = text.split_once("://")?;
    if rest.contains(['*', '@']) || rest.starts_with(['/', '?', '#']) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    match url.origin() {
        origin @ Origin::Tuple(..) => Some(origin.ascii_serialization()),
        // By the standard, an origin with another scheme is opaque, but web views send such origins.
        Origin::Opaque(_) => {
            let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
            Some(format!("{}://{host}", scheme.to_ascii_lowercase()))
        }
    }
}

/// The values of `Origin` for pages without one, and for files on Android.
const OPAQUE: [&str; 2] = ["null", "file://"];

#[cfg(test)]
mod tests {
    use super::browser_origin;

    #[test]
    fn an_origin_is_spelled_as_browsers_send_it() {
        for (text, origin) in [
            ("https://app.example.com", Some("https://app.example.com")),
            ("https://app.example.com/", Some("https://app.example.com")),
            ("https://app.example.com:443", Some("https://app.example.com")),
            ("http://app.example.com:80/login?x", Some("http://app.example.com")),
            ("https://app.example.com:8443", Some("https://app.example.com:8443")),
            ("HTTPS://App.Example.COM", Some("https://app.example.com")),
            ("https://bücher.example", Some("https://xn--bcher-kva.example")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("capacitor://localhost", Some("capacitor://localhost")),
            ("chrome-extension://abcdefghijklmnop/", Some("chrome-extension://abcdefghijklmnop")),
            ("null", Some("null")),
            ("file://", Some("file://")),
            ("app.example.com", None),
            ("https://*.example.com", None),
            ("https://", None),
            ("https:///path", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(browser_origin(text).as_deref(), origin, "{text}");
        }
    }
}
