//! `GET jwks.json`: the public keys, so that services in other processes can verify tokens without asking here, and
//! without knowing a secret. A JSON Web Key Set, RFC 7517.

#[cfg(test)]
mod tests;

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::error::Error;
use crate::methods::Methods;
use crate::reply;
use crate::request::Request;

/// How long others may keep the keys: as long as a new one should be published before it is missed.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub(crate) fn methods() -> Methods {
    Methods::new("JSON Web Key Set", "Gives the public keys that verify tokens.")
        .on(Method::GET, |request| Box::pin(jwks(request)))
        .whatever_is_accepted()
}

async fn jwks(request: &mut Request) -> Result<Response, Error> {
    let mut response = reply::json(StatusCode::OK, request.auth.keys().public());
    response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
    Ok(response)
}
