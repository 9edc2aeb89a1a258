//! The patterns in Django's settings, matched like Python's `re.match`.

use regex::bytes::{Regex, RegexBuilder};

/// A pattern that must match from the first character on.
///
/// The match does not have to reach the last character, unless the pattern ends in `$`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If the pattern is invalid. Python's look-around and references to groups are not supported.
    pub(crate) fn new(pattern: &str) -> Result<Self, regex::Error> {
        RegexBuilder::new(&translated(pattern)).unicode(false).build().map(Self)
    }

    /// `re.match(pattern, text) is not None`.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        // If the pattern matches at the beginning, that match is the leftmost one.
        self.0.find(text).is_some_and(|found| found.start() == 0)
    }
}

/// Returns the pattern in the syntax of the regex crate.
///
/// Python's `\Z`, the end of the text, is `\z` there.
fn translated(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        text.push(character);
        if character == '\\' {
            text.extend(characters.next().map(|escaped| if escaped == 'Z' { 'z' } else { escaped }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_matches_as_pythons_re_match_does() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).expect("a pattern").matches(text.as_bytes());
        assert!(matches(r"^https://\w+\.example\.com$", "https://app.example.com"));
        assert!(!matches(r"^https://\w+\.example\.com$", "https://app.example.com.evil.org"));
        assert!(matches(r"https://\w+\.example\.com", "https://app.example.com.evil.org"), "it need not reach the end");
        assert!(!matches(r"app\.example\.com", "https://app.example.com"), "it begins at the beginning");
        assert!(matches(r"http://a|http://b", "http://b"));
        assert!(matches(r"^https://(?P<name>[a-z]+)\.example\.com\Z", "https://app.example.com"));
        assert!(!matches(r"^https://app\.example\.com\Z", "https://app.example.com:8443"));
        assert!(matches(r"(?i)^HTTPS://APP\.EXAMPLE\.COM$", "https://app.example.com"));
        assert!(matches(r"\\Z", r"\Z"), "an escaped backslash before a Z");
        assert!(matches(r"^http://localhost:\d{2,5}$", "http://localhost:5173"));
        assert!(Pattern::new("(?=x)").is_err());
        assert!(Pattern::new("https://(").is_err());
    }
}
