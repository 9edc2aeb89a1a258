//! What the `repr` of a Python value is made of.

use std::sync::LazyLock;

use regex::{Captures, Regex};

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Text(String),
    /// `b'…'`, which is a text if it is one in UTF-8.
    Bytes(Vec<u8>),
    Integer(i64),
    Float(f64),
    /// A dotted name.
    Name(String),
    /// `<… object at 0x…>`, without what is in it.
    Object,
    /// A bracket, `,`, `:` or `=`.
    Mark(char),
}

/// Objects may name another in the middle: `<function <lambda> at 0x…>`.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?xs)^(?:
            (?<space>\s+)
            | (?<bytes>b)?(?: '(?<single>(?:[^'\\]|\\.)*)' | "(?<double>(?:[^"\\]|\\.)*)" )
            | (?<class><class\ '(?<path>[^'<>]*)'>)
            | (?<enumeration><[\w.|]+:\ (?<member>'[^'\\<>]*'|-?\d+)>)
            | (?<object><(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>)
            | (?<number>-?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|inf\b))
            | (?<name>[^\W\d]\w*(?:[.|][^\W\d]\w*)*)
            | (?<mark>[\[\](){},:=])
        )"#,
    )
    .expect("a pattern")
});

/// Takes the text apart.
///
/// # Errors
/// Says where there is something else than a value, and never what.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let found = TOKEN.captures(&text[at..]);
        let Some((found, whole)) = found.and_then(|found| found.get(0).map(|whole| (whole.end(), found))) else {
            return Err(format!("no Python value at its character {}", text[..at].chars().count() + 1));
        };
        if let Some(token) = token(&whole)? {
            tokens.push(token);
        }
        at += found;
    }
    Ok(tokens)
}

fn token(found: &Captures<'_>) -> Result<Option<Token>, String> {
    let group = |name: &str| found.name(name).map(|group| group.as_str());
    if let Some(text) = group("single").or_else(|| group("double")) {
        return match group("bytes") {
            Some(_) => unescaped_bytes(text).map(|bytes| Some(Token::Bytes(bytes))),
            None => unescaped(text).map(|text| Some(Token::Text(text))),
        };
    }
    if let Some(number) = group("number") {
        return number_token(number).map(Some);
    }
    if let Some(path) = group("path") {
        return Ok(Some(Token::Text(path.to_owned())));
    }
    if let Some(member) = group("member") {
        return match member.strip_prefix('\'').and_then(|member| member.strip_suffix('\'')) {
            Some(text) => Ok(Some(Token::Text(text.to_owned()))),
            None => number_token(member).map(Some),
        };
    }
    if group("object").is_some() {
        return Ok(Some(Token::Object));
    }
    if let Some(name) = group("name") {
        return Ok(Some(Token::Name(name.to_owned())));
    }
    Ok(group("mark").and_then(|mark| mark.chars().next()).map(Token::Mark))
}

fn number_token(number: &str) -> Result<Token, String> {
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return number.parse().map(Token::Integer).map_err(|_| "a number is too large".to_owned());
    }
    number.parse().map(Token::Float).map_err(|_| "a number cannot be read".to_owned())
}

/// The characters of a string, their escapes resolved: each as a code point.
fn code_points(text: &str) -> Result<Vec<u32>, String> {
    let mut points = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            points.push(c as u32);
            continue;
        }
        let digits = match rest.next() {
            Some('n') => Err('\n'),
            Some('r') => Err('\r'),
            Some('t') => Err('\t'),
            Some('x') => Ok(2),
            Some('u') => Ok(4),
            Some('U') => Ok(8),
            Some(c @ ('\\' | '\'' | '"')) => Err(c),
            _ => return Err("a string has an escape that Python's repr does not write".to_owned()),
        };
        points.push(match digits {
            Err(plain) => plain as u32,
            Ok(count) => {
                let digits: String = rest.by_ref().take(count).collect();
                let whole = digits.chars().count() == count;
                let point = u32::from_str_radix(&digits, 16).ok().filter(|_| whole);
                point.ok_or("a string has an escape without its digits")?
            }
        });
    }
    Ok(points)
}

fn unescaped(text: &str) -> Result<String, String> {
    let text: Option<String> = code_points(text)?.into_iter().map(char::from_u32).collect();
    text.ok_or_else(|| "a string has half a character".to_owned())
}

fn unescaped_bytes(text: &str) -> Result<Vec<u8>, String> {
    let bytes: Result<Vec<u8>, _> = code_points(text)?.into_iter().map(u8::try_from).collect();
    bytes.map_err(|_| "bytes have a character that is none".to_owned())
}
