//! Why a text is not JSON, in the words of Python's `json` module, which the reference passes on to
//! clients. serde_json has found that it is not; here only the place and the message are looked for.

use std::str::Utf8Error;

/// How deep the search for the fault follows lists and objects.
const DEPTH: usize = 500;

/// Python's message for a text that serde_json refused.
pub(crate) fn explain(text: &str) -> String {
    if text.starts_with('\u{feff}') {
        return "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)".to_owned();
    }
    let search = Search { text: text.chars().collect() };
    let fault = search.document().err().unwrap_or_else(|| Fault::at("Expecting value", 0));
    search.message(&fault)
}

/// Python's message for bytes that are not UTF-8.
pub(crate) fn undecodable(bytes: &[u8], error: Utf8Error) -> String {
    let start = error.valid_up_to();
    let length = error.error_len().unwrap_or(bytes.len() - start);
    let reason = match bytes.get(start) {
        _ if error.error_len().is_none() => "unexpected end of data",
        Some(0xc2..=0xf4) => "invalid continuation byte",
        _ => "invalid start byte",
    };
    match length {
        1 => {
            let byte = bytes.get(start).copied().unwrap_or_default();
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        }
        _ => format!("'utf-8' codec can't decode bytes in position {start}-{}: {reason}", start + length - 1),
    }
}

/// The first half of a surrogate pair without its other half, in a JSON string as it was written.
pub(crate) fn lone_surrogate(raw: &str) -> Option<u16> {
    let mut units = Vec::new();
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        rest = &rest[at + 1..];
        match rest.strip_prefix('u').and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok()) {
            Some(unit) => {
                // Text between two escapes keeps them from being one pair.
                if at != 0 {
                    units.push(u16::from(b' '));
                }
                units.push(unit);
                rest = &rest[5..];
            }
            None => {
                units.push(u16::from(b' '));
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    char::decode_utf16(units).find_map(Result::err).map(|error| error.unpaired_surrogate())
}

enum Fault {
    At { message: &'static str, position: usize },
    Constant(&'static str),
}

impl Fault {
    fn at(message: &'static str, position: usize) -> Self {
        Self::At { message, position }
    }
}

struct Search {
    text: Vec<char>,
}

impl Search {
    fn message(&self, fault: &Fault) -> String {
        match fault {
            Fault::Constant(name) => format!("Out of range float values are not JSON compliant: '{name}'"),
            Fault::At { message, position } => {
                let before = &self.text[..(*position).min(self.text.len())];
                let line = before.iter().filter(|c| **c == '\n').count() + 1;
                let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
                format!("{message}: line {line} column {column} (char {position})")
            }
        }
    }

    fn is(&self, position: usize, c: char) -> bool {
        self.text.get(position) == Some(&c)
    }

    fn starts_with(&self, position: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(offset, c)| self.is(position + offset, c))
    }

    fn skip_space(&self, mut position: usize) -> usize {
        while matches!(self.text.get(position), Some(' ' | '\t' | '\n' | '\r')) {
            position += 1;
        }
        position
    }

    fn skip_digits(&self, mut position: usize) -> usize {
        while self.text.get(position).is_some_and(char::is_ascii_digit) {
            position += 1;
        }
        position
    }

    fn document(&self) -> Result<(), Fault> {
        let end = self.value(self.skip_space(0), 0)?;
        let end = self.skip_space(end);
        if end == self.text.len() { Ok(()) } else { Err(Fault::at("Extra data", end)) }
    }

    /// Where the value ends that begins at the position.
    fn value(&self, start: usize, depth: usize) -> Result<usize, Fault> {
        if depth > DEPTH {
            return Err(Fault::at("Too many nested values", start));
        }
        match self.text.get(start) {
            Some('"') => return self.string(start),
            Some('{') => return self.object(start, depth),
            Some('[') => return self.list(start, depth),
            _ => {}
        }
        for (word, constant) in
            [("null", false), ("true", false), ("false", false), ("NaN", true), ("Infinity", true), ("-Infinity", true)]
        {
            if self.starts_with(start, word) {
                return if constant { Err(Fault::Constant(word)) } else { Ok(start + word.len()) };
            }
        }
        self.number(start)
    }

    fn number(&self, start: usize) -> Result<usize, Fault> {
        let first = if self.is(start, '-') { start + 1 } else { start };
        let mut end = match self.text.get(first) {
            Some('0') => first + 1,
            Some('1'..='9') => self.skip_digits(first),
            _ => return Err(Fault::at("Expecting value", start)),
        };
        if self.is(end, '.') && self.skip_digits(end + 1) > end + 1 {
            end = self.skip_digits(end + 1);
        }
        if self.is(end, 'e') || self.is(end, 'E') {
            let digits = if self.is(end + 1, '+') || self.is(end + 1, '-') { end + 2 } else { end + 1 };
            if self.skip_digits(digits) > digits {
                end = self.skip_digits(digits);
            }
        }
        Ok(end)
    }

    fn string(&self, opening: usize) -> Result<usize, Fault> {
        let unterminated = || Fault::at("Unterminated string starting at", opening);
        let mut at = opening + 1;
        loop {
            match self.text.get(at).ok_or_else(unterminated)? {
                '"' => return Ok(at + 1),
                '\\' => match self.text.get(at + 1).ok_or_else(unterminated)? {
                    '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => at += 2,
                    'u' => {
                        let hex = self.text.get(at + 2..at + 6);
                        // As in Python, a string that ends right behind the escape is one without it.
                        let whole = at + 6 < self.text.len();
                        if !whole || !hex.is_some_and(|hex| hex.iter().all(char::is_ascii_hexdigit)) {
                            return Err(Fault::at("Invalid \\uXXXX escape", at + 1));
                        }
                        at += 6;
                    }
                    _ => return Err(Fault::at("Invalid \\escape", at)),
                },
                c if *c < ' ' => return Err(Fault::at("Invalid control character at", at)),
                _ => at += 1,
            }
        }
    }

    fn object(&self, start: usize, depth: usize) -> Result<usize, Fault> {
        let mut at = self.skip_space(start + 1);
        if self.is(at, '}') {
            return Ok(at + 1);
        }
        loop {
            if !self.is(at, '"') {
                return Err(Fault::at("Expecting property name enclosed in double quotes", at));
            }
            at = self.skip_space(self.string(at)?);
            if !self.is(at, ':') {
                return Err(Fault::at("Expecting ':' delimiter", at));
            }
            at = self.value(self.skip_space(at + 1), depth + 1)?;
            at = self.skip_space(at);
            match self.text.get(at) {
                Some('}') => return Ok(at + 1),
                Some(',') => at = self.skip_space(at + 1),
                _ => return Err(Fault::at("Expecting ',' delimiter", at)),
            }
        }
    }

    fn list(&self, start: usize, depth: usize) -> Result<usize, Fault> {
        let mut at = self.skip_space(start + 1);
        if self.is(at, ']') {
            return Ok(at + 1);
        }
        loop {
            at = self.skip_space(self.value(at, depth + 1)?);
            match self.text.get(at) {
                Some(']') => return Ok(at + 1),
                Some(',') => at = self.skip_space(at + 1),
                _ => return Err(Fault::at("Expecting ',' delimiter", at)),
            }
        }
    }
}
