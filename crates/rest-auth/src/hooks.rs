//! The async functions that an application adds to a flow.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::{Mutex, MutexGuard};

use crate::error::Error;
use crate::login::LoginAttempt;
use crate::mail::{EmailOptions, MailRequest};
use crate::store::{Connection, User};
use crate::tokens::transport::TokenTransport;

type OwnClaims = Arc<dyn Fn(TokenHolder) -> BoxFuture<'static, Result<Value, Error>> + Send + Sync>;
type ChooseTransport = Arc<dyn Fn(&HeaderMap) -> TokenTransport + Send + Sync>;
type CheckLogin = Arc<dyn Fn(LoginAttempt) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;
type ComputeFields = Arc<dyn Fn(ShownUser) -> BoxFuture<'static, Result<Value, Error>> + Send + Sync>;
type WriteMail = Arc<dyn Fn(MailRequest) -> BoxFuture<'static, Result<EmailOptions, Error>> + Send + Sync>;
type AfterRegistration = Arc<dyn Fn(Registered) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// What an application added.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    after_registration: Vec<AfterRegistration>,
    check_login: Vec<CheckLogin>,
    computed_fields: Vec<ComputeFields>,
    claims: Vec<OwnClaims>,
    token_transport: Option<ChooseTransport>,
    email_options: Option<WriteMail>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({} after registration, {} for claims)", self.after_registration.len(), self.claims.len())
    }
}

impl Hooks {
    pub(crate) fn after_registration<F, Fut>(&mut self, hook: F)
    where
        F: Fn(Registered) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.after_registration.push(Arc::new(move |registered| Box::pin(hook(registered))));
    }

    pub(crate) fn add_login_rule<F, Fut>(&mut self, rule: F)
    where
        F: Fn(LoginAttempt) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.check_login.push(Arc::new(move |attempt| Box::pin(rule(attempt))));
    }

    pub(crate) fn checks_login(&self) -> bool {
        !self.check_login.is_empty()
    }

    /// Asks each rule whether the user may log in.
    pub(crate) async fn check_login(&self, attempt: &LoginAttempt) -> Result<(), Error> {
        for rule in &self.check_login {
            rule(attempt.clone()).await?;
        }
        Ok(())
    }

    pub(crate) fn add_computed_fields<F, Fut, C>(&mut self, hook: F)
    where
        F: Fn(ShownUser) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, Error>> + Send + 'static,
        C: Serialize,
    {
        self.computed_fields.push(Arc::new(move |user| {
            let fields = hook(user);
            Box::pin(async move { serde_json::to_value(fields.await?).map_err(Error::internal) })
        }));
    }

    /// The fields that the application computes, behind those that are shown anyway.
    pub(crate) async fn with_computed_fields(
        &self,
        user: &User,
        mut fields: Map<String, Value>,
    ) -> Result<Map<String, Value>, Error> {
        for hook in &self.computed_fields {
            match hook(ShownUser { user: user.clone(), fields: fields.clone() }).await? {
                Value::Object(more) => fields.extend(more),
                _ => return Err(Error::internal("computed fields are not a map")),
            }
        }
        Ok(fields)
    }

    pub(crate) fn add_claims<F, Fut, C>(&mut self, hook: F)
    where
        F: Fn(TokenHolder) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C, Error>> + Send + 'static,
        C: Serialize,
    {
        self.claims.push(Arc::new(move |holder| {
            let claims = hook(holder);
            Box::pin(async move { serde_json::to_value(claims.await?).map_err(Error::internal) })
        }));
    }

    pub(crate) fn choose_transport(&mut self, hook: impl Fn(&HeaderMap) -> TokenTransport + Send + Sync + 'static) {
        self.token_transport = Some(Arc::new(hook));
    }

    pub(crate) fn write_mails<F, Fut>(&mut self, hook: F)
    where
        F: Fn(MailRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<EmailOptions, Error>> + Send + 'static,
    {
        self.email_options = Some(Arc::new(move |request| Box::pin(hook(request))));
    }

    /// What the application wants otherwise in a mail.
    pub(crate) async fn email_options(&self, request: MailRequest) -> Result<EmailOptions, Error> {
        match &self.email_options {
            Some(hook) => hook(request).await,
            None => Ok(EmailOptions::new()),
        }
    }

    /// Where the application wants the tokens of a request with these headers.
    pub(crate) fn token_transport(&self, headers: &HeaderMap) -> TokenTransport {
        self.token_transport.as_ref().map_or(TokenTransport::Settings, |choose| choose(headers))
    }

    pub(crate) fn makes_claims(&self) -> bool {
        !self.claims.is_empty()
    }

    /// The claims of the application's own for this user.
    pub(crate) async fn claims(&self, holder: &TokenHolder) -> Result<Map<String, Value>, Error> {
        let mut claims = Map::new();
        for hook in &self.claims {
            match hook(holder.clone()).await? {
                Value::Object(more) => claims.extend(more),
                _ => return Err(Error::internal("claims are not a map")),
            }
        }
        Ok(claims)
    }

    /// Runs the hooks in the transaction, in their order; gives the transaction back.
    pub(crate) async fn registered(
        &self,
        tx: Connection,
        user: &User,
        kind: Option<&str>,
        input: Map<String, Value>,
    ) -> Result<Connection, Error> {
        let tx = Arc::new(Mutex::new(tx));
        for hook in &self.after_registration {
            let (user, kind, input) = (user.clone(), kind.map(str::to_owned), input.clone());
            hook(Registered { user, kind, input, transaction: Arc::clone(&tx) }).await?;
        }
        let tx = Arc::into_inner(tx).ok_or_else(|| Error::internal("a hook kept the transaction for itself"))?;
        Ok(tx.into_inner())
    }
}

/// A user who is given tokens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenHolder {
    /// The user.
    pub user: User,
    /// The names of the user's groups, in order.
    pub groups: Vec<String>,
}

/// A user whose details are shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShownUser {
    /// The user.
    pub user: User,
    /// What is shown of them so far, their profiles among it.
    pub fields: Map<String, Value>,
}

/// A user who has just been made, in the transaction that makes them.
pub struct Registered {
    /// The user.
    pub user: User,
    /// The kind of user, `[registration.types.NAME]`, that registered; `None` at `registration/`.
    pub kind: Option<String>,
    input: Map<String, Value>,
    transaction: Arc<Mutex<Connection>>,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").field("user", &self.user).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Registered {
    /// What the client wrote into the fields of registration that are the application's own, as the type that
    /// declared them.
    ///
    /// # Errors
    /// If the type does not fit the fields.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(Value::Object(self.input.clone())).map_err(Error::internal)
    }

    /// The transaction: what is written here is kept only if the user is, and the user only if the hook
    /// succeeds.
    pub async fn transaction(&self) -> MutexGuard<'_, Connection> {
        self.transaction.lock().await
    }
}
