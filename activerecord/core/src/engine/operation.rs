//! Operations: one verb's work, owned, so that it can cross to a thread and survive a dropped future.

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Scope;
use std::borrow::Cow;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// What a verb does on the database, in as many steps as it takes.
pub trait Operation: Send + 'static {
    /// Whether it writes.
    fn access(&self) -> Access {
        Access::Read
    }

    /// Whether it does nothing but read by SQL of this library's own, so that it may run once more where its connection
    /// was lost.
    fn only_reads(&self) -> bool {
        false
    }

    /// Whether it is one statement, so that others may run beside it on a connection that pipelines.
    fn is_one_statement(&self) -> bool {
        self.only_reads()
    }

    /// Runs it. The runner keeps the operation, so that a record inside it is handed back
    /// whatever happens.
    fn run(&mut self, session: &mut Session<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// An operation that keeps what it finds as it runs: what is read goes to its place at once, past the futures.
pub trait Finding: Operation {
    /// What it finds.
    type Output: Send;

    /// Gives what a run has found that succeeded.
    ///
    /// # Errors
    ///
    /// Where there was no such run.
    fn found(&mut self) -> Result<Self::Output>;
}

/// Whether an operation queues with the writers, where there is a queue of them.
#[derive(Debug, Clone)]
pub enum Access {
    /// It only reads.
    Read,
    /// It writes, or may write.
    Write,
    /// Raw SQL: the database tells whether it writes.
    Raw(Cow<'static, str>),
}

/// A verb's call: makes the operation when the call first runs, and takes what came of it.
pub trait Call: Sized + Send {
    /// The operation.
    type Operation: Operation;
    /// What is kept while it runs.
    type Rest: Send;
    /// What the verb gives.
    type Output: Send;
    /// How it fails.
    type Error: Send;

    /// Makes the operation, or tells the result where there is nothing to run. An async call does this at its
    /// first poll.
    fn start(self) -> Started<Self>;

    /// Takes what came of the operation.
    ///
    /// # Errors
    ///
    /// The verb's.
    fn finish(rest: Self::Rest, done: Done<Self::Operation>) -> Result<Self::Output, Self::Error>;
}

/// A call that has begun.
#[derive(Debug)]
pub enum Started<C: Call> {
    /// There is an operation to run.
    Run(C::Operation, C::Rest),
    /// There is nothing to run.
    Ready(Result<C::Output, C::Error>),
}

/// An operation that was run.
#[derive(Debug)]
pub struct Done<O: Operation> {
    pub(crate) operation: O,
    pub(crate) result: Result<()>,
    /// The transaction that it ran in, whose end decides whether it stays.
    pub(crate) scope: Option<Arc<Scope>>,
}

impl<O: Operation> Done<O> {
    /// One that is about to be run. It stays in its place from then on: moved in memory right after it was written, it
    /// would cost as much as a small statement.
    #[inline]
    pub(crate) fn new(operation: O) -> Self {
        Self {
            operation,
            result: Ok(()),
            scope: None,
        }
    }
}

impl<O: Finding> Done<O> {
    /// What the operation has found, or why it failed.
    #[inline]
    pub(crate) fn found(mut self) -> Result<O::Output> {
        self.result?;
        self.operation.found()
    }
}

/// A call that gives the operation's own output, or fails before anything is sent.
pub(crate) struct Plain<O>(Result<O>);

impl<O: Operation> Plain<O> {
    pub(crate) fn new(operation: O) -> Self {
        Self(Ok(operation))
    }

    pub(crate) fn of(operation: Result<O>) -> Self {
        Self(operation)
    }
}

impl<O: Finding> Call for Plain<O> {
    type Operation = O;
    type Rest = ();
    type Output = O::Output;
    type Error = Error;

    fn start(self) -> Started<Self> {
        match self.0 {
            Ok(operation) => Started::Run(operation, ()),
            Err(error) => Started::Ready(Err(error)),
        }
    }

    fn finish((): (), done: Done<O>) -> Result<O::Output> {
        done.found()
    }
}

/// A call that makes something else of the operation's output.
pub(crate) struct Then<O, F> {
    operation: Result<O>,
    then: F,
}

impl<O: Finding, T, F: FnOnce(O::Output) -> Result<T>> Then<O, F> {
    pub(crate) fn new(operation: Result<O>, then: F) -> Self {
        Self { operation, then }
    }
}

impl<O: Finding, T: Send, F: FnOnce(O::Output) -> Result<T> + Send> Call for Then<O, F> {
    type Operation = O;
    type Rest = F;
    type Output = T;
    type Error = Error;

    fn start(self) -> Started<Self> {
        match self.operation {
            Ok(operation) => Started::Run(operation, self.then),
            Err(error) => Started::Ready(Err(error)),
        }
    }

    fn finish(then: F, done: Done<O>) -> Result<T> {
        done.found().and_then(then)
    }
}

/// Runs an operation over a blocking connection, where every future is ready at once and one poll is the whole run.
#[inline]
pub(crate) fn run_now<O: Operation>(operation: &mut O, session: &mut Session<'_>) -> Result<()> {
    now(pin!(operation.run(session)))
}

/// Polls once. The future stays where its caller made it: those of operations are too large to be moved for nothing.
#[inline]
pub(crate) fn now<T>(future: Pin<&mut impl Future<Output = Result<T>>>) -> Result<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(foreign_wait()),
    }
}

#[cold]
fn foreign_wait() -> Error {
    Error::new(
        ErrorKind::ForeignWait,
        "a hook or a work waited for something other than the database; here it may await database verbs on its \
         session alone",
    )
}
