//! Look-ups that come at the same time, or while others are under way, are asked together, so that a hundred requests do not
//! cost a database server a hundred statements, and SQLite a hundred locks. A look-up begins after it was asked for, so that
//! nobody is told what is no longer true.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::database::Database;
use super::text::most_keys;
use super::{Connection, StoreError};

/// How many statements are under way at most; what comes meanwhile waits for the first of them to end.
const MOST_UNDER_WAY: usize = 2;

/// Where a statement is for fewer keys than this, the next one need not wait for its end: it would share little with those
/// that come meanwhile, and they would wait for two statements. Where it is for more, a second one under way only makes both
/// of them small.
const FEW: usize = 4;

/// How long a statement is waited for in this way. A server that is far off, or a connection that has fallen silent, must not
/// keep those waiting whom another connection could serve.
const LONG: Duration = Duration::from_millis(2);

/// How many statements are sent on a connection until it goes back to the pool, where somebody may wait for it. Not each
/// time, because sqlx asks a connection that comes back whether it is still there.
const STATEMENTS: usize = 32;

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
    /// How many keys the last statement was for, and when it began.
    last: Option<(usize, Instant)>,
}

impl<K, V> State<K, V> {
    /// Whether a statement begins now.
    fn is_time(&self, most_keys: usize) -> bool {
        let will_soon_end = self.last.is_some_and(|(keys, began)| keys >= FEW && began.elapsed() < LONG);
        let waits = will_soon_end && self.waiting.len() < most_keys;
        self.under_way == 0 || (self.under_way < MOST_UNDER_WAY && !waits)
    }
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
        Self { look_up, state: Mutex::new(State { waiting: Vec::new(), under_way: 0, last: None }) }
    }

    /// The value of a key, if it has one; `Err` where somebody has to ask alone, to be told what is wrong.
    pub(super) async fn find(database: &Arc<Database>, of: Of<K, V>, key: K) -> Result<Option<V>, NotTogether> {
        let (sender, found) = oneshot::channel();
        let begins = {
            let mut state = of(database).state();
            state.waiting.push((key, sender));
            let begins = state.is_time(most_keys(database.pool.dialect()));
            state.under_way += usize::from(begins);
            begins
        };
        if begins {
            let (database, connection) = (Arc::clone(database), Connection::reader(database));
            let mut turn = UnderWay { database, of, connection, statements: 0, has_ended: false };
            tokio::spawn(async move {
                while !turn.has_ended {
                    turn.gather().await;
                    turn.serve().await;
                }
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
    connection: Connection,
    /// How many were sent on it.
    statements: usize,
    has_ended: bool,
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> UnderWay<K, V> {
    /// Lets requests that are being read in this moment come along, for as long as each look brings more of them.
    async fn gather(&self) {
        let waiting = || (self.of)(&self.database).state().waiting.len();
        let most = most_keys(self.database.pool.dialect());
        let (mut before, mut now) = (0, waiting());
        while before < now && now < most {
            before = now;
            tokio::task::yield_now().await;
            now = waiting();
        }
    }

    /// Looks up what waits; if that is nothing, it ends.
    async fn serve(&mut self) {
        let asked: Vec<_> = {
            let mut state = (self.of)(&self.database).state();
            // Whoever comes after this begins anew.
            self.has_ended = state.waiting.is_empty();
            state.under_way -= usize::from(self.has_ended);
            let count = state.waiting.len().min(most_keys(self.database.pool.dialect()));
            state.last = Some((count, Instant::now()));
            state.waiting.drain(..count).collect()
        };
        if asked.is_empty() {
            return;
        }
        let keys = asked.iter().map(|(key, _)| key.clone()).collect();
        let found = ((self.of)(&self.database).look_up)(&mut self.connection, keys).await;
        self.statements += 1;
        if found.is_err() || self.statements == STATEMENTS {
            (self.connection, self.statements) = (Connection::reader(&self.database), 0);
        }
        match found {
            Ok(found) => asked.into_iter().for_each(|(key, sender)| drop(sender.send(found.get(&key).cloned()))),
            // Who waits is told as what they wait for is dropped, and asks alone.
            Err(error) => tracing::debug!(%error, "a look-up together has failed"),
        }
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
