//! What counts as a mail address: Django's `EmailValidator`.

use std::net::IpAddr;

/// Whether Django takes the text for a mail address.
pub(crate) fn is_valid(address: &str) -> bool {
    if address.chars().count() > 320 {
        return false;
    }
    match address.rsplit_once('@') {
        Some((local, domain)) => is_local_part(local) && is_domain(domain),
        None => false,
    }
}

fn is_local_part(local: &str) -> bool {
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    (quoted && is_quoted_string(&local[1..local.len() - 1])) || local.split('.').all(is_atom)
}

fn is_atom(atom: &str) -> bool {
    !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&b))
}

/// What may stand between quotation marks: most of ASCII, and more behind a backslash.
fn is_quoted_string(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'\\' => bytes.next().is_some_and(|b| matches!(b, 1..=9 | 11 | 12 | 14..=127)),
            1..=8 | 11 | 12 | 14..=31 | b'!' | b'#'..=b'[' | b']'..=127 => true,
            _ => false,
        };
        if !allowed {
            return false;
        }
    }
    true
}

fn is_domain(domain: &str) -> bool {
    if domain == "localhost" {
        return true;
    }
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return literal.parse::<IpAddr>().is_ok();
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let Some((last, others)) = labels.split_last().filter(|(_, others)| !others.is_empty()) else { return false };
    others.iter().all(|label| is_label(label)) && is_top_level(last)
}

/// Letters may come from beyond ASCII, up to the end of Unicode's first plane.
fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || ('\u{a1}'..='\u{ffff}').contains(&c)
}

pub(super) fn is_label(label: &str) -> bool {
    let length = label.chars().count();
    (1..=63).contains(&length)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c == '-' || is_letter_or_digit(c))
}

pub(super) fn is_top_level(label: &str) -> bool {
    let plain = is_label(label)
        && label.chars().count() >= 2
        && label.chars().all(|c| c == '-' || c.is_ascii_alphabetic() || !c.is_ascii());
    let punycode = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
        && (5..=63).contains(&label.len())
        && label.bytes().skip(4).all(|b| b.is_ascii_alphanumeric());
    plain || punycode
}
