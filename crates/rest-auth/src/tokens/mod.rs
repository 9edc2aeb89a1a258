//! What a client shows to say who it is: a token key, or a JSON Web Token with another that renews it.

pub(crate) mod choice;
pub(crate) mod cookies;
pub(crate) mod jwt;
pub(crate) mod key;
pub(crate) mod refresh;
pub(crate) mod renewal;
mod reuse;
pub(crate) mod rotation;
#[cfg(test)]
mod tests;
pub(crate) mod transport;
pub(crate) mod verify;

use axum::http::{HeaderMap, header};

/// The words of a header, if the first is one that `is_meant`.
fn words_behind(
    headers: &HeaderMap,
    name: impl header::AsHeaderName,
    is_meant: impl Fn(&[u8]) -> bool,
) -> Option<Vec<&[u8]>> {
    let value = headers.get(name)?.as_bytes();
    let words: Vec<&[u8]> = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    words.first().is_some_and(|first| is_meant(first)).then_some(words)
}
