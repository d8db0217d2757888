//! The connection as an operation sees it: one concrete type for both modes, and a handle itself.

use super::{Call, Done, Operation, Started, Work};
use crate::driver::{RowSink, Statement, TransactionOptions, Written};
use crate::error::{Error, Outcome, Result};
use crate::handle::{Handle, Lease, Pending, Wire, Within, sealed};
use crate::record::Scope;
use crate::sql::Dialect;
use crate::value::SqlValue;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError};

/// The connection inside an operation: a handle whose verbs are awaited, whatever the mode outside.
///
/// Hooks and a [`Work`] get one. They may await its verbs and nothing else.
pub struct Session<'c> {
    wire: &'c Wire<'c>,
    dialect: &'static dyn Dialect,
    /// The transaction or savepoint that writes on this session are part of.
    scope: Option<Cow<'c, Arc<Scope>>>,
    /// How many transactions and savepoints are open around what is done on this session.
    depth: u32,
    /// Whether this session began the innermost of them and has not ended it.
    open: bool,
}

impl<'c> Session<'c> {
    pub(crate) fn new(
        wire: &'c Wire<'c>,
        dialect: &'static dyn Dialect,
        scope: Option<&'c Arc<Scope>>,
        depth: u32,
    ) -> Self {
        Self {
            wire,
            dialect,
            scope: scope.map(Cow::Borrowed),
            depth,
            open: false,
        }
    }

    fn scope(&self) -> Option<Arc<Scope>> {
        self.scope.as_deref().cloned()
    }

    /// Does a work's steps as one: in a savepoint inside a transaction, else in a transaction of their own. An
    /// error undoes all of it and leaves what was done before.
    ///
    /// # Errors
    ///
    /// What the work fails with, or what the database says at the end. [`Invalid`](crate::ErrorKind::Invalid) while
    /// another savepoint of this session is open.
    ///
    /// # Cancel safety
    ///
    /// Dropped, all of it is undone.
    pub async fn savepoint<W: Work>(&self, work: W) -> Result<W::Output> {
        let inner = self.begin()?;
        let result = work.run(&inner).await;
        inner.end(result)
    }

    #[expect(clippy::unused_async, reason = "a native async connection waits here")]
    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[SqlValue<'_>],
        sink: &mut dyn RowSink,
    ) -> Result<()> {
        self.own_lease()?.query(&Statement::new(sql, params), sink)
    }

    #[expect(clippy::unused_async, reason = "a native async connection waits here")]
    pub(crate) async fn execute(&self, sql: &str, params: &[SqlValue<'_>]) -> Result<Written> {
        self.own_lease()?.execute(&Statement::new(sql, params))
    }

    pub(crate) fn sql_dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    pub(crate) fn max_params(&self) -> usize {
        self.lease().max_params()
    }

    /// Begins a scope of its own: a transaction, or a savepoint inside one.
    pub(crate) fn begin(&self) -> Result<Session<'c>> {
        self.own_lease()?.begin(&TransactionOptions::default())?;
        Ok(Session {
            wire: self.wire,
            dialect: self.dialect,
            scope: Some(Cow::Owned(Scope::new(self.scope()))),
            depth: self.depth + 1,
            open: true,
        })
    }

    /// Ends it: keeps what was done where the result is `Ok`, else undoes it.
    pub(crate) fn end<T>(mut self, result: Result<T>) -> Result<T> {
        self.open = false;
        let ended = match &result {
            Ok(_) => self.own_lease().and_then(|mut lease| lease.keep()),
            Err(_) => Ok(()),
        };
        // Where it was kept there is nothing left to undo.
        let ended = ended.and(self.lease().unwind(self.depth - 1));
        if let Some(scope) = &self.scope {
            match &ended {
                Err(error) if error.outcome() == Outcome::Unknown => scope.doubt(),
                Ok(()) if result.is_ok() => scope.keep(),
                _ => scope.undo(),
            }
        }
        match result {
            Ok(value) => ended.map(|()| value),
            // What made the work fail says more than a rollback that failed after it; the lease is closed then.
            Err(error) => Err(error.with_outcome(Outcome::NotApplied)),
        }
    }

    /// The connection, unless a savepoint of this session is open on it: what would be done here would be undone with
    /// that.
    fn own_lease(&self) -> Result<MutexGuard<'_, &'c mut Lease>> {
        let lease = self.lease();
        if lease.depth() == self.depth {
            Ok(lease)
        } else {
            Err(busy())
        }
    }

    fn lease(&self) -> MutexGuard<'_, &'c mut Lease> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A savepoint that was given up half way is undone.
impl Drop for Session<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        // Where that fails the lease is closed when the operation ends.
        let _ = self.lease().unwind(self.depth - 1);
        if let Some(scope) = &self.scope {
            scope.undo();
        }
    }
}

#[cold]
fn busy() -> Error {
    Error::invalid("a savepoint of this session is open; await it first, or use its own session")
}

impl sealed::Sealed for Session<'_> {}

impl Handle for Session<'_> {
    type Mode = Within;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Pending<'a, C::Output, C::Error> {
        Pending::new(async move {
            let (mut operation, rest) = match call.start() {
                Started::Run(operation, rest) => (operation, rest),
                Started::Ready(result) => return result,
            };
            let result = operation.run(self).await;
            C::finish(
                rest,
                Done {
                    operation,
                    result,
                    scope: self.scope(),
                },
            )
        })
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.sql_dialect()
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Session")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
