//! The connection as an operation sees it: one concrete type for both modes, and a handle itself.

use super::{Call, End, Operation, Started, Step, Work, answer};
use crate::driver::{RowSink, Statement, TransactionOptions, Written};
use crate::error::{Error, Outcome, Result};
use crate::handle::{Handle, Line, Pending, Wire, Wired, Within, sealed};
use crate::record::Scope;
use crate::sql::Dialect;
use crate::value::SqlValue;
use atomic_refcell::AtomicRefMut;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "native")]
use {
    crate::driver::AsyncConnection,
    crate::observe::{Counted, Watch},
};

/// A natively async connection that a statement is about to be sent on, and who wants to hear of it.
#[cfg(feature = "native")]
type Departure = (Arc<dyn AsyncConnection>, Option<Watch>);

/// The connection inside an operation: a handle whose verbs are awaited, whatever the mode outside.
///
/// Hooks and a [`Work`] get one. They may await its verbs and nothing else.
pub struct Session<'c> {
    wire: Hold<'c>,
    dialect: &'static dyn Dialect,
    /// The transaction or savepoint that writes on this session are part of.
    scope: Option<Cow<'c, Arc<Scope>>>,
    /// How many transactions and savepoints are open around what is done on this session.
    depth: u32,
    /// Whether this session began the innermost of them and has not ended it.
    open: bool,
}

/// What one statement is run for again and again.
pub(crate) trait Batch: Send + Sync {
    /// The parameters of the next run; `None` once there is nothing left to do.
    fn params(&self) -> Option<Vec<SqlValue<'_>>>;

    /// Takes what the database told of that run.
    ///
    /// # Errors
    ///
    /// What ends the batch.
    fn told(&mut self, written: Result<Written>) -> Result<()>;
}

/// How a session has the connection: by itself, or together with the session that it is part of.
///
/// By itself it needs no look at whether another step is under way.
enum Hold<'c> {
    Own(Wire<'c>),
    Part(&'c dyn Wired),
}

impl Hold<'_> {
    fn wired(&self) -> &dyn Wired {
        match self {
            Self::Own(wire) => wire,
            Self::Part(wired) => *wired,
        }
    }
}

impl<'c> Session<'c> {
    #[inline]
    pub(crate) fn new(
        wire: Wire<'c>,
        dialect: &'static dyn Dialect,
        scope: Option<&'c Arc<Scope>>,
        depth: u32,
    ) -> Self {
        Self {
            wire: Hold::Own(wire),
            dialect,
            scope: scope.map(Cow::Borrowed),
            depth,
            open: false,
        }
    }

    /// The same connection, together with this session.
    fn part(&self) -> Session<'_> {
        Session {
            wire: Hold::Part(self.wire.wired()),
            dialect: self.dialect,
            scope: self.scope.as_deref().map(Cow::Borrowed),
            depth: self.depth,
            open: false,
        }
    }

    /// Whether it answers before it gives a future.
    #[inline]
    pub(crate) fn answers_at_once(&self) -> bool {
        matches!(self.wire, Hold::Own(Wire::Own(_)))
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
        let inner = self.begin().await?;
        let result = work.run(&inner).await;
        inner.end(result).await
    }

    /// Runs a query. On a blocking connection that the session has by itself it is over before this returns.
    #[inline]
    pub(crate) fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [SqlValue<'a>],
        sink: &'a mut dyn RowSink,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send + use<'a, 'c>> {
        let statement = Statement::new(sql, params);
        match self.sole_line() {
            Ok(Some(line)) => Step::Ready(line.query(&statement, sink)),
            Ok(None) => Step::Waiting(self.query_together(statement, sink)),
            Err(error) => Step::Ready(Err(error)),
        }
    }

    #[cfg_attr(
        not(feature = "native"),
        expect(clippy::unused_async, reason = "a native connection waits")
    )]
    async fn query_together(&self, statement: Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        #[cfg(feature = "native")]
        if !self.wire.wired().blocks() {
            return self.query_native(&statement, sink).await;
        }
        self.own_line()?.query(&statement, sink)
    }

    #[cfg(feature = "native")]
    async fn query_native(&self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        let (connection, watch) = self.depart().await?;
        let mut counted = Counted::new(sink);
        let result = connection.query(statement, &mut counted).await;
        self.arrive(watch, statement, counted.rows, result.as_ref().err())?;
        result
    }

    /// Runs a statement for its effect, as [`query`](Session::query) does.
    #[inline]
    pub(crate) fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [SqlValue<'a>],
    ) -> Step<Result<Written>, impl Future<Output = Result<Written>> + Send + use<'a, 'c>> {
        let statement = Statement::new(sql, params);
        match self.sole_line() {
            Ok(Some(line)) => Step::Ready(line.execute(&statement)),
            Ok(None) => Step::Waiting(self.execute_together(statement)),
            Err(error) => Step::Ready(Err(error)),
        }
    }

    #[cfg_attr(
        not(feature = "native"),
        expect(clippy::unused_async, reason = "a native connection waits")
    )]
    async fn execute_together(&self, statement: Statement<'_>) -> Result<Written> {
        #[cfg(feature = "native")]
        if !self.wire.wired().blocks() {
            return self.execute_native(&statement).await;
        }
        self.own_line()?.execute(&statement)
    }

    /// Runs one statement once for each part of a batch.
    pub(crate) async fn execute_batch(&self, sql: &str, batch: &mut dyn Batch) -> Result<()> {
        #[cfg(feature = "native")]
        if !self.wire.wired().blocks() {
            while let Some(params) = batch.params() {
                let written = self.execute_native(&Statement::new(sql, &params)).await;
                SqlValue::drop_all(params);
                batch.told(written)?;
            }
            return Ok(());
        }
        self.own_line()?.repeat(sql, &mut |execute| {
            while let Some(params) = batch.params() {
                let written = execute(&params);
                SqlValue::drop_all(params);
                batch.told(written)?;
            }
            Ok(())
        })
    }

    #[cfg(feature = "native")]
    async fn execute_native(&self, statement: &Statement<'_>) -> Result<Written> {
        let (connection, watch) = self.depart().await?;
        let result = connection.execute(statement).await;
        let rows = result.as_ref().map_or(0, |written| written.rows);
        self.arrive(watch, statement, rows, result.as_ref().err())?;
        result
    }

    /// Readies a statement for a natively async connection.
    #[cfg(feature = "native")]
    async fn depart(&self) -> Result<Departure> {
        if let Some(share) = self.wire.wired().share() {
            let (connection, observer) = share.depart()?;
            return Ok((connection, observer.watch()));
        }
        self.line()?.undo_given_up(self.depth).await?;
        let mut line = self.own_line()?;
        let connection = line.depart().ok_or_else(busy)?;
        Ok((connection, line.observer.watch()))
    }

    #[cfg(feature = "native")]
    fn arrive(
        &self,
        watch: Option<Watch>,
        statement: &Statement<'_>,
        rows: u64,
        error: Option<&Error>,
    ) -> Result<()> {
        if let Some(watch) = watch {
            watch.tell(statement, rows, error);
        }
        match self.wire.wired().share() {
            Some(share) => share.arrive(error),
            None => self.line()?.arrive(error),
        }
        Ok(())
    }

    /// Takes note of raw SQL, which may leave something on its session.
    pub(crate) fn runs_raw(&self, sql: &str) {
        let wired = self.wire.wired();
        #[cfg(feature = "native")]
        if let Some(share) = wired.share() {
            return share.runs_raw(sql);
        }
        if let Some(mut line) = wired.exclusive() {
            line.runs_raw(sql);
        }
    }

    pub(crate) fn sql_dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    pub(crate) fn max_params(&self) -> Result<usize> {
        #[cfg(feature = "native")]
        if let Some(share) = self.wire.wired().share() {
            return Ok(share.max_params());
        }
        Ok(self.line()?.max_params())
    }

    /// Begins a scope of its own: a transaction, or a savepoint inside one.
    pub(crate) async fn begin(&self) -> Result<Session<'_>> {
        #[cfg(feature = "native")]
        self.line()?.undo_given_up(self.depth).await?;
        self.own_line()?.begin(&TransactionOptions::default()).await?;
        Ok(Session {
            wire: Hold::Part(self.wire.wired()),
            dialect: self.dialect,
            scope: Some(Cow::Owned(Scope::new(self.scope()))),
            depth: self.depth + 1,
            open: true,
        })
    }

    /// Ends it: keeps what was done where the result is `Ok`, else undoes it.
    pub(crate) async fn end<T>(mut self, result: Result<T>) -> Result<T> {
        self.open = false;
        let ended = self.end_scope(result.is_ok()).await;
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

    async fn end_scope(&self, keep: bool) -> Result<()> {
        #[cfg(feature = "native")]
        let _ = self.line()?.undo_given_up(self.depth).await;
        let kept = match keep {
            true => match self.own_line() {
                Ok(mut line) => line.keep().await,
                Err(error) => Err(error),
            },
            false => Ok(()),
        };
        // Where it was kept there is nothing left to undo.
        kept.and(self.line()?.unwind(self.depth - 1).await)
    }

    /// The blocking connection, where this session has it by itself.
    #[inline]
    fn sole_line(&mut self) -> Result<Option<&mut Line>> {
        let Hold::Own(Wire::Own(line)) = &mut self.wire else {
            return Ok(None);
        };
        match line.get_mut() {
            line if line.depth() == self.depth => Ok(Some(line)),
            _ => Err(busy()),
        }
    }

    /// The connection, unless a savepoint of this session is open on it: what would be done here would be undone with
    /// that.
    fn own_line(&self) -> Result<AtomicRefMut<'_, Line>> {
        let line = self.line()?;
        if line.depth() == self.depth {
            Ok(line)
        } else {
            Err(busy())
        }
    }

    /// The connection, unless a step of transaction control is under way on it.
    fn line(&self) -> Result<AtomicRefMut<'_, Line>> {
        self.wire.wired().exclusive().ok_or_else(busy)
    }
}

/// A savepoint that was given up half way is undone.
impl Drop for Session<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        // Where another step of transaction control is under way, the end of the operation undoes it.
        if let Ok(mut line) = self.line() {
            line.give_up(self.depth - 1);
        }
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
            let mut found = Default::default();
            let result = answer!(operation.run(&mut self.part(), &mut found));
            let scope = self.scope();
            C::finish(rest, operation, found, End { result, scope })
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
