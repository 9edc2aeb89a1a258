//! The threads that hash: as many as there are cores, with a queue that has an end. A flood of logins
//! waits here, and the other endpoints do not wait with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use crate::error::Error;
use crate::metrics::{self, WaitingHash};

/// What a client is told to wait, in seconds, when the queue is full.
const RETRY_AFTER: u32 = 5;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Debug)]
pub(super) struct Pool {
    queue: SyncSender<Job>,
}

impl Pool {
    /// Starts the threads; 0 for one a core.
    pub(super) fn start(threads: usize, queue: usize) -> Result<Self, std::io::Error> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let (sender, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new().name("password-hash".to_owned()).spawn(move || work(&receiver))?;
        }
        Ok(Self { queue: sender })
    }

    /// Does the work on one of the threads.
    ///
    /// # Errors
    /// 503 when the queue is full.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        let (waiting, span) = (WaitingHash::begin(), tracing::Span::current());
        let job = move || {
            waiting.ends();
            // Nobody waits any more for a client that has gone.
            if !sender.is_closed() {
                let began = Instant::now();
                let _ = sender.send(span.in_scope(work));
                metrics::hashed(began.elapsed());
            }
        };
        match self.queue.try_send(Box::new(job)) {
            Ok(()) => receiver.await.map_err(Error::internal),
            Err(TrySendError::Full(_)) => {
                metrics::hash_refused();
                Err(Error::Unavailable { retry_after: RETRY_AFTER })
            }
            Err(TrySendError::Disconnected(_)) => Err(Error::internal("the threads that hash are gone")),
        }
    }
}

/// Takes jobs until the pool is dropped. A job that panics fails alone.
fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => drop(catch_unwind(AssertUnwindSafe(job))),
            Err(_) => return,
        }
    }
}
