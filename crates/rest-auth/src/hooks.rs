//! The async functions that an application adds to a flow.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::Error;
use crate::store::{Connection, User};

type AfterRegistration = Arc<dyn Fn(Registered) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// What an application added.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    after_registration: Vec<AfterRegistration>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({} after registration)", self.after_registration.len())
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

    /// Runs the hooks in the transaction, in their order; gives the transaction back.
    pub(crate) async fn registered(&self, tx: Connection, user: &User) -> Result<Connection, Error> {
        let tx = Arc::new(Mutex::new(tx));
        for hook in &self.after_registration {
            hook(Registered { user: user.clone(), transaction: Arc::clone(&tx) }).await?;
        }
        let tx = Arc::into_inner(tx).ok_or_else(|| Error::internal("a hook kept the transaction for itself"))?;
        Ok(tx.into_inner())
    }
}

/// A user who has just been made, in the transaction that makes them.
#[derive(Debug)]
pub struct Registered {
    /// The user.
    pub user: User,
    transaction: Arc<Mutex<Connection>>,
}

impl Registered {
    /// The transaction: what is written here is kept only if the user is, and the user only if the hook
    /// succeeds.
    pub async fn transaction(&self) -> MutexGuard<'_, Connection> {
        self.transaction.lock().await
    }
}
