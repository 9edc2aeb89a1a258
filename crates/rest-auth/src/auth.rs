//! [`Auth`], and the one screen that lists every endpoint.

use std::sync::{Arc, Weak};

use axum::Router;
use axum::http::HeaderValue;
use axum::response::Response;
use time::OffsetDateTime;

use crate::builder::Builder;
use crate::current_user::AuthLayer;
use crate::endpoint::Guard::{Anyone, AnyoneTruthful, LoggedIn, Unasked};
use crate::endpoint::Slash::{Never, Optional, Required};
use crate::endpoint::{Endpoint, Guard, Slash};
use crate::error::Error;
use crate::hooks::Hooks;
use crate::mail::Mailer;
use crate::media::MediaStorage;
use crate::methods::Methods;
use crate::passwords::Passwords;
use crate::sessions::csrf;
use crate::settings::{Authentication, Secret, Settings};
use crate::source::{Clock, Random};
use crate::store::{Limits, Store};
use crate::templates::Templates;
use crate::throttling::Scope::{Apart, Own, Shared};
use crate::throttling::Throttling;
use crate::tokens::jwt::keys::Keys;
use crate::tokens::{jwt, refresh, verify};
use crate::users::Users;
use crate::{
    cors, email_change, email_verification, forward_auth, jwks, login, logout, password_change, password_reset,
    registration, user_details,
};

/// The accounts of an application. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) secret_key: Secret,
    pub(crate) keys: Keys,
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    pub(crate) passwords: Passwords,
    pub(crate) throttling: Throttling,
    pub(crate) mailer: Mailer,
    pub(crate) media: MediaStorage,
    pub(crate) templates: Templates,
    pub(crate) clock: Clock,
    pub(crate) random: Arc<Random>,
    pub(crate) hooks: Hooks,
    #[cfg(feature = "webhook")]
    pub(crate) login_webhook: Option<login::Webhook>,
}

impl From<Inner> for Auth {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

/// What does not keep the accounts open.
pub(crate) struct WeakAuth(Weak<Inner>);

impl WeakAuth {
    pub(crate) fn upgrade(&self) -> Option<Auth> {
        self.0.upgrade().map(Auth)
    }
}

/// Every endpoint: its path below the router, its slash, who may use it, what it does, what limits it.
fn endpoints(settings: &Settings) -> Vec<Endpoint> {
    let endpoint =
        |path: &'static str, slash: Slash, guard: Guard, methods: Methods| Endpoint::new(path, slash, guard, methods);
    let mut endpoints = vec![
        endpoint("login/", Optional, Anyone, login::methods()).limit(Shared("login")),
        endpoint("logout/", Optional, AnyoneTruthful, logout::methods()).limit(Shared("logout")),
        endpoint("user/", Optional, LoggedIn, user_details::methods()).limit(Own("user_details")),
        endpoint("password/change/", Optional, LoggedIn, password_change::methods()).limit(Shared("password_change")),
        endpoint("password/reset/", Optional, Anyone, password_reset::methods()).limit(Shared("password_reset")),
        endpoint("password/reset/confirm/", Optional, Anyone, password_reset::confirm_methods())
            .limit(Shared("password_reset_confirm")),
        endpoint("password/reset/confirm/{uid}/{token}/", Required, Anyone, password_reset::page::methods())
            .limit(Shared("password_reset_confirm")),
    ];
    if settings.registers() {
        let methods = registration::methods("registration/");
        endpoints.push(endpoint("registration/", Required, Anyone, methods).limit(Shared("registration")));
    }
    if settings.verifies_addresses() {
        endpoints.extend([
            endpoint("registration/verify-email/", Optional, Anyone, email_verification::methods())
                .limit(Own("verify_email")),
            endpoint("registration/resend-email/", Optional, Anyone, email_verification::resend_methods())
                .limit(Own("resend_email")),
            endpoint(
                "registration/account-confirm-email/{key}/",
                Required,
                Anyone,
                email_verification::page::methods(),
            )
            .limit(Own("verify_email")),
            endpoint(
                "registration/account-email-verification-sent/",
                Optional,
                Anyone,
                email_verification::page::sent_methods(),
            ),
        ]);
    }
    endpoints.extend([
        endpoint("csrf/", Required, Anyone, csrf::methods()).limit(Own("csrf")),
        endpoint("forward-auth/", Optional, Anyone, forward_auth::methods()).limit(Apart("forward_auth")),
    ]);
    if settings.account.change_email {
        endpoints
            .push(endpoint("email/change/", Optional, LoggedIn, email_change::methods()).limit(Shared("email_change")));
    }
    for kind in settings.registration.types.iter() {
        let methods = registration::methods(&kind.path);
        endpoints.push(Endpoint::new(&kind.path, Required, Anyone, methods).limit(Shared("registration")));
    }
    if settings.rest_auth.use_jwt {
        endpoints.push(endpoint("token/refresh/", Optional, Unasked, refresh::methods()).limit(Own("token_refresh")));
        endpoints.push(endpoint("token/verify/", Optional, Unasked, verify::methods()).limit(Own("token_verify")));
        endpoints.push(endpoint("jwks.json", Never, Unasked, jwks::methods()).limit(Apart("jwks")));
    }
    endpoints
}

/// The path of each endpoint, below the router.
pub(crate) fn paths(settings: &Settings) -> Vec<String> {
    endpoints(settings).iter().map(|endpoint| endpoint.summary().0).collect()
}

impl Auth {
    /// Begins to build one, with the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The endpoints, to be nested where the application wants them:
    /// `Router::new().nest("/api/auth", auth.router())`. From now on mails that wait are sent.
    pub fn router(&self) -> Router {
        self.router_at("")
    }

    /// The same below a path such as `/api/auth`, for a program that serves little else: it costs a request less than nesting
    /// does, and answers whatever leads nowhere.
    pub fn router_at(&self, path: &str) -> Router {
        self.start_mailer();
        let base = path.trim_end_matches('/');
        let router = endpoints(self.settings())
            .into_iter()
            .fold(Router::new(), |router, endpoint| endpoint.add_to(router, base, self));
        cors::guarded(router.fallback(Self::not_found), self.settings())
    }

    /// The answer to a path that leads nowhere: 404, in JSON.
    pub async fn not_found() -> Response {
        Error::NotFound.into_response(None)
    }

    /// The path of each endpoint, below the router, and its methods.
    pub fn endpoints(&self) -> Vec<(String, String)> {
        endpoints(self.settings()).iter().map(Endpoint::summary).collect()
    }

    /// Lets the handlers of a router ask for [`CurrentUser`](crate::CurrentUser).
    pub fn layer(&self) -> AuthLayer {
        AuthLayer(self.clone())
    }

    /// The users, for the program itself.
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Returns the lengths and the character sets of the database's columns.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Where the pictures and files of users are.
    pub fn media(&self) -> &MediaStorage {
        &self.0.media
    }

    pub(crate) fn secret_key(&self) -> &Secret {
        &self.0.secret_key
    }

    /// Returns the secret key, followed by the former ones.
    pub(crate) fn secret_keys(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.0.secret_key).chain(&self.0.settings.secret_key_fallbacks)
    }

    /// What signs JSON Web Tokens.
    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// What counts attempts.
    pub(crate) fn throttling(&self) -> &Throttling {
        &self.0.throttling
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.0.templates
    }

    pub(crate) fn downgrade(&self) -> WeakAuth {
        WeakAuth(Arc::downgrade(&self.0))
    }

    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    #[cfg(feature = "webhook")]
    pub(crate) fn login_webhook(&self) -> Option<&login::Webhook> {
        self.0.login_webhook.as_ref()
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    pub(crate) fn random(&self) -> &Random {
        &self.0.random
    }

    /// Random characters of an alphabet.
    pub(crate) fn random_string(&self, length: usize, alphabet: &str) -> String {
        self.0.random.string(length, alphabet)
    }

    /// A random UUID.
    pub(crate) fn random_uuid(&self) -> uuid::Uuid {
        self.0.random.uuid()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What a 401 asks for in `WWW-Authenticate`: the first way to authenticate has the word, and a session
    /// has none.
    pub(crate) fn challenge(&self) -> Option<HeaderValue> {
        match self.settings().authentication.first()? {
            Authentication::Jwt => jwt::challenge(&self.settings().simple_jwt),
            Authentication::Token => Some(HeaderValue::from_static("Token")),
            Authentication::Session => None,
        }
    }
}
