//! [`Auth`], what it is built from, and the one screen that lists every endpoint.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use time::OffsetDateTime;

use crate::current_user::AuthLayer;
use crate::endpoint::Guard::{Anyone, AnyoneTruthful, LoggedIn};
use crate::endpoint::Slash::{Optional, Required};
use crate::endpoint::{Endpoint, Guard, Methods, Slash};
use crate::error::Error;
use crate::hooks::{Hooks, Registered};
use crate::passwords::Passwords;
use crate::settings::{Authentication, DatabaseUrl, Secret, Settings, SettingsError};
use crate::source::{Clock, Random};
use crate::store::{Pool, Store, StoreError};
use crate::users::Users;
use crate::{cors, login, logout, password_change, registration, user_details};

/// The accounts of an application. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    secret_key: Secret,
    store: Store,
    passwords: Passwords,
    clock: Clock,
    random: Arc<Random>,
    hooks: Hooks,
}

/// Every endpoint: its path below the router, its slash, who may use it, what it does.
fn endpoints() -> Vec<Endpoint> {
    let endpoint =
        |path: &'static str, slash: Slash, guard: Guard, methods: Methods| Endpoint::new(path, slash, guard, methods);
    vec![
        endpoint("login/", Optional, Anyone, login::methods()),
        endpoint("logout/", Optional, AnyoneTruthful, logout::methods()),
        endpoint("user/", Optional, LoggedIn, user_details::methods()),
        endpoint("password/change/", Optional, LoggedIn, password_change::methods()),
        endpoint("registration/", Required, Anyone, registration::methods()),
    ]
}

impl Auth {
    /// Begins to build one, with the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The endpoints, to be nested where the application wants them:
    /// `Router::new().nest("/api/auth", auth.router())`.
    pub fn router(&self) -> Router {
        let router = endpoints().into_iter().fold(Router::new(), |router, endpoint| endpoint.add_to(router, self));
        cors::guarded(router.fallback(Self::not_found), self.settings())
    }

    /// The answer to a path that leads nowhere: 404, in JSON.
    pub async fn not_found() -> Response {
        Error::NotFound.into_response(None)
    }

    /// The path of each endpoint, below the router, and its methods.
    pub fn endpoints(&self) -> Vec<(String, String)> {
        endpoints().iter().map(Endpoint::summary).collect()
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

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
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

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What a 401 asks for in `WWW-Authenticate`: the first way to authenticate has the word, and a session
    /// has none.
    pub(crate) fn challenge(&self) -> Option<&'static str> {
        match self.settings().authentication.first()? {
            Authentication::Jwt => Some("Bearer realm=\"api\""),
            Authentication::Token => Some("Token"),
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

    /// Makes the tables that are missing, which otherwise `rest-auth migrate` does.
    pub fn migrate(mut self) -> Self {
        self.migrate = true;
        self
    }

    /// Takes time and randomness from a test.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sources(mut self, clock: Clock, random: Random) -> Self {
        self.clock = Some(clock);
        self.random = Some(random);
        self
    }

    /// Opens the database and starts the threads that hash.
    ///
    /// # Errors
    /// If the settings cannot work together, the database does not answer, or tables are missing.
    pub async fn build(self) -> Result<Auth, BuildError> {
        let misfits = self.settings.contradictions();
        if !misfits.is_empty() {
            return Err(SettingsError(misfits).into());
        }
        let secret_key = self.settings.secret_key.clone().ok_or(BuildError::NoSecretKey)?;
        let store = match self.pool {
            Some(pool) => Store::from(pool),
            None => Store::connect(&self.settings).await?,
        };
        if self.migrate {
            store.migrate().await?;
        }
        let missing = store.missing_tables().await?;
        if !missing.is_empty() {
            return Err(BuildError::MissingTables(missing));
        }
        let random = Arc::new(self.random.unwrap_or_else(Random::system));
        let passwords = Passwords::new(&self.settings, Arc::clone(&random)).map_err(BuildError::Threads)?;
        Ok(Auth(Arc::new(Inner {
            settings: self.settings,
            secret_key,
            store,
            passwords,
            clock: self.clock.unwrap_or(Clock::System),
            random,
            hooks: self.hooks,
        })))
    }
}

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
    MissingTables(Vec<&'static str>),
    /// The threads that hash passwords do not start.
    #[error("the threads that hash passwords do not start")]
    Threads(#[source] std::io::Error),
}
