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
    /// What it finds. It has a place of its own, into which what is read goes at once.
    type Found: Default + Send + 'static;

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

    /// Runs it. The runner keeps the operation, so that a record inside it is handed back whatever happens.
    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        found: &'r mut Self::Found,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send>;
}

/// A place for what is found.
pub(crate) trait Found {
    /// What a verb gives of it.
    type Value: Send;

    /// Gives it after a run that succeeded.
    ///
    /// # Errors
    ///
    /// Where there was no such run.
    fn into_value(self) -> Result<Self::Value>;
}

/// What a verb gives of what an operation finds.
type Value<O> = <<O as Operation>::Found as Found>::Value;

/// An answer that is there already, or the wait for it. Over a blocking connection nothing waits, and an answer that
/// was put into a future first would be written to memory and read from there for nothing.
#[derive(Debug)]
pub enum Step<T, F> {
    /// It is there.
    Ready(T),
    /// It is to be awaited.
    Waiting(F),
}

impl<T, F: Future<Output = T> + Send> Step<T, F> {
    /// The answer, where it is there.
    #[inline]
    pub(crate) fn ready(self) -> Option<T> {
        match self {
            Self::Ready(answer) => Some(answer),
            Self::Waiting(_) => None,
        }
    }

    /// Makes something else of the answer.
    #[inline]
    pub(crate) fn map<U>(
        self,
        change: impl FnOnce(T) -> U + Send,
    ) -> Step<U, impl Future<Output = U> + Send> {
        match self {
            Self::Ready(answer) => Step::Ready(change(answer)),
            Self::Waiting(wait) => Step::Waiting(async move { change(wait.await) }),
        }
    }

    /// The same whatever kind of future it is.
    #[inline]
    pub(crate) fn boxed<'f>(self) -> Step<T, Pin<Box<dyn Future<Output = T> + Send + 'f>>>
    where
        F: 'f,
    {
        match self {
            Self::Ready(answer) => Step::Ready(answer),
            Self::Waiting(wait) => Step::Waiting(Box::pin(wait)),
        }
    }
}

/// Gives the answer of a [`Step`], awaiting it where it is not there yet.
macro_rules! answer {
    ($step:expr) => {
        match $step {
            crate::engine::Step::Ready(answer) => answer,
            crate::engine::Step::Waiting(wait) => wait.await,
        }
    };
}

pub(crate) use answer;

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
    fn finish(
        rest: Self::Rest,
        operation: Self::Operation,
        found: <Self::Operation as Operation>::Found,
        end: End,
    ) -> Result<Self::Output, Self::Error>;
}

/// A call that has begun.
#[derive(Debug)]
pub enum Started<C: Call> {
    /// There is an operation to run.
    Run(C::Operation, C::Rest),
    /// There is nothing to run.
    Ready(Result<C::Output, C::Error>),
}

/// How a run ended. The operation and what it found come beside it, from where they are: to put them together would move
/// them in memory right after they were written, which costs as much as a small statement.
#[derive(Debug)]
pub struct End {
    pub(crate) result: Result<()>,
    /// The transaction that it ran in, whose end decides whether it stays.
    pub(crate) scope: Option<Arc<Scope>>,
}

impl End {
    /// What was found, or why the run failed.
    #[inline]
    pub(crate) fn value<F: Found>(self, found: F) -> Result<F::Value> {
        self.result?;
        found.into_value()
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

impl<O: Operation<Found: Found>> Call for Plain<O> {
    type Operation = O;
    type Rest = ();
    type Output = Value<O>;
    type Error = Error;

    fn start(self) -> Started<Self> {
        match self.0 {
            Ok(operation) => Started::Run(operation, ()),
            Err(error) => Started::Ready(Err(error)),
        }
    }

    fn finish((): (), _: O, found: O::Found, end: End) -> Result<Value<O>> {
        end.value(found)
    }
}

/// A call that makes something else of the operation's output.
pub(crate) struct Then<O, F> {
    operation: Result<O>,
    then: F,
}

impl<O: Operation<Found: Found>, T, F: FnOnce(Value<O>) -> Result<T>> Then<O, F> {
    pub(crate) fn new(operation: Result<O>, then: F) -> Self {
        Self { operation, then }
    }
}

impl<O: Operation<Found: Found>, T: Send, F: FnOnce(Value<O>) -> Result<T> + Send> Call for Then<O, F> {
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

    fn finish(then: F, _: O, found: O::Found, end: End) -> Result<T> {
        end.value(found).and_then(then)
    }
}

/// Runs an operation over a blocking connection, where every future is ready at once and one poll is the whole run.
#[inline]
pub(crate) fn run_now<O: Operation>(
    operation: &mut O,
    session: &mut Session<'_>,
    found: &mut O::Found,
) -> Result<()> {
    match operation.run(session, found) {
        Step::Ready(result) => result,
        Step::Waiting(wait) => now(pin!(wait)),
    }
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
