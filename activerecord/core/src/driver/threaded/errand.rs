//! Closures on their way to a thread and back.

use super::{Job, Workers};
use crate::error::Result;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

/// A closure on its way to a thread and back. It is never withdrawn nor interrupted: once it was submitted it runs
/// to its end, whether anybody waits for it or not.
struct Errand<F, T> {
    state: Mutex<ErrandState<F, T>>,
}

enum ErrandState<F, T> {
    Queued(F, Option<Waker>),
    Running(Option<Waker>),
    Done(thread::Result<T>, Option<Waker>),
    Over,
}

impl<F, T> Errand<F, T> {
    fn lock(&self) -> MutexGuard<'_, ErrandState<F, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the work. The waker moves along under the same lock: whoever waits may leave another at any time.
    fn take(&self) -> Option<F> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, ErrandState::Over) {
            ErrandState::Queued(work, waker) => {
                *state = ErrandState::Running(waker);
                Some(work)
            }
            other => {
                *state = other;
                None
            }
        }
    }
}

impl<F: FnOnce() -> T + Send, T: Send> Job for Errand<F, T> {
    fn run(&self) {
        let Some(work) = self.take() else { return };
        let done = catch_unwind(AssertUnwindSafe(work));
        let mut state = self.lock();
        if let ErrandState::Running(waker) = std::mem::replace(&mut *state, ErrandState::Over) {
            *state = ErrandState::Done(done, waker);
        }
    }

    fn tell(&self) {
        if let ErrandState::Done(_, waker) = &mut *self.lock()
            && let Some(waker) = waker.take()
        {
            waker.wake();
        }
    }
}

/// Runs a closure on a thread of the database; dropped, the closure runs to its end all the same.
pub(crate) async fn blocking<F, T>(workers: &Arc<Workers>, work: F) -> Result<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let errand = Arc::new(Errand {
        state: Mutex::new(ErrandState::Queued(work, None)),
    });
    workers.submit(errand.clone())?;
    Ok(wait(&errand).await)
}

/// Runs a closure on a thread of the database and does not wait; here, where no thread takes it.
pub(crate) fn detached<F: FnOnce() + Send + 'static>(workers: &Arc<Workers>, work: F) {
    let errand = Arc::new(Errand {
        state: Mutex::new(ErrandState::Queued(work, None)),
    });
    if workers.submit(errand.clone()).is_err() {
        errand.run();
    }
}

/// Runs a closure on a thread made for it.
pub(crate) async fn elsewhere<F, T>(work: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let errand = Arc::new(Errand {
        state: Mutex::new(ErrandState::Queued(work, None)),
    });
    let job = errand.clone();
    let thread = thread::Builder::new().name("activerecord-connect".into());
    let started = thread.spawn(move || {
        job.run();
        job.tell();
    });
    if started.is_err() {
        errand.run();
    }
    wait(&errand).await
}

async fn wait<F, T>(errand: &Errand<F, T>) -> T {
    std::future::poll_fn(|context| {
        let mut state = errand.lock();
        match &mut *state {
            ErrandState::Queued(_, waker) | ErrandState::Running(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            ErrandState::Done(..) | ErrandState::Over => {
                match std::mem::replace(&mut *state, ErrandState::Over) {
                    ErrandState::Done(Ok(done), _) => Poll::Ready(done),
                    ErrandState::Done(Err(panic), _) => resume_unwind(panic),
                    _ => Poll::Pending,
                }
            }
        }
    })
    .await
}
