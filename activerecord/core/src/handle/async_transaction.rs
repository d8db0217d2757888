//! The async transaction.

use super::mode::sealed;
use super::transaction::finish;
use super::transaction_state::{Callback, TransactionState};
use super::{AsyncDatabase, Asynchronous, Handle, Pending};
use crate::engine::Call;
use crate::error::{Error, Outcome, Result};
use crate::sql::Dialect;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

/// An open transaction, or a savepoint inside one.
///
/// It derefs to an [`AsyncDatabase`] over its own connection, so whatever takes a database takes it too. Dropped
/// without [`commit`](AsyncTransaction::commit) it rolls back, in the background.
#[derive(Debug)]
#[must_use = "dropped without `commit` it rolls back"]
pub struct AsyncTransaction {
    database: AsyncDatabase,
    state: Arc<TransactionState>,
}

impl AsyncTransaction {
    pub(super) fn new(database: AsyncDatabase, state: Arc<TransactionState>) -> Self {
        Self { database, state }
    }

    pub(super) fn handed_out(&self) {
        self.state.handed_out();
    }

    /// Commits: everything done in it is kept, or nothing. Then runs what was asked for by
    /// [`after_commit`](AsyncTransaction::after_commit).
    ///
    /// # Errors
    ///
    /// [`TransactionAborted`](crate::ErrorKind::TransactionAborted) where an earlier failure had ended it already;
    /// a deferred violation; [`CommitUnknown`](crate::ErrorKind::CommitUnknown) where the connection was lost on
    /// the way; [`AfterCommit`](crate::ErrorKind::AfterCommit) where it is committed but a callback failed.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll the commit is driven to its end all the same; the callbacks do not run then.
    /// Where a statement was dropped before, it first waits for that one's end; dropped meanwhile it rolls back.
    pub async fn commit(self) -> Result<()> {
        self.settle(true).await?;
        let mut results = Vec::new();
        for callback in self.state.due_callbacks() {
            results.push(callback.call().await);
        }
        finish(results.into_iter())
    }

    /// Rolls back: nothing done in it is kept.
    ///
    /// # Errors
    ///
    /// What the database says; the connection is then closed, which rolls back too.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it rolls back all the same.
    pub async fn rollback(self) -> Result<()> {
        self.settle(false).await
    }

    /// Asks for work after the commit. It runs once, after the outermost transaction is committed; a rollback
    /// forgets it.
    pub fn after_commit<F>(&self, callback: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        self.state
            .after_commit(Callback::Async(Box::new(move || Box::pin(callback()))));
    }

    /// Whether it is a savepoint inside another transaction.
    pub fn is_nested(&self) -> bool {
        self.state.is_nested()
    }

    async fn settle(&self, commit: bool) -> Result<()> {
        let (lease, aborted) = self.state.take_for_end_async().await?;
        let state = self.state.clone();
        let pool = self.database.source().pool();
        let ended = pool
            .drive(async move { state.end(lease, aborted, commit).await })
            .await;
        // Where nobody took it, the lease is rolled back or closed as it is dropped.
        ended.inspect_err(|error| match error.outcome() {
            Outcome::Unknown => self.state.scope().doubt(),
            _ => self.state.scope().undo(),
        })?
    }

    /// Ends a closure's transaction by its result: rolls back and waits for that, or commits.
    pub(super) async fn end<T, E: From<Error>>(self, result: Result<T, E>) -> Result<T, E> {
        match result {
            Ok(value) => {
                self.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error says more than a rollback that failed after it.
                let _ = self.rollback().await;
                Err(error)
            }
        }
    }

    pub(super) async fn end_shared<T>(transaction: Arc<Self>, result: Result<T>) -> Result<T> {
        match (Arc::try_unwrap(transaction), result) {
            (Ok(transaction), result) => transaction.end(result).await,
            (Err(shared), Err(error)) => {
                let _ = shared.settle(false).await;
                Err(error)
            }
            (Err(shared), Ok(_)) => {
                let _ = shared.settle(false).await;
                Err(Error::invalid(
                    "the closure kept its transaction beyond its end; it was rolled back",
                ))
            }
        }
    }
}

impl Callback {
    async fn call(self) -> Result<()> {
        match self {
            Self::Blocking(callback) => callback(),
            Self::Async(callback) => callback().await,
        }
    }
}

impl Drop for AsyncTransaction {
    fn drop(&mut self) {
        if let Some(lease) = self.state.abandon() {
            let state = self.state.clone();
            let pool = self.database.source().pool();
            // Where nobody takes it (the handle was closed), the lease rolls back as it is dropped.
            pool.drive_unattended(async move { state.end(lease, None, false).await });
        }
    }
}

impl Deref for AsyncTransaction {
    type Target = AsyncDatabase;

    fn deref(&self) -> &AsyncDatabase {
        &self.database
    }
}

impl sealed::Sealed for AsyncTransaction {}

impl Handle for AsyncTransaction {
    type Mode = Asynchronous;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Pending<'a, C::Output, C::Error> {
        self.database.perform(call)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.database.dialect()
    }
}
