//! What an [`Auth`] is built from.

use std::sync::Arc;

use crate::auth::{Auth, Inner};
use crate::error::Error;
use crate::examine::{Finding, Severity, left_behind};
use crate::fields::Profile;
use crate::hooks::{Hooks, Registered, ShownUser, TokenHolder};
use crate::login::LoginAttempt;
use crate::mail::{EmailOptions, MailRequest, Mailer};
use crate::media::{MediaError, MediaStorage};
use crate::passwords::Passwords;
use crate::readiness;
use crate::registration::builder::Registration;
use crate::settings::{
    Account, DatabaseUrl, Frontend, Login, Media, Secret, Settings, SettingsError, UserDetails, UserTable,
};
use crate::source::{Clock, Random};
use crate::store::{Pool, Store, StoreError};
use crate::templates::Templates;
use crate::throttling::Throttling;
use crate::throttling::choice::Throttle;
use crate::tokens::choice::Tokens;
use crate::tokens::jwt::keys::Keys;
use crate::tokens::transport::TokenTransport;

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

    /// Gives JSON Web Tokens: `rest_auth.use_jwt`, and all of `simple_jwt`.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        tokens.apply(&mut self.settings);
        self
    }

    /// Who may log in and how one signs up: `[account]`.
    ///
    /// ```
    /// use rest_auth::{Account, Auth, EmailVerification, LoginMethod};
    ///
    /// let builder = Auth::builder().account(
    ///     Account::default()
    ///         .login_methods([LoginMethod::Email])
    ///         .signup_fields(["email*", "password1*", "password2*"])
    ///         .email_verification(EmailVerification::Mandatory),
    /// );
    /// ```
    pub fn account(mut self, account: Account) -> Self {
        self.settings.account = account;
        self
    }

    /// Where the links in mails lead: `[frontend]`.
    ///
    /// ```
    /// use rest_auth::{Auth, Frontend};
    ///
    /// let builder = Auth::builder().frontend(
    ///     Frontend::default()
    ///         .verify_email_url("https://yourapp.com/verify-email/{key}")
    ///         .password_reset_url("https://yourapp.com/reset-password/{uid}/{token}"),
    /// );
    /// ```
    pub fn frontend(mut self, frontend: Frontend) -> Self {
        self.settings.frontend = frontend;
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

    /// Keeps users in another table than `auth_user`: `[user]`.
    ///
    /// ```
    /// use rest_auth::{Auth, Fields, UserDetails, UserTable};
    ///
    /// #[derive(Fields)]
    /// struct Account {
    ///     #[field(blank, max_length = 20)]
    ///     phone: String,
    /// }
    ///
    /// let builder = Auth::builder()
    ///     .user(UserTable::new("accounts_user").uuid_key().fields::<Account>())
    ///     .user_details(UserDetails::default().fields(["pk", "username", "email", "phone"]));
    /// ```
    pub fn user(mut self, table: UserTable) -> Self {
        self.settings.user = table;
        self
    }

    /// What clients see of a user, and which of it they may write: `[user_details]`.
    pub fn user_details(mut self, user_details: UserDetails) -> Self {
        self.settings.user_details = user_details;
        self
    }

    /// Where pictures and files are kept, and how large they may be: `[media]`.
    ///
    /// ```
    /// use rest_auth::{Auth, Fields, Image, Media};
    ///
    /// #[derive(Fields)]
    /// #[fields(name = "profile", table = "app_userprofile")]
    /// struct UserProfile {
    ///     #[field(upload_to = "avatars/")]
    ///     avatar: Option<Image>,
    /// }
    ///
    /// let builder = Auth::builder().profile::<UserProfile>().media(Media::default().root("/var/lib/app/media"));
    /// ```
    pub fn media(mut self, media: Media) -> Self {
        self.settings.media = media;
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
    pub async fn build(mut self) -> Result<Auth, BuildError> {
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
        let missing = readiness::missing(&store, &self.settings).await?;
        if !missing.iter().all(|table| OWN_TABLES.contains(&table.as_str())) {
            return Err(BuildError::MissingTables(missing));
        }
        if !missing.is_empty() {
            // These are rest-auth's own tables, which Django does not make; every other table must exist already.
            store.make_tables(&OWN_TABLES).await?;
        }
        let missing = store.missing_groups().await?;
        if !missing.is_empty() {
            return Err(BuildError::MissingGroups(missing));
        }
        let findings = left_behind(&store, &self.settings).await?;
        let (factors, others): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.severity == Severity::Error);
        if !factors.is_empty() {
            return Err(BuildError::SecondFactors(factors));
        }
        for finding in others {
            tracing::warn!("{finding}");
        }
        let missing = store.missing_indexes().await?;
        if !missing.is_empty() {
            let missing = missing.join(", ");
            tracing::info!("some look-ups are slow where users are many: `rest-auth migrate` makes {missing}");
        }
        let limits = store.limits(&mut self.settings).await?;
        let templates = Templates::of(&self.settings).map_err(|misfit| SettingsError(vec![misfit]))?;
        let random = Arc::new(self.random.unwrap_or_else(Random::system));
        let passwords = Passwords::new(&self.settings, Arc::clone(&random)).map_err(BuildError::Threads)?;
        #[cfg(feature = "webhook")]
        let login_webhook = crate::login::Webhook::new(&self.settings.login.webhook)
            .map_err(|error| BuildError::Webhook(Box::new(error)))?;
        Ok(Inner {
            #[cfg(feature = "webhook")]
            login_webhook,
            keys,
            mailer: Mailer::new(&self.settings, self.keeps_mails),
            media: MediaStorage::open(&self.settings)?,
            throttling: Throttling::new(&self.settings, &secret_key),
            settings: self.settings,
            secret_key,
            templates,
            store,
            limits,
            passwords,
            clock: self.clock.unwrap_or(Clock::System),
            random,
            hooks: self.hooks,
        }
        .into())
    }
}

/// The tables that a database gets at the first start.
///
/// They hold mails to be sent, and digests of replaced hashes.
pub(crate) const OWN_TABLES: [&str; 2] = ["rest_auth_outbox", "rest_auth_replaced_hash"];

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
    /// Users have set up a second factor that this version does not check.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    SecondFactors(Vec<Finding>),
    /// Files cannot be kept where the settings say.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// `login.webhook` cannot be asked.
    #[error("login.webhook cannot be asked")]
    Webhook(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The threads that hash passwords do not start.
    #[error("the threads that hash passwords do not start")]
    Threads(#[source] std::io::Error),
}
