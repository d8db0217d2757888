//! A user's own work in several steps, written once for both modes.

use super::{Access, Finding, Operation, Session};
use crate::error::{Error, Result};
use std::future::Future;

/// Several database steps, written once and run in either mode by [`run`](crate::Verbs::run).
///
/// It is a trait and not a closure because a closure cannot promise that its future is `Send`. It may await
/// database verbs on the session, nothing else; waiting for something else is a
/// [`ForeignWait`](crate::ErrorKind::ForeignWait) error.
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
pub(crate) struct Worked<W: Work> {
    work: Option<W>,
    output: Option<W::Output>,
}

impl<W: Work> Worked<W> {
    pub(crate) fn new(work: W) -> Self {
        Self {
            work: Some(work),
            output: None,
        }
    }
}

impl<W: Work> Operation for Worked<W> {
    fn access(&self) -> Access {
        if W::WRITES { Access::Write } else { Access::Read }
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<()> {
        let work = self.work.take().ok_or_else(not_run)?;
        self.output = Some(work.run(session).await?);
        Ok(())
    }
}

impl<W: Work> Finding for Worked<W> {
    type Output = W::Output;

    fn found(&mut self) -> Result<W::Output> {
        self.output.take().ok_or_else(not_run)
    }
}

#[cold]
fn not_run() -> Error {
    Error::invalid("the work was run already, and runs once")
}
