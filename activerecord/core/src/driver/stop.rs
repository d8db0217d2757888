//! How an operation whose caller went away is stopped.

use super::Interrupt;
use crate::error::{Error, ErrorKind, Result};
use scheduled_thread_pool::ScheduledThreadPool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Tells an operation between two statements that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn say(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a further statement may start.
    ///
    /// # Errors
    ///
    /// [`Canceled`](ErrorKind::Canceled) where it may not.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Acquire) {
            return Err(dropped());
        }
        Ok(())
    }
}

/// The way to interrupt a query, as long as it runs.
#[derive(Default)]
pub(crate) struct Switch(Mutex<Option<Arc<dyn Interrupt>>>);

impl Switch {
    /// From here on the query can be interrupted, or no longer.
    pub(crate) fn set(&self, interrupt: Option<Arc<dyn Interrupt>>) {
        *self.lock() = interrupt;
    }

    /// Interrupts the query until it has ended.
    pub(crate) fn press(self: Arc<Self>) {
        if self.interrupt() {
            insist(move || self.interrupt());
        }
    }

    /// Interrupts the query; `false` where it has ended.
    fn interrupt(&self) -> bool {
        let interrupt = self.lock();
        interrupt
            .as_ref()
            .inspect(|interrupt| interrupt.interrupt())
            .is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<dyn Interrupt>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cold]
fn dropped() -> Error {
    Error::new(
        ErrorKind::Canceled,
        "the call was dropped; no further statement of it was started",
    )
}

/// Interrupts again, ever more rarely, as long as there is something to stop. An interrupt between the moment a
/// statement is prepared and its first step is lost: databases take it for one that came too late for the statement
/// before.
pub(crate) fn insist(again: impl FnMut() -> bool + Send + 'static) {
    insist_after(Duration::from_millis(1), again);
}

fn insist_after(pause: Duration, mut again: impl FnMut() -> bool + Send + 'static) {
    const LONGEST: Duration = Duration::from_millis(100);
    static TIMER: OnceLock<ScheduledThreadPool> = OnceLock::new();
    let timer = TIMER.get_or_init(|| {
        let threads = ScheduledThreadPool::builder().num_threads(1);
        threads.thread_name_pattern("activerecord-stop").build()
    });
    timer.execute_after(pause, move || {
        if again() {
            insist_after((pause * 2).min(LONGEST), again);
        }
    });
}
