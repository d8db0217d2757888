//! Whether the caller's thread may wait.

use crate::error::{Error, Result};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use tokio::runtime::Handle;
use tokio::task::coop::poll_proceed;
use tokio::task::yield_now;

/// Whether this thread may wait: for a backend whose calls block until a server answers.
///
/// # Errors
///
/// [`Invalid`](crate::ErrorKind::Invalid) in an async task, where the wait would stop the tasks beside it.
pub fn may_block() -> Result<()> {
    // Without a runtime there is no task. With one there need not be one: `spawn_blocking`, `block_in_place` and a
    // thread that has entered a handle have a runtime too.
    if Handle::try_current().is_ok() && (has_a_budget() || is_scheduled()) {
        return Err(in_a_task());
    }
    Ok(())
}

#[cold]
pub(super) fn in_a_task() -> Error {
    Error::invalid(
        "a blocking call inside an async task would stop the tasks beside it; use AsyncDatabase or spawn_blocking",
    )
}

/// Whether what runs here has a budget of steps, as tokio gives one to each poll of a task. Blocking code has none.
fn has_a_budget() -> bool {
    // A budget is a `u8`.
    const MORE_THAN_ANY: usize = 256;
    let mut context = Context::from_waker(Waker::noop());
    let mut first = None;
    for _ in 0..MORE_THAN_ANY {
        match poll_proceed(&mut context) {
            Poll::Pending => return true,
            // Dropped at the end, the first one puts the whole budget back.
            Poll::Ready(step) if first.is_none() => first = Some(step),
            Poll::Ready(step) => step.made_progress(),
        }
    }
    false
}

/// Whether a scheduler polls this: it keeps the waker of one that yields until the poll is over, while elsewhere the
/// waker is called at once. That also tells of a task without a budget (`unconstrained`).
fn is_scheduled() -> bool {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let pending = pin!(yield_now())
        .poll(&mut Context::from_waker(&waker))
        .is_pending();
    pending && !woken.0.load(Ordering::Relaxed)
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
