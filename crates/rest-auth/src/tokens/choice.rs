//! `Builder::tokens`: the settings of JSON Web Tokens as an application says them in Rust.

use std::path::Path;
use std::time::Duration;

use crate::settings::{ClaimValue, Claims, JwtAlgorithm, Settings, SimpleJwt};

/// JSON Web Tokens, and where they go: for [`Builder::tokens`](crate::Builder::tokens). What is not said here stays
/// as SimpleJWT has it.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The names of the two cookies; without them, both tokens are in the body.
    cookies: Option<(String, String)>,
    jwt: SimpleJwt,
    claims: Claims,
}

impl Tokens {
    /// Tokens in cookies of these names, that no script sees: `JWT_AUTH_COOKIE`, `JWT_AUTH_REFRESH_COOKIE`.
    pub fn cookies(access: impl Into<String>, refresh: impl Into<String>) -> Self {
        Self { cookies: Some((access.into(), refresh.into())), ..Self::default() }
    }

    /// Tokens in the body of the answer, for apps.
    pub fn body() -> Self {
        Self::default()
    }

    /// How long an access token is good: `ACCESS_TOKEN_LIFETIME`. To the second.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.jwt.access_token_lifetime = lifetime.into();
        self
    }

    /// How long a refresh token is good: `REFRESH_TOKEN_LIFETIME`. To the second.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.jwt.refresh_token_lifetime = lifetime.into();
        self
    }

    /// A refresh gives a new refresh token, too: `ROTATE_REFRESH_TOKENS`.
    pub fn rotate_refresh_tokens(mut self) -> Self {
        self.jwt.rotate_refresh_tokens = true;
        self
    }

    /// The old one is good no more then: `BLACKLIST_AFTER_ROTATION`.
    pub fn blacklist_after_rotation(mut self) -> Self {
        self.jwt.blacklist_after_rotation = true;
        self
    }

    /// For so long the old one still gives the pair that replaced it. To the second.
    pub fn reuse_grace(mut self, grace: Duration) -> Self {
        self.jwt.reuse_grace = grace.into();
        self
    }

    /// An old one that is presented after that ends every token of its login.
    pub fn reuse_detection(mut self) -> Self {
        self.jwt.reuse_detection = true;
        self
    }

    /// An access cookie with less than this left is renewed on any request through
    /// [`Auth::layer`](crate::Auth::layer). To the second.
    pub fn refresh_on_activity(mut self, margin: Duration) -> Self {
        self.jwt.refresh_on_activity = Some(margin.into());
        self
    }

    /// A claim of the application's own in every token: `claims`. What is computed is a function's, of
    /// [`Builder::claims`](crate::Builder::claims).
    pub fn claim(mut self, name: &str, value: ClaimValue) -> Self {
        self.claims.insert(name.to_owned(), value);
        self
    }

    /// Signs with the keys of a folder, which `rest-auth key generate` makes.
    pub fn key_folder(mut self, algorithm: JwtAlgorithm, folder: impl AsRef<Path>) -> Self {
        self.jwt.algorithm = algorithm;
        self.jwt.key_folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Says it in the settings.
    pub(crate) fn apply(self, settings: &mut Settings) {
        settings.rest_auth.use_jwt = true;
        settings.rest_auth.jwt_auth_httponly = self.cookies.is_some();
        (settings.rest_auth.jwt_auth_cookie, settings.rest_auth.jwt_auth_refresh_cookie) = self.cookies.unzip();
        settings.simple_jwt = self.jwt;
        settings.claims = self.claims;
    }
}
