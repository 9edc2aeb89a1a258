//! Look-ups that come at the same time, or while others are under way, are asked together, so that a hundred requests do not
//! cost a database server a hundred statements, and SQLite a hundred locks. A look-up begins after it was asked for, so that
//! nobody is told what is no longer true.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::database::Database;
use super::text::most_keys;
use super::{Connection, StoreError};

/// How many statements are under way at most; what comes meanwhile waits for the first of them to end, or to take long.
const MOST_UNDER_WAY: usize = 2;

/// Where a statement is for fewer keys than this, the next one need not wait for its end: it would share little with those
/// that come meanwhile, and they would wait for two statements. Where it is for more, a second one under way only makes both
/// of them small.
const FEW: usize = 4;

/// What takes longer than this is not waited for by anybody else: a server that is far off, or a connection that has fallen
/// silent, must not hold up those whom another connection could serve.
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

/// Keys, and who is told what was found.
type Asked<K, V> = Vec<(K, oneshot::Sender<Option<V>>)>;

struct State<K, V> {
    waiting: Asked<K, V>,
    /// How many statements there are that do not take long.
    under_way: usize,
    /// How many keys the last one was for.
    last: usize,
}

impl<K, V> State<K, V> {
    /// Whether one more begins now, for what waits.
    fn is_time(&self, most_keys: usize) -> bool {
        let is_worth_it = self.last < FEW || self.waiting.len() >= most_keys;
        !self.waiting.is_empty() && (self.under_way == 0 || (self.under_way < MOST_UNDER_WAY && is_worth_it))
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
        Self { look_up, state: Mutex::new(State { waiting: Vec::new(), under_way: 0, last: 0 }) }
    }

    /// The value of a key, if it has one; `Err` where somebody has to ask alone, to be told what is wrong.
    pub(super) async fn find(database: &Arc<Database>, of: Of<K, V>, key: K) -> Result<Option<V>, NotTogether> {
        let (sender, found) = oneshot::channel();
        of(database).state().waiting.push((key, sender));
        Self::begin_if_it_is_time(database, of);
        found.await.map_err(|_| NotTogether)
    }

    /// Sends another statement, if it [is time](State::is_time).
    fn begin_if_it_is_time(database: &Arc<Database>, of: Of<K, V>) {
        let begins = {
            let mut state = of(database).state();
            let begins = state.is_time(most_keys(database.pool.dialect()));
            state.under_way += usize::from(begins);
            begins
        };
        if begins {
            let (database, connection) = (Arc::clone(database), Connection::reader(database));
            let turn = UnderWay { database, of, connection, statements: 0, counts: true };
            tokio::spawn(turn.serve());
        }
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
    /// How many statements were sent on it.
    statements: usize,
    /// Whether it is one of [`State::under_way`], and goes on to what waits.
    counts: bool,
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + 'static> UnderWay<K, V> {
    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        (self.of)(&self.database).state()
    }

    /// Looks up what waits, until that is nothing, or takes long.
    async fn serve(mut self) {
        while self.counts {
            self.gather().await;
            let asked = self.take();
            if !asked.is_empty() {
                self.look_up(asked).await;
            }
        }
    }

    /// Lets requests that are being read in this moment come along, for as long as each look brings more of them.
    async fn gather(&self) {
        let most = most_keys(self.database.pool.dialect());
        let (mut before, mut now) = (0, self.state().waiting.len());
        while before < now && now < most {
            before = now;
            tokio::task::yield_now().await;
            now = self.state().waiting.len();
        }
    }

    /// What waits. If that is nothing, it counts no more, so that whoever comes after this begins anew.
    fn take(&mut self) -> Asked<K, V> {
        let mut state = (self.of)(&self.database).state();
        let count = state.waiting.len().min(most_keys(self.database.pool.dialect()));
        if count == 0 {
            state.under_way -= 1;
            self.counts = false;
        }
        state.last = count;
        state.waiting.drain(..count).collect()
    }

    /// Looks these up, and tells.
    async fn look_up(&mut self, asked: Asked<K, V>) {
        let found = self.ask(asked.iter().map(|(key, _)| key.clone()).collect()).await;
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

    /// Sends the statement. If it takes long, it counts no more, and whoever waits has another one.
    async fn ask(&mut self, keys: Vec<K>) -> Result<HashMap<K, V>, StoreError> {
        let together = (self.of)(&self.database);
        let mut found = (together.look_up)(&mut self.connection, keys);
        if let Ok(found) = tokio::time::timeout(LONG, &mut found).await {
            return found;
        }
        together.state().under_way -= 1;
        self.counts = false;
        Together::begin_if_it_is_time(&self.database, self.of);
        found.await
    }
}

impl<K, V> Drop for UnderWay<K, V> {
    /// It panicked, or its runtime ends: who waits asks alone.
    fn drop(&mut self) {
        if self.counts {
            let mut state = (self.of)(&self.database).state();
            state.under_way -= 1;
            state.waiting.clear();
        }
    }
}
