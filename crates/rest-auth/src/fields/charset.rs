//! The character set of a column; an adopted database may hold fewer than Unicode.

/// A set of characters; each variant is a subset of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Charset {
    /// Every character.
    #[default]
    All,
    /// The characters of Unicode's first plane: MySQL's `utf8mb3`.
    Basic,
    /// The characters of Windows-1252, which MySQL calls `latin1`.
    Windows1252,
    /// The characters of ISO 8859-1.
    Latin1,
    /// ASCII.
    Ascii,
}

/// Windows-1252's characters in place of the control characters of ISO 8859-1.
const WINDOWS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

impl Charset {
    /// Returns the character set of a database's encoding.
    ///
    /// The name is the one that PostgreSQL, MySQL or MariaDB use. An unknown encoding counts as every character; the
    /// database itself then refuses the characters that it lacks.
    pub(crate) fn of(encoding: &str) -> Self {
        match encoding.to_ascii_lowercase().as_str() {
            "utf8mb3" | "utf8" | "ucs2" if encoding != "UTF8" => Self::Basic,
            "latin1" if encoding == "LATIN1" => Self::Latin1,
            "latin1" | "win1252" => Self::Windows1252,
            "ascii" => Self::Ascii,
            _ => Self::All,
        }
    }

    /// Returns the first character of a text that is not in the set.
    pub(crate) fn beyond(self, text: &str) -> Option<char> {
        if self == Self::All || text.is_ascii() {
            return None;
        }
        text.chars().find(|c| !self.has(*c))
    }

    fn has(self, c: char) -> bool {
        match self {
            Self::All => true,
            Self::Basic => c <= '\u{ffff}',
            Self::Windows1252 => c.is_ascii() || ('\u{a0}'..='\u{ff}').contains(&c) || WINDOWS.contains(c),
            Self::Latin1 => c <= '\u{ff}',
            Self::Ascii => c.is_ascii(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    #[test]
    fn each_encoding_has_its_characters() {
        for (encoding, text, beyond) in [
            ("UTF8", "ü€語😀", None),
            ("utf8mb4", "ü€語😀", None),
            ("utf8mb3", "ü€語😀", Some('😀')),
            ("utf8", "ü€語😀", Some('😀')),
            ("latin1", "ü€語😀", Some('語')),
            ("LATIN1", "ü€語😀", Some('€')),
            ("ascii", "ü€語😀", Some('ü')),
        ] {
            assert_eq!(Charset::of(encoding).beyond(text), beyond, "{encoding}");
        }
    }
}
