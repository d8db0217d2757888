//! Stops what runs on a connection, by a thread beside the one that waits for it.

use super::may_block::may_block;
use super::{Cancel, Interrupt};
use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The longest wait for a connection to come to rest after its statement was stopped.
const LONGEST: Duration = Duration::from_secs(1);

/// How long the rest of a query that was broken off may take to read; then it is stopped.
const PATIENCE: Duration = Duration::from_millis(5);

/// Stops what runs on a blocking connection, by a thread beside it, and sees to it that no stop hits a statement that
/// is not meant.
///
/// Where a method asks for a sign of life, it wants what is left of an answer read and the database heard, within the
/// time given: `None` where that takes longer.
#[derive(Clone)]
pub struct Stopper(Arc<Shared>);

struct Shared {
    cancel: Arc<dyn Cancel>,
    state: Mutex<State>,
    told: Condvar,
}

#[derive(Default)]
struct State {
    /// A stop is on its way to the database.
    under_way: bool,
    /// One was asked for since the connection last came to rest.
    used: bool,
}

impl Stopper {
    /// Stops by way of another connection.
    pub fn new(cancel: Arc<dyn Cancel>) -> Self {
        Self(Arc::new(Shared {
            cancel,
            state: Mutex::default(),
            told: Condvar::new(),
        }))
    }

    /// Waits until a stop that was asked for can hit nothing any more: the next call is not meant.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) in an async task; [`ConnectionLost`](ErrorKind::ConnectionLost) where the
    /// connection does not come to rest, so that it MUST be closed.
    pub fn settle(&self, sign_of_life: impl FnOnce(Duration) -> Option<Result<()>>) -> Result<()> {
        if !self.0.lock().used {
            return Ok(());
        }
        may_block()?;
        let told = self.rest();
        match sign_of_life(LONGEST) {
            Some(Ok(())) if told => Ok(()),
            // The stop came too late for its statement and hit the sign of life.
            Some(Err(error)) if told && error.kind() == ErrorKind::Canceled => Ok(()),
            _ => Err(restless()),
        }
    }

    /// Leaves the rest of a query that nobody wants: it is read where that is soon done, and else stopped.
    ///
    /// # Errors
    ///
    /// As for [`settle`](Self::settle), or what the sign of life says.
    pub fn break_off(&self, mut sign_of_life: impl FnMut(Duration) -> Option<Result<()>>) -> Result<()> {
        if let Some(result) = sign_of_life(PATIENCE) {
            return result;
        }
        self.interrupt();
        self.settle(sign_of_life)
    }

    /// Waits until the database was told of every stop; `false` where that takes too long.
    fn rest(&self) -> bool {
        let end = Instant::now() + LONGEST;
        let mut state = self.0.lock();
        while state.under_way {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return false;
            };
            let waited = self.0.told.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.used = false;
        true
    }
}

impl Interrupt for Stopper {
    fn interrupt(&self) {
        let mut state = self.0.lock();
        // The one under way does it; who insists comes again after it.
        if state.under_way {
            return;
        }
        state.under_way = true;
        state.used = true;
        drop(state);
        let told = Told(self.0.clone());
        run_aside(Box::pin(async move {
            // That the database could not be reached is seen by who insists.
            let _ = tokio::time::timeout(LONGEST, told.0.cancel.cancel()).await;
        }));
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stopper").finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the database was told, or that nobody will tell it any more.
struct Told(Arc<Shared>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.lock().under_way = false;
        self.0.told.notify_all();
    }
}

#[cold]
fn restless() -> Error {
    let message = "the connection did not come to rest after its statement was stopped; it is closed";
    Error::new(ErrorKind::ConnectionLost, message)
}

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a future on the one thread for stops; drops it where there is no thread.
fn run_aside(job: Job) {
    static THREAD: Mutex<Option<UnboundedSender<Job>>> = Mutex::new(None);
    let mut thread = THREAD.lock().unwrap_or_else(PoisonError::into_inner);
    let sender = match thread.take() {
        Some(sender) if !sender.is_closed() => Some(sender),
        _ => start(),
    };
    if let Some(sender) = sender {
        // Where it has ended meanwhile the job is dropped, as it should be.
        let _ = sender.send(job);
        *thread = Some(sender);
    }
}

fn start() -> Option<UnboundedSender<Job>> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().ok()?;
    let (sender, jobs) = unbounded_channel();
    let thread = std::thread::Builder::new().name("activerecord-stop".into());
    thread.spawn(move || runtime.block_on(spawn_each(jobs))).ok()?;
    Some(sender)
}

async fn spawn_each(mut jobs: UnboundedReceiver<Job>) {
    while let Some(job) = jobs.recv().await {
        tokio::spawn(job);
    }
}
