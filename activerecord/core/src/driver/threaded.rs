//! The adapter that makes a blocking connection async: whole operations move to threads.
//!
//! One hop per operation, nothing borrowed. A job that has not started is withdrawn when its future is dropped;
//! one that runs is interrupted, under a lock that its end takes as well, so that no later operation on the same
//! connection is ever hit. No executor is needed: any that polls futures will do.

use super::Interrupt;
use super::stop::{Stop, insist};
use crate::engine::{Operation, run_now};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::{Loan, Ticket, TransactionState};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::Instant;

/// Waits for a future until a deadline.
pub(crate) async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut delay = None;
    std::future::poll_fn(move |context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // The timer is made only where there is a wait at all.
        let delay = delay.get_or_insert_with(|| {
            futures_timer::Delay::new(deadline.saturating_duration_since(Instant::now()))
        });
        Pin::new(delay).poll(context).map(|()| None)
    })
    .await
}

/// A piece of work for a thread.
pub(crate) trait Job: Send + Sync {
    /// Does the work.
    fn run(&self);

    /// Tells whoever waits, once the thread is free for the next job.
    fn tell(&self);
}

/// The threads of a database. There are never more jobs than connections, so the queue is bounded by the pool.
pub(crate) struct Workers {
    limit: usize,
    state: Mutex<State>,
    /// A thread has ended.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    /// Threads without work, the one that worked last on top: it is the warmest.
    idle: Vec<Sender<Order>>,
    backlog: VecDeque<Arc<dyn Job>>,
    threads: Vec<JoinHandle<()>>,
    /// Threads that have not ended.
    at_work: usize,
    closed: bool,
}

/// A job for an idle thread, with the way to reach that thread: it is on the idle stack or with the thread, never
/// both, so that a thread without either ends.
struct Order {
    job: Arc<dyn Job>,
    sender: Sender<Order>,
}

impl Workers {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            state: Mutex::default(),
            ended: Condvar::new(),
        })
    }

    /// Gives a job to a thread, or refuses where the threads are closed or cannot be started.
    pub(crate) fn submit(self: &Arc<Self>, job: Arc<dyn Job>) -> Result<()> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::new(
                ErrorKind::PoolClosed,
                "the database handle was closed",
            ));
        }
        let Some(job) = hand_over(&mut state, job) else {
            return Ok(());
        };
        if state.threads.len() >= self.limit {
            state.backlog.push_back(job);
            return Ok(());
        }
        let thread = self.start(job).map_err(|error| {
            Error::new(ErrorKind::Io, "a thread for the database could not be started").with_source(error)
        })?;
        state.threads.push(thread);
        state.at_work += 1;
        Ok(())
    }

    fn start(self: &Arc<Self>, first: Arc<dyn Job>) -> std::io::Result<JoinHandle<()>> {
        let workers = Arc::downgrade(self);
        std::thread::Builder::new()
            .name("activerecord".into())
            .spawn(move || {
                let leaving = Leaving(workers);
                work(&leaving.0, first);
            })
    }

    /// Ends the threads once their work is done, and waits for that until the deadline. A thread that closes does not
    /// wait for itself.
    pub(crate) fn close(&self, deadline: Instant) {
        let mut state = self.lock();
        state.closed = true;
        state.idle.clear();
        let here = std::thread::current().id();
        let own = state.threads.iter().any(|thread| thread.thread().id() == here);
        while state.at_work > usize::from(own) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return;
            };
            let waited = self.ended.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != here) {
            // A thread only ends by panic where a job's panic was not caught, which is caught.
            let _ = thread.join();
        }
    }

    /// The thread's next job: from the backlog, or `Wait` with the thread on the idle stack.
    fn next(&self, sender: Sender<Order>) -> Next {
        let mut state = self.lock();
        if let Some(job) = state.backlog.pop_front() {
            return Next::Job(Order { job, sender });
        }
        if state.closed {
            return Next::End;
        }
        state.idle.push(sender);
        Next::Wait
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells that a thread has ended, however that came.
struct Leaving(Weak<Workers>);

impl Drop for Leaving {
    fn drop(&mut self) {
        if let Some(workers) = self.0.upgrade() {
            workers.lock().at_work -= 1;
            workers.ended.notify_all();
        }
    }
}

enum Next {
    Job(Order),
    Wait,
    End,
}

/// Gives the job to the warmest idle thread; gives it back where there is none.
fn hand_over(state: &mut State, job: Arc<dyn Job>) -> Option<Arc<dyn Job>> {
    let mut job = job;
    while let Some(thread) = state.idle.pop() {
        match thread.send(Order {
            job,
            sender: thread.clone(),
        }) {
            Ok(()) => return None,
            Err(unsent) => job = unsent.0.job,
        }
    }
    Some(job)
}

/// What a thread does until nobody can give it work any more.
fn work(workers: &Weak<Workers>, first: Arc<dyn Job>) {
    let (sender, inbox) = channel();
    let mut order = Order { job: first, sender };
    loop {
        let Order { job, sender } = order;
        job.run();
        // The thread is free before the caller is told, so that the caller's next job finds it warm.
        let next = workers
            .upgrade()
            .map_or(Next::End, |workers| workers.next(sender));
        job.tell();
        drop(job);
        order = match next {
            Next::Job(order) => order,
            Next::End => return,
            Next::Wait => match inbox.recv() {
                Ok(order) => order,
                Err(_) => return,
            },
        };
    }
}

/// An operation on its way to a thread and back.
struct Task<O: Operation> {
    state: Mutex<TaskState<O>>,
}

enum TaskState<O: Operation> {
    Queued(O, Ticket, Option<Waker>),
    Running(Running, Option<Waker>),
    Done(O, Result<O::Output>, Option<Waker>),
    Panicked(Box<dyn std::any::Any + Send>, Option<Waker>),
    /// The future was dropped, or has taken the result.
    Over,
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
    fn take(&self) -> Option<(O, Ticket)> {
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
            TaskState::Queued(operation, ticket, waker) => {
                if let TaskState::Running(_, place) = &mut *state {
                    *place = waker;
                }
                Some((operation, ticket))
            }
            other => {
                *state = other;
                None
            }
        }
    }

    /// From here on the operation can be interrupted; `false` where it was dropped before.
    fn begin(&self, loan: &mut Loan) -> bool {
        let mut state = self.lock();
        match &mut *state {
            TaskState::Running(running, _) if !running.dropped => {
                if let Ok(lease) = loan.lease() {
                    lease.heed(Some(running.stop.clone()));
                    running.interrupt = lease.interrupter();
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

    fn perform(&self, operation: &mut O, ticket: Ticket) -> Result<O::Output> {
        let mut loan = ticket.open()?;
        if !self.begin(&mut loan) {
            return Err(canceled());
        }
        let result = run_now(&mut loan, operation);
        if self.end() {
            // What an interrupted operation did is not known to the one who dropped it.
            loan.spoil();
        }
        if let Ok(lease) = loan.lease() {
            lease.heed(None);
        }
        result
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
        let Some((mut operation, ticket)) = self.take() else {
            return;
        };
        match catch_unwind(AssertUnwindSafe(|| self.perform(&mut operation, ticket))) {
            Ok(result) => self.done(|waker| TaskState::Done(operation, result, waker)),
            Err(panic) => {
                self.end();
                self.done(|waker| TaskState::Panicked(panic, waker));
            }
        }
    }

    fn tell(&self) {
        let waker = match &mut *self.lock() {
            TaskState::Done(_, _, waker) | TaskState::Panicked(_, waker) => waker.take(),
            _ => None,
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// An operation under way on a thread.
struct Flight<O: Operation> {
    task: Arc<Task<O>>,
    /// The transaction it is part of, until its result was taken.
    transaction: Option<Arc<TransactionState>>,
}

impl<O: Operation> Future for Flight<O> {
    type Output = (O, Result<O::Output>);

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
            TaskState::Done(operation, result, _) => Poll::Ready((operation, result)),
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
pub(crate) async fn run<O: Operation>(
    workers: &Arc<Workers>,
    operation: O,
    ticket: Ticket,
) -> (O, Result<O::Output>) {
    let transaction = ticket.transaction();
    let task = Arc::new(Task {
        state: Mutex::new(TaskState::Queued(operation, ticket, None)),
    });
    if let Err(error) = workers.submit(task.clone()) {
        let queued = std::mem::replace(&mut *task.lock(), TaskState::Over);
        if let TaskState::Queued(operation, ..) = queued {
            return (operation, Err(error));
        }
    }
    Flight { task, transaction }.await
}

/// Hands a job over.
pub(crate) fn submit(workers: &Arc<Workers>, job: Arc<dyn Job>) -> Result<()> {
    workers.submit(job)
}

/// A closure on its way to a thread and back. It is never withdrawn nor interrupted: once it was submitted it runs
/// to its end, whether anybody waits for it or not.
struct Errand<F, T> {
    state: Mutex<ErrandState<F, T>>,
}

enum ErrandState<F, T> {
    Queued(F, Option<Waker>),
    Running(Option<Waker>),
    Done(T, Option<Waker>),
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
        let done = work();
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
    let thread = std::thread::Builder::new().name("activerecord-connect".into());
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
                    ErrandState::Done(done, _) => Poll::Ready(done),
                    _ => Poll::Pending,
                }
            }
        }
    })
    .await
}
