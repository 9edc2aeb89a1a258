//! The language that a text is written in.

use axum::http::header;

use crate::auth::Auth;
use crate::request::Head;

/// The language that whoever sends the request would like best, of those in the settings.
pub(crate) fn asked_for<'a>(auth: &'a Auth, head: &Head) -> &'a str {
    let settings = auth.settings();
    let wanted = accept_language::parse(head.header(header::ACCEPT_LANGUAGE).unwrap_or_default());
    wanted
        .iter()
        .find_map(|wanted| settings.languages.iter().find(|held| covers(held, wanted)))
        .unwrap_or(&settings.language_code)
}

/// Whether a language will do for whoever wants another: the same, or the same without the country.
fn covers(held: &str, wanted: &str) -> bool {
    let family = wanted.split('-').next().unwrap_or_default();
    held.eq_ignore_ascii_case(wanted) || held.eq_ignore_ascii_case(family)
}
