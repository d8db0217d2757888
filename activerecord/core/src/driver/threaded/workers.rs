//! The threads, and how work reaches them.

use crate::error::{Error, ErrorKind, Result};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvError, Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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

/// A thread stays awake for so long after its work: a caller that works in a loop comes with the next job sooner than a
/// sleeping thread wakes up on another core, which takes longer than a read by key does.
const AWAKE: Duration = Duration::from_micros(50);

/// Waits for the next order, at first awake.
fn wait(inbox: &Receiver<Order>) -> Result<Order, RecvError> {
    let end = Instant::now() + AWAKE;
    while Instant::now() < end {
        match inbox.try_recv() {
            Ok(order) => return Ok(order),
            Err(TryRecvError::Disconnected) => return Err(RecvError),
            // Where there is one core the caller needs it.
            Err(TryRecvError::Empty) => std::thread::yield_now(),
        }
    }
    inbox.recv()
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
            Next::Wait => match wait(&inbox) {
                Ok(order) => order,
                Err(_) => return,
            },
        };
    }
}
