//! The threads that hash: as many as there are cores, with a queue that has an end. A flood of logins
//! waits here, and the other endpoints do not wait with it.
//!
//! Where many wait at once, a thread derives several of Django's usual hashes side by side: see [`pbkdf2_lanes`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use flume::{Receiver, Sender, TrySendError};
use pbkdf2_lanes::{Derivation, LANES, advance};
use tokio::sync::oneshot;
use tracing::Span;

use super::step::Step;
use crate::error::Error;
use crate::metrics::{self, WaitingHash};

/// What a client is told to wait, in seconds, when the queue is full.
const RETRY_AFTER: u32 = 5;

/// The iterations between two looks at the queue: less than a millisecond's.
const ITERATIONS: u32 = 1_000;

/// Begins, and is in a lane after that if it derives.
type Job = Box<dyn FnOnce() -> Option<Lane> + Send>;

#[derive(Debug)]
pub(super) struct Pool {
    queue: Sender<Job>,
}

impl Pool {
    /// Starts the threads; 0 for one a core.
    pub(super) fn start(threads: usize, queue: usize) -> Result<Self, std::io::Error> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let (sender, receiver) = flume::bounded(queue);
        for _ in 0..threads {
            let receiver = receiver.clone();
            std::thread::Builder::new().name("password-hash".to_owned()).spawn(move || work(&receiver))?;
        }
        Ok(Self { queue: sender })
    }

    /// Does the work on one of the threads.
    ///
    /// # Errors
    /// 503 when the queue is full.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Step<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        let (waiting, span) = (WaitingHash::begin(), Span::current());
        let job = move || {
            waiting.ends();
            let client = Client { sender, span, began: Instant::now() };
            // Nobody waits any more for a client that has gone.
            if client.sender.is_closed() { None } else { client.go_on(work) }
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

/// Who waits for what comes of the work.
struct Client<T> {
    sender: oneshot::Sender<T>,
    span: Span,
    began: Instant,
}

impl<T: Send + 'static> Client<T> {
    fn go_on(self, work: impl FnOnce() -> Step<T>) -> Option<Lane> {
        match self.span.in_scope(work) {
            Step::Derive(derivation, then) => Some(Lane { derivation, beneficiary: Box::new((self, then)) }),
            Step::Done(value) => {
                metrics::hashed(self.began.elapsed());
                let _ = self.sender.send(value);
                None
            }
        }
    }
}

/// A derivation under way.
struct Lane {
    derivation: Derivation,
    beneficiary: Box<dyn Beneficiary>,
}

/// Whom a derivation is for, whatever comes of it.
trait Beneficiary: Send {
    fn is_gone(&self) -> bool;

    /// Goes on with what was derived, which may be another derivation.
    fn go_on(self: Box<Self>, derived: [u8; 32]) -> Option<Lane>;
}

impl<T: Send + 'static> Beneficiary for (Client<T>, Box<dyn FnOnce([u8; 32]) -> Step<T> + Send>) {
    fn is_gone(&self) -> bool {
        self.0.sender.is_closed()
    }

    fn go_on(self: Box<Self>, derived: [u8; 32]) -> Option<Lane> {
        let (client, then) = *self;
        client.go_on(|| then(derived))
    }
}

/// Takes jobs until the pool is dropped.
fn work(queue: &Receiver<Job>) {
    let mut lanes: Vec<Lane> = Vec::with_capacity(LANES);
    loop {
        // One at a time, so that the threads share what waits.
        let next = match lanes.len() {
            0 => match queue.recv() {
                Ok(job) => Some(job),
                Err(_) => return,
            },
            LANES.. => None,
            _ => queue.try_recv().ok(),
        };
        lanes.extend(next.and_then(unless_it_panics));
        lanes.retain(|lane| !lane.beneficiary.is_gone());
        advance(lanes.iter_mut().map(|lane| &mut lane.derivation), ITERATIONS);
        lanes = lanes.into_iter().filter_map(Lane::go_on).collect();
    }
}

impl Lane {
    fn go_on(self) -> Option<Self> {
        match self.derivation.output() {
            Some(derived) => unless_it_panics(|| self.beneficiary.go_on(derived)),
            None => Some(self),
        }
    }
}

/// What panics fails alone.
fn unless_it_panics(work: impl FnOnce() -> Option<Lane>) -> Option<Lane> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_default()
}
