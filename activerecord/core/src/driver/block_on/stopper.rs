//! Stops what runs on a connection, by a thread beside the one that waits for it.

use crate::driver::{Cancel, Interrupt};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The way to stop what runs on a connection.
#[derive(Clone)]
pub(super) struct Stopper(Arc<Shared>);

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
    pub(super) fn new(cancel: Arc<dyn Cancel>) -> Self {
        Self(Arc::new(Shared {
            cancel,
            state: Mutex::default(),
            told: Condvar::new(),
        }))
    }

    /// Whether a stop was asked for that may still be on its way.
    pub(super) fn was_used(&self) -> bool {
        self.0.lock().used
    }

    /// Waits until the database was told of every stop; `false` where that takes too long.
    pub(super) fn rest(&self, longest: Duration) -> bool {
        let end = Instant::now() + longest;
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
            let _ = tokio::time::timeout(super::LONGEST, told.0.cancel.cancel()).await;
        }));
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
