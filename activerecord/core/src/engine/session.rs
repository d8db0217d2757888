//! The connection as an operation sees it: one concrete type for both modes, and a handle itself.

use super::{Call, Done, Operation, Started, Work};
use crate::driver::{RowSink, Statement, TransactionOptions, Written};
use crate::error::Result;
use crate::handle::{Handle, Lease, Pending, Wire, Within, sealed};
use crate::record::Scope;
use crate::sql::Dialect;
use crate::value::SqlValue;
use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError};

/// The connection inside an operation: a handle whose verbs are awaited, whatever the mode outside.
///
/// Hooks and a [`Work`] get one. They may await its verbs and nothing else.
pub struct Session<'c> {
    wire: &'c Wire<'c>,
    /// The transaction or savepoint that writes on this session are part of.
    scope: Option<Arc<Scope>>,
}

impl<'c> Session<'c> {
    pub(crate) fn new(wire: &'c Wire<'c>, scope: Option<Arc<Scope>>) -> Self {
        Self { wire, scope }
    }

    /// Does a work's steps as one: in a savepoint inside a transaction, else in a transaction of their own. An
    /// error undoes all of it and leaves what was done before.
    ///
    /// # Errors
    ///
    /// What the work fails with, or what the database says at the end.
    ///
    /// # Cancel safety
    ///
    /// Dropped, all of it is undone when the operation around it ends.
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
        self.lease().query(&Statement::new(sql, params), sink)
    }

    #[expect(clippy::unused_async, reason = "a native async connection waits here")]
    pub(crate) async fn execute(&self, sql: &str, params: &[SqlValue<'_>]) -> Result<Written> {
        self.lease().execute(&Statement::new(sql, params))
    }

    pub(crate) fn sql_dialect(&self) -> &'static dyn Dialect {
        self.lease().dialect()
    }

    pub(crate) fn max_params(&self) -> usize {
        self.lease().max_params()
    }

    /// Begins a scope of its own: a transaction, or a savepoint inside one.
    pub(crate) fn begin(&self) -> Result<Session<'c>> {
        self.lease().begin(&TransactionOptions::default())?;
        Ok(Session {
            wire: self.wire,
            scope: Some(Scope::new(self.scope.clone())),
        })
    }

    /// Ends it: keeps what was done where the result is `Ok`, else undoes it.
    pub(crate) fn end<T>(self, result: Result<T>) -> Result<T> {
        let depth = self.lease().depth().saturating_sub(1);
        let ended = match &result {
            Ok(_) => self.lease().keep(),
            Err(_) => self.lease().unwind(depth),
        };
        if let Some(scope) = &self.scope {
            if result.is_ok() && ended.is_ok() {
                scope.keep()
            } else {
                scope.undo()
            }
        }
        // What made the work fail says more than a rollback that failed after it; the lease is closed then.
        result.and_then(|value| ended.map(|()| value))
    }

    fn lease(&self) -> MutexGuard<'_, &'c mut Lease> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
                    scope: self.scope.clone(),
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
