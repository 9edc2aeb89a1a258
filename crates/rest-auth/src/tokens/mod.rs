//! What a client shows in `Authorization` to say who it is.

pub(crate) mod jwt;
pub(crate) mod key;
#[cfg(test)]
mod tests;

use axum::http::header;

use crate::request::Head;

/// The words of `Authorization`, if its first is the keyword, whatever the case.
fn authorization<'h>(head: &'h Head, keyword: &str, exact_case: bool) -> Option<Vec<&'h [u8]>> {
    let value = head.headers.get(header::AUTHORIZATION)?.as_bytes();
    let words: Vec<&[u8]> = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let first = words.first()?;
    let meant = if exact_case { *first == keyword.as_bytes() } else { first.eq_ignore_ascii_case(keyword.as_bytes()) };
    meant.then_some(words)
}
