//! What a client shows to say who it is: a token key, or a JSON Web Token with another that renews it.

pub(crate) mod choice;
pub(crate) mod cookies;
pub(crate) mod jwt;
pub(crate) mod key;
pub(crate) mod refresh;
pub(crate) mod renewal;
mod reuse;
pub(crate) mod rotation;
pub(crate) mod several;
#[cfg(test)]
mod tests;
pub(crate) mod transport;
pub(crate) mod verify;

use axum::http::{HeaderMap, header};

/// Returns the words of the first header of this name whose first word `is_meant`.
fn words_behind(
    headers: &HeaderMap,
    name: impl header::AsHeaderName,
    is_meant: impl Fn(&[u8]) -> bool,
) -> Option<Vec<&[u8]>> {
    headers.get_all(name).iter().find_map(|value| {
        let mut words = value.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let first = words.next().filter(|first| is_meant(first))?;
        Some(std::iter::once(first).chain(words).collect())
    })
}
