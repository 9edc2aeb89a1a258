//! Look-ups that come at the same time, or while others are under way, are asked together, so that a hundred requests do not
//! cost a database server a hundred statements, and SQLite a hundred locks. A look-up begins after it was asked for, so that
//! nobody is told what is no longer true.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::database::Database;
use super::{Connection, StoreError};

/// How many statements are under way at most; what comes meanwhile waits for the first of them to end.
const MOST_UNDER_WAY: usize = 2;

/// How many keys one statement is about; some are named twice to fill it up. Few lengths, because each is a statement of its
/// own to the database.
pub(super) const LENGTHS: [usize; 5] = [1, 2, 4, 8, 16];

/// What finds the values of keys.
type LookUp<K, V> = for<'a> fn(&'a mut Connection, Vec<K>) -> BoxFuture<'a, Result<HashMap<K, V>, StoreError>>;

/// Look-ups of one kind.
pub(super) struct Together<K, V> {
    look_up: LookUp<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: Vec<(K, oneshot::Sender<Option<V>>)>,
    under_way: usize,
}

impl<K, V> std::fmt::Debug for Together<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Together")
    }
}

impl<K, V> Together<K, V> {
    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> Together<K, V> {
    pub(super) fn new(look_up: LookUp<K, V>) -> Self {
        Self { look_up, state: Mutex::new(State { waiting: Vec::new(), under_way: 0 }) }
    }

    /// The value of a key, if it has one; `Err` where somebody has to ask alone, to be told what is wrong.
    pub(super) async fn find(database: &Arc<Database>, of: Of<K, V>, key: K) -> Result<Option<V>, NotTogether> {
        let (sender, found) = oneshot::channel();
        let begins = {
            let mut state = of(database).state();
            state.waiting.push((key, sender));
            let begins = state.under_way < MOST_UNDER_WAY;
            state.under_way += usize::from(begins);
            begins
        };
        if begins {
            let mut turn = UnderWay { database: Arc::clone(database), of, has_ended: false };
            tokio::spawn(async move {
                // Requests that are being read in this moment come along.
                tokio::task::yield_now().await;
                while turn.serve().await {}
            });
        }
        found.await.map_err(|_| NotTogether)
    }
}

/// Where a database has its look-ups of a kind.
pub(super) type Of<K, V> = fn(&Database) -> &Together<K, V>;

/// A look-up together with others has failed.
#[derive(Debug)]
pub(super) struct NotTogether;

/// One of those that may be under way.
struct UnderWay<K, V> {
    database: Arc<Database>,
    of: Of<K, V>,
    has_ended: bool,
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> UnderWay<K, V> {
    /// Looks up what waits; tells whether there was anything.
    async fn serve(&mut self) -> bool {
        let asked: Vec<_> = {
            let mut state = (self.of)(&self.database).state();
            // Whoever comes after this begins anew.
            self.has_ended = state.waiting.is_empty();
            state.under_way -= usize::from(self.has_ended);
            let count = state.waiting.len().min(LENGTHS[LENGTHS.len() - 1]);
            state.waiting.drain(..count).collect()
        };
        let mut keys: Vec<K> = asked.iter().map(|(key, _)| key.clone()).collect();
        let Some(last) = keys.last().cloned() else { return false };
        keys.resize(LENGTHS.into_iter().find(|length| *length >= keys.len()).unwrap_or(keys.len()), last);
        match self.look_up(keys).await {
            Ok(found) => asked.into_iter().for_each(|(key, sender)| drop(sender.send(found.get(&key).cloned()))),
            // Who waits is told as what they wait for is dropped, and asks alone.
            Err(error) => tracing::debug!(%error, "a look-up together has failed"),
        }
        true
    }

    async fn look_up(&self, keys: Vec<K>) -> Result<HashMap<K, V>, StoreError> {
        ((self.of)(&self.database).look_up)(&mut Connection::reader(&self.database), keys).await
    }
}

impl<K, V> Drop for UnderWay<K, V> {
    /// It panicked, or its runtime ends: who waits asks alone.
    fn drop(&mut self) {
        if !self.has_ended {
            let mut state = (self.of)(&self.database).state();
            state.under_way -= 1;
            state.waiting.clear();
        }
    }
}
