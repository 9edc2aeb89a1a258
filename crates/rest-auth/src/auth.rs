//! [`Auth`], what it is built from, and the one screen that lists every endpoint.

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::response::Response;
use time::OffsetDateTime;

use crate::current_user::AuthLayer;
use crate::endpoint::Guard::{Anyone, AnyoneTruthful, LoggedIn, Unasked};
use crate::endpoint::Slash::{Never, Optional, Required};
use crate::endpoint::{Endpoint, Guard, Methods, Slash};
use crate::error::Error;
use crate::fields::Profile;
use crate::hooks::{Hooks, Registered, ShownUser, TokenHolder};
use crate::login::LoginAttempt;
use crate::mail::{EmailOptions, MailRequest, Mailer};
use crate::passwords::Passwords;
use crate::registration::builder::Registration;
use crate::sessions::csrf;
use crate::settings::{Authentication, DatabaseUrl, Login, Secret, Settings, SettingsError, UserDetails};
use crate::source::{Clock, Random};
use crate::store::{Pool, Store, StoreError};
use crate::templates::Templates;
use crate::throttling::Scope::{Apart, Own, Shared};
use crate::throttling::Throttling;
use crate::throttling::choice::Throttle;
use crate::tokens::choice::Tokens;
use crate::tokens::jwt::keys::Keys;
use crate::tokens::transport::TokenTransport;
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
struct Inner {
    settings: Settings,
    secret_key: Secret,
    keys: Keys,
    store: Store,
    passwords: Passwords,
    throttling: Throttling,
    mailer: Mailer,
    templates: Templates,
    clock: Clock,
    random: Arc<Random>,
    hooks: Hooks,
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
        endpoint("registration/", Required, Anyone, registration::methods("registration/"))
            .limit(Shared("registration")),
        endpoint("registration/verify-email/", Optional, Anyone, email_verification::methods())
            .limit(Own("verify_email")),
        endpoint("registration/resend-email/", Optional, Anyone, email_verification::resend_methods())
            .limit(Own("resend_email")),
        endpoint("registration/account-confirm-email/{key}/", Required, Anyone, email_verification::page::methods())
            .limit(Own("verify_email")),
        endpoint(
            "registration/account-email-verification-sent/",
            Optional,
            Anyone,
            email_verification::page::sent_methods(),
        ),
        endpoint("csrf/", Required, Anyone, csrf::methods()).limit(Own("csrf")),
        endpoint("forward-auth/", Optional, Anyone, forward_auth::methods()).limit(Apart("forward_auth")),
    ];
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
        self.start_mailer();
        let router = endpoints(self.settings())
            .into_iter()
            .fold(Router::new(), |router, endpoint| endpoint.add_to(router, self));
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

    pub(crate) fn secret_key(&self) -> &Secret {
        &self.0.secret_key
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

/// Builds an [`Auth`]. The binary and an application use the same.
#[derive(Debug, Default)]
pub struct Builder {
    settings: Settings,
    pool: Option<Pool>,
    hooks: Hooks,
    migrate: bool,
    clock: Option<Clock>,
    random: Option<Random>,
    keeps_mails: bool,
}

impl Builder {
    /// Takes all settings at once, e.g. those of [`Settings::load`].
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// `secret_key`: signs sessions and tokens.
    pub fn secret_key(mut self, key: impl Into<Secret>) -> Self {
        self.settings.secret_key = Some(key.into());
        self
    }

    /// `database_url`, e.g. `sqlite://accounts.db` or `postgres://user:password@host/accounts`.
    pub fn database_url(mut self, url: &str) -> Self {
        self.settings.database_url = DatabaseUrl::from(url);
        self
    }

    /// Takes the connections that the application has already, in place of `database_url`.
    pub fn pool(mut self, pool: impl Into<Pool>) -> Self {
        self.pool = Some(pool.into());
        self
    }

    /// Keeps a profile beside the user: `[profiles.NAME]`. Its table is made by `migrate`; clients see it in user
    /// details, under its name, and write it there.
    ///
    /// ```
    /// use rest_auth::{Auth, Fields};
    ///
    /// #[derive(Fields)]
    /// #[fields(name = "profile", table = "app_userprofile")]
    /// struct UserProfile {
    ///     #[field(blank, max_length = 100)]
    ///     company_name: String,
    ///     birthday: Option<time::Date>,
    /// }
    ///
    /// let builder = Auth::builder().profile::<UserProfile>();
    /// ```
    pub fn profile<P: Profile>(mut self) -> Self {
        self.settings.profiles.push(P::profile());
        self
    }

    /// What registration asks for, and the kinds of user: `[registration]`.
    pub fn registration(mut self, registration: Registration) -> Self {
        registration.apply(&mut self.settings);
        self
    }

    /// `registration.create_groups`: [`Builder::migrate`] makes the groups of the kinds of user, too.
    pub fn create_groups(mut self) -> Self {
        self.settings.registration.create_groups = true;
        self
    }

    /// Gives JSON Web Tokens: `rest_auth.use_jwt`, and all of `simple_jwt`.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        tokens.apply(&mut self.settings);
        self
    }

    /// `simple_jwt.refresh_on_activity`: an access cookie with less than this left is renewed by
    /// [`Auth::layer`], on requests to the application's own handlers.
    pub fn refresh_on_activity(mut self, left: Duration) -> Self {
        self.settings.simple_jwt.refresh_on_activity = Some(left.into());
        self
    }

    /// `frontend.verify_email_url`: the application's page that verifies an address, with `{key}` and perhaps `{origin}`.
    pub fn verify_email_url(mut self, url: impl Into<String>) -> Self {
        self.settings.frontend.verify_email_url = Some(url.into());
        self
    }

    /// `frontend.password_reset_url`: the application's page that asks for a new password, with `{uid}`, `{token}` and
    /// perhaps `{origin}`.
    pub fn password_reset_url(mut self, url: impl Into<String>) -> Self {
        self.settings.frontend.password_reset_url = Some(url.into());
        self
    }

    /// Limits attempts: `throttle.rates`, in place of the default.
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        throttle.apply(&mut self.settings);
        self
    }

    /// Adds a function that is called with every new user, inside the transaction that makes them. If it
    /// fails, there is no user, and the client gets its error.
    pub fn after_registration<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Registered) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.hooks.after_registration(hook);
        self
    }

    /// Rules at login: `[login]`.
    pub fn login(mut self, login: Login) -> Self {
        self.settings.login = login;
        self
    }

    /// Adds a rule at login, asked once the password is known to be right. If it fails, the user is not let in, and the
    /// client gets its error.
    ///
    /// ```
    /// use rest_auth::{Auth, Error, Fields, Login, LoginAttempt};
    ///
    /// #[derive(Fields, serde::Deserialize)]
    /// struct OrganizationLogin {
    ///     organization: Option<String>,
    /// }
    ///
    /// async fn is_member(login: LoginAttempt) -> Result<(), Error> {
    ///     match login.input::<OrganizationLogin>()?.organization {
    ///         Some(name) if !login.in_group(&name) => {
    ///             Err(Error::field("organization", "You are not a member of this organization."))
    ///         }
    ///         _ => Ok(()),
    ///     }
    /// }
    ///
    /// let builder =
    ///     Auth::builder().login(Login::default().fields::<OrganizationLogin>()).check_login(is_member);
    /// ```
    pub fn check_login<F, Fut>(mut self, rule: F) -> Self
    where
        F: Fn(LoginAttempt) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.hooks.add_login_rule(rule);
        self
    }

    /// What clients see of a user, and which of it they may write: `[user_details]`.
    pub fn user_details(mut self, user_details: UserDetails) -> Self {
        self.settings.user_details = user_details;
        self
    }

    /// Adds fields to user details that are computed each time: whatever the function gives is shown, field by field,
    /// and never written.
    ///
    /// ```
    /// use rest_auth::{Auth, ShownUser};
    /// use serde_json::json;
    ///
    /// let builder = Auth::builder().computed_fields(async |shown: ShownUser| {
    ///     Ok(json!({ "full_name": format!("{} {}", shown.user.first_name, shown.user.last_name) }))
    /// });
    /// ```
    pub fn computed_fields<F, Fut, C>(mut self, hook: F) -> Self
    where
        F: Fn(ShownUser) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, Error>> + Send + 'static,
        C: serde::Serialize,
    {
        self.hooks.add_computed_fields(hook);
        self
    }

    /// Adds claims to the tokens of every login: whatever the function gives becomes claims, field by field, of the
    /// refresh token and of each access token that comes of it.
    ///
    /// ```
    /// use rest_auth::{Auth, TokenHolder};
    /// use serde_json::json;
    ///
    /// let builder =
    ///     Auth::builder().claims(async |holder: TokenHolder| Ok(json!({ "groups": holder.groups })));
    /// ```
    pub fn claims<F, Fut, C>(mut self, hook: F) -> Self
    where
        F: Fn(TokenHolder) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, Error>> + Send + 'static,
        C: serde::Serialize,
    {
        self.hooks.add_claims(hook);
        self
    }

    /// Adds a function that is asked about every mail before it is written, and says what the application wants
    /// otherwise. At a registration and a change of address it is waited for in the middle of a transaction; if it fails
    /// there, so does the request, and elsewhere it is asked again later.
    ///
    /// ```
    /// use rest_auth::{Auth, EmailOptions, MailKind, MailRequest};
    ///
    /// let builder = Auth::builder().email_options(async |mail: MailRequest| {
    ///     Ok(match mail.kind {
    ///         MailKind::PasswordReset => EmailOptions::new().from("Security <security@example.com>"),
    ///         _ => EmailOptions::new().context("first_name", mail.user.first_name),
    ///     })
    /// });
    /// ```
    pub fn email_options<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(MailRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<EmailOptions, Error>> + Send + 'static,
    {
        self.hooks.write_mails(hook);
        self
    }

    /// Chooses by a request's headers where its tokens go, beside `rest_auth.jwt_transport_header`. A browser is
    /// refused the body all the same where the settings name cookies.
    pub fn token_transport(
        mut self,
        hook: impl Fn(&axum::http::HeaderMap) -> TokenTransport + Send + Sync + 'static,
    ) -> Self {
        self.hooks.choose_transport(hook);
        self
    }

    /// Makes the tables that are missing, which otherwise `rest-auth migrate` does.
    pub fn migrate(mut self) -> Self {
        self.migrate = true;
        self
    }

    /// Takes time and randomness from a test, which looks after the mails, too.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sources(mut self, clock: Clock, random: Random) -> Self {
        self.clock = Some(clock);
        self.random = Some(random);
        self.keeps_mails = true;
        self
    }

    /// Opens the database and starts the threads that hash. If the database lacks nothing but the table of mails that
    /// wait to be sent, that is made.
    ///
    /// # Errors
    /// If the settings cannot work together, the database does not answer, or tables are missing.
    pub async fn build(self) -> Result<Auth, BuildError> {
        let misfits = self.settings.contradictions();
        if !misfits.is_empty() {
            return Err(SettingsError(misfits).into());
        }
        let secret_key = self.settings.secret_key.clone().ok_or(BuildError::NoSecretKey)?;
        let keys = Keys::new(&self.settings, &secret_key).map_err(|misfit| SettingsError(vec![misfit]))?;
        let store = match self.pool {
            Some(pool) => Store::from(pool).holding(&self.settings),
            None => Store::connect(&self.settings).await?,
        };
        if self.migrate {
            store.migrate().await?;
        }
        let mut missing = store.missing_tables().await?;
        if !self.settings.simple_jwt.tracks_rotation() {
            // A database that Django made will do, as long as nothing asks for more.
            missing.retain(|table| table != "rest_auth_refresh_token");
        }
        if missing == [OUTBOX] {
            // It is a table of our own, and the only one that such a database cannot do without.
            store.make_table(OUTBOX).await?;
        } else if !missing.is_empty() {
            return Err(BuildError::MissingTables(missing));
        }
        let missing = store.missing_groups().await?;
        if !missing.is_empty() {
            return Err(BuildError::MissingGroups(missing));
        }
        let templates = Templates::of(&self.settings).map_err(|misfit| SettingsError(vec![misfit]))?;
        let random = Arc::new(self.random.unwrap_or_else(Random::system));
        let passwords = Passwords::new(&self.settings, Arc::clone(&random)).map_err(BuildError::Threads)?;
        Ok(Auth(Arc::new(Inner {
            keys,
            mailer: Mailer::new(&self.settings, self.keeps_mails),
            throttling: Throttling::new(&self.settings, &secret_key),
            settings: self.settings,
            secret_key,
            templates,
            store,
            passwords,
            clock: self.clock.unwrap_or(Clock::System),
            random,
            hooks: self.hooks,
        })))
    }
}

/// The table of mails that wait to be sent.
const OUTBOX: &str = "rest_auth_outbox";

/// Why there is no [`Auth`].
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There is no secret key.
    #[error("there is no secret key: set secret_key, secret_key_file or REST_AUTH__SECRET_KEY")]
    NoSecretKey,
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The database lacks tables.
    #[error("the database lacks {}: run `rest-auth migrate`", .0.join(", "))]
    MissingTables(Vec<String>),
    /// The database lacks groups that registration puts users into, and `registration.create_groups` is off.
    #[error(
        "registration puts users into groups that are missing, {}: make them in Django's admin, or set \
         registration.create_groups = true and run `rest-auth migrate`", .0.join(", ")
    )]
    MissingGroups(Vec<String>),
    /// The threads that hash passwords do not start.
    #[error("the threads that hash passwords do not start")]
    Threads(#[source] std::io::Error),
}
