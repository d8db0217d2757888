//! The blocking transaction.

use super::mode::sealed;
use super::transaction_state::{Callback, TransactionState};
use super::{Blocking, Database, Handle};
use crate::driver::TransactionOptions;
use crate::engine::{Call, now};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::sql::Dialect;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// An open transaction, or a savepoint inside one.
///
/// It derefs to a [`Database`] over its own connection, so whatever takes a database takes it too. Dropped without
/// [`commit`](Transaction::commit) it rolls back.
#[derive(Debug)]
#[must_use = "dropped without `commit` it rolls back"]
pub struct Transaction {
    database: Database,
    state: Arc<TransactionState>,
}

impl Transaction {
    pub(super) fn new(database: Database, state: Arc<TransactionState>) -> Self {
        state.handed_out();
        Self { database, state }
    }

    /// Commits: everything done in it is kept, or nothing. Then runs what was asked for by
    /// [`after_commit`](Transaction::after_commit).
    ///
    /// # Errors
    ///
    /// [`TransactionAborted`](ErrorKind::TransactionAborted) where an earlier failure had ended it already; a
    /// deferred violation; [`CommitUnknown`](ErrorKind::CommitUnknown) where the connection was lost on the way;
    /// [`AfterCommit`](ErrorKind::AfterCommit) where it is committed but a callback failed.
    pub fn commit(self) -> Result<()> {
        let (lease, aborted) = self.state.take_for_end()?;
        now(pin!(self.state.end(lease, aborted, true)))?;
        finish(
            self.state
                .due_callbacks()
                .into_iter()
                .map(|callback| callback.call_blocking()),
        )
    }

    /// Rolls back: nothing done in it is kept.
    ///
    /// # Errors
    ///
    /// What the database says; the connection is then closed, which rolls back too.
    pub fn rollback(self) -> Result<()> {
        let (lease, aborted) = self.state.take_for_end()?;
        now(pin!(self.state.end(lease, aborted, false)))
    }

    /// Asks for work after the commit. It runs once, after the outermost transaction is committed; a rollback
    /// forgets it.
    pub fn after_commit(&self, callback: impl FnOnce() -> Result<()> + Send + 'static) {
        self.state.after_commit(Callback::Blocking(Box::new(callback)));
    }

    /// Whether it is a savepoint inside another transaction.
    pub fn is_nested(&self) -> bool {
        self.state.is_nested()
    }
}

impl Callback {
    fn call_blocking(self) -> Result<()> {
        match self {
            Self::Blocking(callback) => callback(),
            #[cfg(feature = "async")]
            Self::Async(callback) => now(pin!(callback())),
        }
    }
}

/// Tells the first callback that failed, once all have run.
pub(super) fn finish(results: impl Iterator<Item = Result<()>>) -> Result<()> {
    let mut first = Ok(());
    for result in results {
        first = first.and(result);
    }
    first.map_err(|error| {
        Error::new(
            ErrorKind::AfterCommit,
            format!("the transaction is committed, but a callback failed: {error}"),
        )
        .with_outcome(Outcome::Applied)
        .with_source(error)
    })
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(lease) = self.state.abandon() {
            // What the database says no longer matters: a connection that cannot roll back is closed.
            let _ = now(pin!(self.state.end(lease, None, false)));
        }
    }
}

impl Deref for Transaction {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl sealed::Sealed for Transaction {}

impl Handle for Transaction {
    type Mode = Blocking;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Result<C::Output, C::Error> {
        self.database.perform(call)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.database.dialect()
    }
}

/// How often a transaction runs again, and how long it waits before.
pub(super) struct Retries {
    left: u32,
    done: u32,
}

impl Retries {
    pub(super) fn new(options: &TransactionOptions) -> Self {
        Self {
            left: options.retries.unwrap_or(3),
            done: 0,
        }
    }

    /// Whether this error is worth another run.
    pub(super) fn again(&mut self, error: &Error) -> bool {
        if self.left == 0 || !error.is_retryable() {
            return false;
        }
        self.left -= 1;
        self.done += 1;
        true
    }

    /// Twice as long each time, up to 100 ms, and a random part of it, so that two which met do not meet again.
    pub(super) fn pause(&self) -> Duration {
        let most = 1000_u64 << self.done.min(7);
        let random = RandomState::new().build_hasher().finish();
        Duration::from_micros((most / 2 + random % (most / 2)).min(100_000))
    }
}
