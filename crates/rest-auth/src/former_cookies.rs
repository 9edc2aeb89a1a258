//! Removes cookies from their former places: the setting `former_cookies`.

#[cfg(test)]
mod tests;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::request::{add_cookie, removal, sets_cookie};
use crate::settings::{SameSite, Settings};

/// Removes cookies from their former places if the response sets or removes them.
///
/// Cookies with former names are removed, too. The removals come first, for clients that distinguish cookies by name
/// alone.
pub(crate) fn remove(settings: &Settings, headers: &mut HeaderMap) {
    if settings.former_cookies.is_empty() || !headers.contains_key(header::SET_COOKIE) {
        return;
    }
    let cookies = settings.cookies();
    let mut removals = HeaderMap::new();
    for former in &settings.former_cookies {
        let now = cookies.iter().find(|cookie| cookie.name == former.name);
        if now.is_none() || sets_cookie(headers, &former.name) {
            // In a response to a cross-site request, browsers accept a removal only with SameSite=None.
            let same_site = now.or(cookies.last()).map_or(SameSite::Lax, |cookie| cookie.same_site);
            add_cookie(&mut removals, &removal(&former.name, &former.path, former.domain.as_deref(), same_site));
        }
    }
    let set: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    let removals = removals.get_all(header::SET_COOKIE).iter().cloned();
    removals.chain(set).for_each(|value| {
        headers.append(header::SET_COOKIE, value);
    });
}
