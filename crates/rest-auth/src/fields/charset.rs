//! The characters that a column holds, where an adopted database has fewer than Unicode.

/// A set of characters; each is part of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Charset {
    /// Every character.
    #[default]
    All,
    /// Those of Unicode's first plane: MySQL's `utf8mb3`.
    Basic,
    /// Those of Windows-1252, which MySQL calls `latin1`.
    Windows1252,
    /// Those of ISO 8859-1.
    Latin1,
    /// ASCII.
    Ascii,
}

/// What Windows-1252 has in the place of the control characters of ISO 8859-1.
const WINDOWS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

impl Charset {
    /// The characters of a database's encoding, as PostgreSQL, MySQL or MariaDB call it. One that is not known here counts
    /// as all: the database itself refuses the rest.
    pub(crate) fn of(encoding: &str) -> Self {
        match encoding.to_ascii_lowercase().as_str() {
            "utf8mb3" | "utf8" | "ucs2" if encoding != "UTF8" => Self::Basic,
            "latin1" if encoding == "LATIN1" => Self::Latin1,
            "latin1" | "win1252" => Self::Windows1252,
            "ascii" => Self::Ascii,
            _ => Self::All,
        }
    }

    /// The first character of a text that is not one of these.
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
