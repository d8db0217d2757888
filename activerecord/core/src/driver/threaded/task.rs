//! Operations on their way to a thread and back.

use super::Job;
use crate::driver::Interrupt;
use crate::driver::stop::{Stop, insist};
use crate::engine::{Operation, now, run_now};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::{Loan, Pool, TransactionState};
use crate::sql::Dialect;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// An operation on its way to a thread and back.
struct Task<O: Operation> {
    dialect: &'static dyn Dialect,
    state: Mutex<TaskState<O>>,
}

enum TaskState<O: Operation> {
    Queued(O, Loan<'static>, Option<Waker>),
    Running(Running, Option<Waker>),
    Done(O, O::Found, Result<()>, Option<Waker>),
    Panicked(Box<dyn std::any::Any + Send>, Option<Waker>),
    /// The future was dropped, or has taken the result.
    Over,
}

/// The connection of an operation that runs and can be stopped. However the run ends, be it by a panic, whoever gets the
/// connection next is not stopped by what was meant for it.
struct Stoppable<'t, O: Operation> {
    task: &'t Task<O>,
    loan: Loan<'static>,
}

impl<O: Operation> Drop for Stoppable<'_, O> {
    fn drop(&mut self) {
        if self.task.end() {
            // What an interrupted operation did is not known to the one who dropped it.
            self.loan.spoil();
        }
        if let Ok(line) = self.loan.line() {
            line.heed(None);
        }
    }
}

/// How to stop an operation that runs.
struct Running {
    stop: Stop,
    interrupt: Option<Arc<dyn Interrupt>>,
    dropped: bool,
}

impl<O: Operation> Task<O> {
    fn lock(&self) -> MutexGuard<'_, TaskState<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the work, unless it was withdrawn.
    fn take(&self) -> Option<(O, Loan<'static>)> {
        let mut state = self.lock();
        let running = TaskState::Running(
            Running {
                stop: Stop::default(),
                interrupt: None,
                dropped: false,
            },
            None,
        );
        match std::mem::replace(&mut *state, running) {
            TaskState::Queued(operation, loan, waker) => {
                if let TaskState::Running(_, place) = &mut *state {
                    *place = waker;
                }
                Some((operation, loan))
            }
            other => {
                *state = other;
                None
            }
        }
    }

    /// From here on the operation can be interrupted; `false` where it was dropped before.
    fn begin(&self, loan: &mut Loan<'_>) -> bool {
        let mut state = self.lock();
        match &mut *state {
            TaskState::Running(running, _) if !running.dropped => {
                if let Ok(line) = loan.line() {
                    line.heed(Some(running.stop.clone()));
                    running.interrupt = line.interrupter();
                }
                true
            }
            _ => false,
        }
    }

    /// Interrupts an operation that was dropped; `false` where it has ended.
    fn interrupt(&self) -> bool {
        match &*self.lock() {
            TaskState::Running(
                Running {
                    interrupt: Some(interrupt),
                    ..
                },
                _,
            ) => {
                interrupt.interrupt();
                true
            }
            _ => false,
        }
    }

    /// From here on the operation can no longer be interrupted; `true` where it was dropped while it ran.
    fn end(&self) -> bool {
        let mut state = self.lock();
        match &mut *state {
            TaskState::Running(running, _) => {
                running.interrupt = None;
                running.dropped
            }
            _ => false,
        }
    }

    fn perform(&self, operation: &mut O, found: &mut O::Found, loan: Loan<'static>) -> Result<()> {
        let mut stoppable = Stoppable { task: self, loan };
        let loan = &mut stoppable.loan;
        now(pin!(loan.open()))?;
        if !self.begin(loan) {
            return Err(canceled());
        }
        run_now(operation, &mut loan.session(self.dialect)?, found)
    }

    fn done(&self, finished: impl FnOnce(Option<Waker>) -> TaskState<O>) {
        let mut state = self.lock();
        let old = std::mem::replace(&mut *state, TaskState::Over);
        if let TaskState::Running(Running { dropped: false, .. }, waker) = old {
            *state = finished(waker);
        }
    }
}

#[cold]
fn canceled() -> Error {
    Error::new(ErrorKind::Canceled, "the call was dropped before it started")
}

impl<O: Operation> Job for Task<O> {
    fn run(&self) {
        let Some((mut operation, loan)) = self.take() else {
            return;
        };
        let mut found = O::Found::default();
        match catch_unwind(AssertUnwindSafe(|| {
            self.perform(&mut operation, &mut found, loan)
        })) {
            Ok(result) => self.done(|waker| TaskState::Done(operation, found, result, waker)),
            Err(panic) => self.done(|waker| TaskState::Panicked(panic, waker)),
        }
    }

    fn tell(&self) {
        let waker = match &mut *self.lock() {
            TaskState::Done(.., waker) | TaskState::Panicked(_, waker) => waker.take(),
            _ => None,
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// An operation that is back, with what it found and how its run ended.
type Flown<O> = (O, <O as Operation>::Found, Result<()>);

/// An operation under way on a thread.
struct Flight<O: Operation> {
    task: Arc<Task<O>>,
    /// The transaction it is part of, until its result was taken.
    transaction: Option<Arc<TransactionState>>,
}

impl<O: Operation> Future for Flight<O> {
    type Output = Flown<O>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.task.lock();
        match &mut *state {
            TaskState::Queued(_, _, waker) | TaskState::Running(_, waker) => {
                match waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => *waker = Some(context.waker().clone()),
                }
                return Poll::Pending;
            }
            TaskState::Done(..) | TaskState::Panicked(..) | TaskState::Over => {}
        }
        let over = std::mem::replace(&mut *state, TaskState::Over);
        drop(state);
        self.transaction = None;
        match over {
            TaskState::Done(operation, found, result, _) => Poll::Ready((operation, found, result)),
            TaskState::Panicked(panic, _) => resume_unwind(panic),
            // Polled after it was ready, which no caller of ours does.
            _ => Poll::Pending,
        }
    }
}

impl<O: Operation> Drop for Flight<O> {
    fn drop(&mut self) {
        if let Some(transaction) = self.transaction.take() {
            transaction.statement_dropped();
        }
        let mut state = self.task.lock();
        match &mut *state {
            TaskState::Running(running, waker) => {
                *waker = None;
                running.dropped = true;
                running.stop.say();
                drop(state);
                if self.task.interrupt() {
                    let task = self.task.clone();
                    insist(move || task.interrupt());
                }
            }
            _ => {
                let withdrawn = std::mem::replace(&mut *state, TaskState::Over);
                drop(state);
                drop(withdrawn);
            }
        }
    }
}

/// Runs an operation on a thread and hands it back with what came of it.
pub(crate) async fn run<O: Operation>(pool: &Pool, operation: O, loan: Loan<'static>) -> Flown<O> {
    let transaction = loan.transaction().cloned();
    let task = Arc::new(Task {
        dialect: pool.dialect,
        state: Mutex::new(TaskState::Queued(operation, loan, None)),
    });
    if let Err(error) = pool.workers().submit(task.clone()) {
        let queued = std::mem::replace(&mut *task.lock(), TaskState::Over);
        if let TaskState::Queued(operation, ..) = queued {
            return (operation, O::Found::default(), Err(error));
        }
    }
    Flight { task, transaction }.await
}
