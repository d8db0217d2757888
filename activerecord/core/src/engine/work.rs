//! A user's own work in several steps, written once for both modes.

use super::{Access, Found, Operation, Session, Step};
use crate::error::{Error, Result};
use std::future::Future;

/// Several database steps, written once and run in either mode by [`run`](crate::Verbs::run).
///
/// It is a trait and not a closure because a closure cannot promise that its future is `Send`. It may await
/// database verbs on the session, nothing else; waiting for something else is a
/// [`ForeignWait`](crate::ErrorKind::ForeignWait) error, or a panic of whoever is waited for: it runs where the
/// database's work is done, which on SQLite is a thread outside of any tokio runtime.
///
/// Its steps are not one transaction by themselves: run it on a transaction, or put steps that belong together
/// into [`Session::savepoint`].
pub trait Work: Send + 'static {
    /// What it gives.
    type Output: Send + 'static;

    /// Whether it writes. On a database with a single writer, a work that only reads need not queue with the
    /// writers.
    const WRITES: bool = true;

    /// Does the steps.
    ///
    /// # Errors
    ///
    /// Whatever makes it fail.
    fn run(self, session: &Session<'_>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The operation of a [`Work`].
pub(crate) struct Worked<W>(Option<W>);

impl<W: Work> Worked<W> {
    pub(crate) fn new(work: W) -> Self {
        Self(Some(work))
    }
}

impl<W: Work> Operation for Worked<W> {
    type Found = Outcome<W::Output>;

    fn access(&self) -> Access {
        if W::WRITES { Access::Write } else { Access::Read }
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        found: &'r mut Outcome<W::Output>,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        Step::Waiting(async move {
            let work = self.0.take().ok_or_else(not_run)?;
            found.0 = Some(work.run(session).await?);
            Ok(())
        })
    }
}

/// What a work gives.
pub(crate) struct Outcome<T>(Option<T>);

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send> Found for Outcome<T> {
    type Value = T;

    fn into_value(self) -> Result<T> {
        self.0.ok_or_else(not_run)
    }
}

#[cold]
fn not_run() -> Error {
    Error::invalid("the work was run already, and runs once")
}
