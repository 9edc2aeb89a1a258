//! `GET forward-auth/`: lets a proxy guard any service. It asks here whether a request may pass, and tells the
//! service who sends it: nginx's `auth_request`, Caddy's `forward_auth`, Traefik's `ForwardAuth`.

mod asked;
#[cfg(test)]
mod tests;

use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::error::Error;
use crate::methods::Methods;
use crate::pages;
use crate::reply;
use crate::request::Request;

const USER: HeaderName = HeaderName::from_static("x-auth-user");
const EMAIL: HeaderName = HeaderName::from_static("x-auth-email");
const GROUPS: HeaderName = HeaderName::from_static("x-auth-groups");

/// What a header must not hold, the mark itself, and the comma that stands between groups. What is not ASCII is
/// encoded, too.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%').add(b',');

pub(crate) fn methods() -> Methods {
    Methods::new("Forward Auth", "Says who sends a request, to a proxy that guards another service.")
        .on(Method::GET, |request| Box::pin(forward_auth(request)))
        .whatever_is_accepted()
}

async fn forward_auth(request: &mut Request) -> Result<Response, Error> {
    if asked::is_preflight(request) {
        // Empty headers replace those that a client made up.
        let nobody = HeaderValue::from_static("");
        return Ok(passed(&[USER, EMAIL, GROUPS].map(|name| (name, nobody.clone()))));
    }
    let Some(user) = &request.user else {
        if let Some(url) = asked::login_page(request) {
            return pages::redirect(&url);
        }
        // For a proxy 401 means that a login would help, 403 that it would not, whatever way to log in comes first.
        let challenge = request.auth.challenge();
        let challenge = challenge.unwrap_or(HeaderValue::from_static("Bearer realm=\"api\""));
        return Ok(Error::NotAuthenticated.into_response(Some(challenge)));
    };
    let groups = request.auth.store().reader().groups_of(user.id).await?;
    let groups: Vec<String> = groups.iter().map(|group| encoded(group)).collect();
    let value = |text: String| HeaderValue::try_from(text).map_err(Error::internal);
    Ok(passed(&[
        (USER, value(encoded(&user.username))?),
        (EMAIL, value(encoded(&user.email))?),
        (GROUPS, value(groups.join(","))?),
    ]))
}

/// Returns the response that lets a request pass and names its user.
fn passed(headers: &[(HeaderName, HeaderValue)]) -> Response {
    let mut response = reply::nothing();
    response.headers_mut().extend(headers.iter().cloned());
    response
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
