//! SQLite's one writer. Its transactions take turns anyway, so they take them on one connection, and those that
//! queued meanwhile are made permanent together: one wait for the disk for all of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Executor, Sqlite, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::StoreError;
use super::dialect::Dialect;

/// How many turns are made permanent together at most.
const MOST: usize = 64;

/// How long the first of them may wait for the others; the turn under way is finished.
const LONGEST: Duration = Duration::from_millis(10);

/// Hands out turns to write.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pool: SqlitePool,
    /// The task that serves the turns; it ends with the runtime that it was started on, or with its last writer.
    queue: Arc<Mutex<Option<mpsc::UnboundedSender<Asked>>>>,
}

/// Where a turn is sent, once it has come.
type Asked = oneshot::Sender<Result<Turn, StoreError>>;

/// Where to say whether what was done in a turn is on the disk.
type Told = oneshot::Sender<Result<(), StoreError>>;

/// A turn to write. Dropped without [`Turn::commit`], it changes nothing.
pub(super) struct Turn {
    /// There until the turn ends.
    batch: Option<Batch>,
    back: Option<oneshot::Sender<Ended>>,
}

/// A turn that is over: whom to tell when it is on the disk, or nobody if it is to be undone.
struct Ended {
    batch: Batch,
    told: Option<Told>,
}

/// The connection in a transaction. Dropped without [`Batch::end`] it is closed, which undoes everything: nobody
/// could say what state it is in.
struct Batch(Option<PoolConnection<Sqlite>>);

impl Batch {
    async fn begin(pool: &SqlitePool) -> Result<Self, sqlx::Error> {
        let mut batch = Self(Some(pool.acquire().await?));
        batch.execute(Dialect::Sqlite.begin()).await?;
        Ok(batch)
    }

    #[allow(clippy::expect_used)]
    fn connection(&mut self) -> &mut SqliteConnection {
        self.0.as_mut().expect("a batch that has not ended")
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.connection().execute(sql).await.map(drop)
    }

    /// Ends the transaction by this statement, and gives the connection back.
    async fn end(mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.execute(sql).await?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

impl Writer {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool, queue: Arc::default() }
    }

    /// Waits for a turn, as long as one may wait for a connection.
    pub(super) async fn turn(&self) -> Result<Turn, StoreError> {
        let (asked, turn) = oneshot::channel();
        self.ask(asked);
        match timeout(self.pool.options().get_acquire_timeout(), turn).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) => Err(sqlx::Error::PoolClosed.into()),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    fn ask(&self, asked: Asked) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = match &*queue {
            Some(queue) => match queue.send(asked) {
                Ok(()) => return,
                Err(mpsc::error::SendError(asked)) => asked,
            },
            None => asked,
        };
        let (sender, turns) = mpsc::unbounded_channel();
        // The receiver is there, two lines below.
        let _ = sender.send(asked);
        *queue = Some(sender);
        tokio::spawn(serve(self.pool.clone(), turns));
    }
}

impl Turn {
    /// The connection to write on.
    #[allow(clippy::expect_used)]
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.batch.as_mut().expect("a turn that has not ended").connection()
    }

    /// Ends the turn, and waits until what was done in it is on the disk.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let (told, done) = oneshot::channel();
        self.end(Some(told));
        done.await.unwrap_or_else(|_| Err(sqlx::Error::PoolClosed.into()))
    }

    fn end(&mut self, told: Option<Told>) {
        if let (Some(batch), Some(back)) = (self.batch.take(), self.back.take()) {
            // Where nobody serves turns any more, everything is undone as it is dropped.
            let _ = back.send(Ended { batch, told });
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.end(None);
    }
}

async fn serve(pool: SqlitePool, mut turns: mpsc::UnboundedReceiver<Asked>) {
    while let Some(first) = turns.recv().await {
        if first.is_closed() {
            continue;
        }
        match Batch::begin(&pool).await {
            Ok(batch) => {
                let mut done = Vec::new();
                let result = serve_batch(batch, first, &mut turns, &mut done).await.map_err(Arc::new);
                for told in done {
                    // Who does not wait any more need not be told.
                    let _ = told.send(result.clone().map_err(StoreError::Commit));
                }
            }
            Err(error) => drop(first.send(Err(error.into()))),
        }
    }
}

/// Serves turns in one transaction, and commits it; `done` gathers whom to tell how that went.
async fn serve_batch(
    mut batch: Batch,
    first: Asked,
    turns: &mut mpsc::UnboundedReceiver<Asked>,
    done: &mut Vec<Told>,
) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    let mut asked = first;
    loop {
        // A first turn that is undone is all that there is to undo.
        let nested = !done.is_empty();
        if nested {
            batch.execute("SAVEPOINT turn").await?;
        }
        let (back, ended) = oneshot::channel();
        // A turn that nobody waits for any more is dropped, and thereby over.
        drop(asked.send(Ok(Turn { batch: Some(batch), back: Some(back) })));
        let ended = ended.await.map_err(|_| sqlx::Error::PoolClosed)?;
        batch = ended.batch;
        match ended.told {
            Some(told) => done.push(told),
            None if !nested => return batch.end("ROLLBACK").await,
            None => batch.execute("ROLLBACK TO turn").await?,
        }
        if nested {
            batch.execute("RELEASE turn").await?;
        }
        let next = match done.len() < MOST && began.elapsed() < LONGEST {
            true => std::iter::from_fn(|| turns.try_recv().ok()).find(|asked| !asked.is_closed()),
            false => None,
        };
        match next {
            Some(next) => asked = next,
            None => return batch.end("COMMIT").await,
        }
    }
}
