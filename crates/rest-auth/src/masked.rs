//! Mail addresses as a log may show them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Whatever looks like an address, an invalid one and one within other text, too.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([^ \t\r\n@<>"'(),;:=])[^ \t\r\n@<>"'(),;:=]*@([^ \t\r\n@<>"'(),;:=]+)"#).ok());

/// The text with every mail address in it shortened to its first letter and its domain: `j***@example.com`.
pub(crate) fn addresses(text: &str) -> Cow<'_, str> {
    match &*ADDRESS {
        Some(address) => address.replace_all(text, |found: &Captures<'_>| format!("{}***@{}", &found[1], &found[2])),
        // It is compiled in a test.
        None => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn an_address_is_shortened_wherever_it_stands() {
        for (text, shown) in [
            ("jane.doe@example.com", "j***@example.com"),
            (
                "Duplicate entry 'jane@example.com' for key 'email'",
                "Duplicate entry 'j***@example.com' for key 'email'",
            ),
            ("550 <jörg+x@münchen.example>: and a@b", "550 <j***@münchen.example>: and a***@b"),
            ("no address: @ or jane@", "no address: @ or jane@"),
        ] {
            assert_eq!(addresses(text), shown);
        }
    }
}
