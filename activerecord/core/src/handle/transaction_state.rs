//! The inner state of a transaction or savepoint, the same for both modes.

use super::gate::{Gate, Ticket};
use super::lease::{Held, Lease};
use super::line::Line;
#[cfg(feature = "async")]
use super::loan::{Lent, Loan};
#[cfg(feature = "native")]
use super::share::Sharing;
#[cfg(feature = "native")]
use super::transaction_status::{Reach, of_the_other_mode};
use super::transaction_status::{Status, ended};
#[cfg(feature = "async")]
use crate::driver::threaded::until;
use crate::engine::now;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::record::Scope;
#[cfg(feature = "async")]
use std::borrow::Cow;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A transaction, or a savepoint inside one. It holds the connection while no statement and no inner savepoint
/// does.
pub(crate) struct TransactionState {
    /// One statement at a time, first come, first served.
    connection: Gate<Lease<'static>>,
    status: AtomicU8,
    scope: Arc<Scope>,
    parent: Option<Arc<TransactionState>>,
    /// How many transactions and savepoints are open inside it, itself included.
    depth: u32,
    timeout: Duration,
    callbacks: Mutex<Vec<Callback>>,
    #[cfg(feature = "native")]
    reach: Reach,
    #[cfg(feature = "native")]
    sharing: Sharing,
}

/// Work to be done once the outermost transaction is committed.
pub(crate) enum Callback {
    Blocking(Box<dyn FnOnce() -> Result<()> + Send>),
    #[cfg(feature = "async")]
    Async(Box<dyn FnOnce() -> Work + Send>),
}

/// Work that is awaited.
#[cfg(feature = "async")]
type Work = std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// What a connection is taken out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Statement,
    /// One statement, beside which others may run.
    #[cfg(feature = "native")]
    OneStatement,
    Iteration,
}

impl TransactionState {
    /// Wraps a lease on which a transaction was just begun.
    pub(crate) fn outermost(lease: Lease<'static>) -> Result<Arc<Self>> {
        Self::new(Ticket::new(lease), None)
    }

    /// Wraps a lease on which a savepoint was just set.
    pub(crate) fn nested(parent: Arc<Self>, lease: Held) -> Result<Arc<Self>> {
        Self::new(lease, Some(parent))
    }

    fn new(mut lease: Held, parent: Option<Arc<Self>>) -> Result<Arc<Self>> {
        let scope = Scope::new(parent.as_ref().map(|parent| parent.scope.clone()));
        #[cfg(feature = "native")]
        let reach = Reach::of(&mut lease)?;
        Ok(Arc::new(Self {
            depth: lease.line()?.depth(),
            timeout: lease.lease()?.pool().timeout,
            connection: Gate::of([lease]),
            status: AtomicU8::new(Status::Open as u8),
            scope,
            parent,
            callbacks: Mutex::default(),
            #[cfg(feature = "native")]
            reach,
            #[cfg(feature = "native")]
            sharing: Sharing::default(),
        }))
    }

    pub(crate) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    pub(crate) fn is_nested(&self) -> bool {
        self.parent.is_some()
    }

    /// Takes the connection for a statement, waiting for one that runs.
    pub(crate) fn enter(self: &Arc<Self>, purpose: Purpose) -> Result<Held> {
        #[cfg(feature = "native")]
        if self.reach == Reach::Async {
            return Err(of_the_other_mode());
        }
        let lease = match self.connection.try_enter() {
            Some(lease) => lease,
            None => self.wait_for_lease()?,
        };
        let lease = self.entered(lease)?;
        self.lent(purpose);
        Ok(lease)
    }

    fn wait_for_lease(&self) -> Result<Held> {
        // What would wait for itself is refused at once.
        self.check()?;
        let lease = self.connection.enter_until(Instant::now() + self.timeout);
        lease.ok_or_else(|| self.timed_out())
    }

    #[cfg(feature = "async")]
    pub(crate) async fn loan_async(self: &Arc<Self>, purpose: Purpose) -> Result<Loan<'static>> {
        self.check()?;
        #[cfg(feature = "native")]
        if self.reach == Reach::Blocking {
            return Err(of_the_other_mode());
        }
        #[cfg(feature = "native")]
        if purpose == Purpose::OneStatement
            // Those who wait for the connection for themselves are not overtaken.
            && !self.connection.is_wanted()
            && let Some(share) = self.sharing.join(self)
        {
            return Ok(Loan::Shared(share));
        }
        let lease = match self.connection.try_enter() {
            Some(lease) => lease,
            None => {
                let deadline = Instant::now() + self.timeout;
                let waited = Box::pin(until(deadline, self.connection.enter())).await;
                waited.ok_or_else(|| self.timed_out())?
            }
        };
        let lease = self.entered(lease)?;
        #[cfg(feature = "native")]
        if purpose == Purpose::OneStatement {
            self.sharing.begin(lease)?;
            let share = self.sharing.join(self).ok_or_else(super::pool::gone)?;
            return Ok(Loan::Shared(share));
        }
        self.lent(purpose);
        let transaction = Cow::Owned(self.clone());
        Ok(Loan::Transaction(Lent::of(lease, transaction, purpose)))
    }

    /// Whether a statement may start, now that no other runs.
    #[inline]
    fn entered(self: &Arc<Self>, mut lease: Held) -> Result<Held> {
        match self.check().and_then(|()| lease.lease()?.pool().check_open()) {
            Ok(()) => Ok(lease),
            Err(error) => {
                self.leave(lease);
                Err(error)
            }
        }
    }

    #[inline]
    fn lent(&self, purpose: Purpose) {
        if purpose == Purpose::Iteration {
            self.change(Status::Open, Status::Iterating);
        }
    }

    /// Takes a connection back after an operation, with everything undone that it left open; `spoiled` says that what
    /// the operation did is not known.
    #[inline]
    pub(crate) fn take_back(self: &Arc<Self>, mut lease: Held, purpose: Purpose, spoiled: bool) {
        let depth = self.depth;
        #[cfg(not(feature = "native"))]
        let _ = purpose;
        let mut intact = false;
        if let Ok(line) = lease.line() {
            #[cfg(feature = "native")]
            if line.needs_care(depth) {
                return self.take_back_in_time(lease, purpose, spoiled);
            }
            let undone = line.is_settled_at(depth) || now(pin!(line.unwind(depth))).is_ok();
            intact = undone && is_intact(line);
        }
        self.put_back(lease, intact && !spoiled);
    }

    #[cfg(feature = "native")]
    pub(super) fn sharing(&self) -> &Sharing {
        &self.sharing
    }

    #[cfg(feature = "native")]
    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    /// A statement was dropped before its answer came.
    #[cfg(feature = "native")]
    pub(super) fn is_torn(&self) {
        self.status_if_open(Status::Aborted);
    }

    /// Takes the connection back from those who shared it.
    #[cfg(feature = "native")]
    pub(super) fn take_back_statement(self: &Arc<Self>, lease: Held, torn: bool) {
        self.take_back(lease, Purpose::Statement, torn);
    }

    /// The same where it takes waiting: a statement was dropped before its answer came, or an iteration before its end.
    #[cfg(feature = "native")]
    fn take_back_in_time(self: &Arc<Self>, mut lease: Held, purpose: Purpose, spoiled: bool) {
        // What is left of an iteration is read; stopping it would abort the transaction.
        let torn = purpose == Purpose::Statement && lease.line().is_ok_and(Line::is_in_flight);
        match torn {
            true => self.status_if_open(Status::Aborted),
            // Its connection is on its way back, so that statements wait for it.
            false => self.change(Status::Iterating, Status::Open),
        }
        let state = self.clone();
        if let Some(lease) = lease.into_inner() {
            super::native::care_for(lease, self.depth, torn, move |mut lease, rest| {
                let intact = rest.is_ok() && lease.line().is_ok_and(is_intact);
                state.put_back(Ticket::new(lease), intact && !spoiled && !torn);
            });
        }
    }

    #[inline]
    fn put_back(self: &Arc<Self>, lease: Held, intact: bool) {
        self.status_if_open(match intact {
            true => Status::Open,
            false => Status::Aborted,
        });
        self.leave(lease);
    }

    /// Gives the connection to whoever is next. Where the guard was dropped meanwhile it is rolled back: either the
    /// guard finds the connection here, or the look at the status afterwards finds the guard gone.
    fn leave(self: &Arc<Self>, lease: Held) {
        self.connection.leave(lease);
        if self.status() == Status::Abandoned
            && let Some(lease) = self.connection.try_enter()
        {
            self.end_unattended(lease);
        }
    }

    /// Rolls back where nobody waits for the outcome any more; a connection that cannot roll back is closed.
    fn end_unattended(self: &Arc<Self>, mut lease: Held) {
        #[cfg(feature = "native")]
        if !lease.line().is_ok_and(|line| line.can_block()) {
            if let Ok(pool) = lease.lease().map(|lease| lease.pool().clone()) {
                let state = self.clone();
                pool.drive_unattended(async move { state.roll_back(lease).await });
            }
            return;
        }
        #[cfg(not(feature = "native"))]
        let _ = &mut lease;
        let _ = now(pin!(self.roll_back(lease)));
    }

    /// Its guard is in the program's hands: from here on the outer transaction refuses statements instead of waiting.
    pub(crate) fn handed_out(&self) {
        if let Some(parent) = &self.parent {
            parent.change(Status::Open, Status::Nested);
        }
    }

    /// A statement was dropped before anybody saw its result: it may have taken effect or not.
    #[cfg(feature = "async")]
    pub(crate) fn statement_dropped(&self) {
        self.change(Status::Open, Status::Aborted);
    }

    /// The iteration was dropped: its connection is on its way back, so that statements wait for it.
    #[cfg(feature = "async")]
    pub(crate) fn iteration_dropped(&self) {
        self.change(Status::Iterating, Status::Open);
    }

    /// Takes the connection for the end of the transaction, with why it cannot be committed, if so.
    ///
    /// # Errors
    ///
    /// [`TransactionEnded`](ErrorKind::TransactionEnded), or [`Invalid`](ErrorKind::Invalid) while a savepoint or
    /// an iteration has the connection.
    pub(crate) fn take_for_end(self: &Arc<Self>) -> Result<(Held, Option<Error>)> {
        self.status().check_end()?;
        let lease = self.connection.enter_until(Instant::now() + self.timeout);
        self.taken_for_end(lease.ok_or_else(|| self.timed_out())?)
    }

    /// The same, waiting without a thread for a statement or a savepoint that was dropped and is being undone.
    #[cfg(feature = "async")]
    pub(crate) async fn take_for_end_async(self: &Arc<Self>) -> Result<(Held, Option<Error>)> {
        self.status().check_end()?;
        let deadline = Instant::now() + self.timeout;
        let lease = until(deadline, self.connection.enter()).await;
        self.taken_for_end(lease.ok_or_else(|| self.timed_out())?)
    }

    fn taken_for_end(self: &Arc<Self>, mut lease: Held) -> Result<(Held, Option<Error>)> {
        // It may have changed during the wait.
        let status = self.status();
        if let Err(error) = status.check_end() {
            self.leave(lease);
            return Err(error);
        }
        let intact = self.check().and_then(|()| lease.lease()?.pool().check_open());
        let aborted = intact.err();
        self.set(Status::Ended);
        Ok((lease, aborted))
    }

    /// Ends the transaction on a connection taken for that.
    pub(crate) async fn end(&self, mut lease: Held, aborted: Option<Error>, commit: bool) -> Result<()> {
        if !commit {
            return self.roll_back(lease).await;
        }
        if let Some(error) = aborted {
            let _ = self.roll_back(lease).await;
            return Err(error);
        }
        let result = lease.line()?.keep().await;
        match &result {
            Ok(()) => self.scope.keep(),
            Err(error) if error.outcome() == Outcome::Unknown => self.scope.doubt(),
            Err(_) => self.scope.undo(),
        }
        self.hand_on(lease);
        result
    }

    async fn roll_back(&self, mut lease: Held) -> Result<()> {
        let result = lease.line()?.unwind(self.depth - 1).await;
        self.scope.undo();
        self.hand_on(lease);
        result
    }

    /// Gives the connection to the outer transaction, or back to the pool.
    fn hand_on(&self, mut lease: Held) {
        if let Some(parent) = &self.parent {
            let intact = lease.line().is_ok_and(is_intact);
            parent.put_back(lease, intact);
        }
    }

    /// Gives up: the guard was dropped. Returns the connection where it is at hand, to be rolled back.
    pub(crate) fn abandon(&self) -> Option<Held> {
        if self.status() == Status::Ended {
            return None;
        }
        // It will never be committed, so what was written in it is undone from now on.
        self.scope.undo();
        self.set(Status::Abandoned);
        if let Some(parent) = &self.parent {
            // The connection is on its way back, so that the outer transaction waits for it.
            parent.change(Status::Nested, Status::Open);
        }
        let lease = self.connection.try_enter()?;
        self.set(Status::Ended);
        Some(lease)
    }

    /// Keeps work for after the commit.
    pub(crate) fn after_commit(&self, callback: Callback) {
        self.lock_callbacks().push(callback);
    }

    /// Takes the callbacks that are due: all of them after the outermost commit; after a savepoint they pass on to
    /// the outer transaction.
    pub(crate) fn due_callbacks(&self) -> Vec<Callback> {
        let callbacks = std::mem::take(&mut *self.lock_callbacks());
        match &self.parent {
            None => callbacks,
            Some(parent) => {
                parent.lock_callbacks().extend(callbacks);
                Vec::new()
            }
        }
    }

    /// Whether a statement may start: here, and in the transactions around it.
    fn check(&self) -> Result<()> {
        self.status().check()?;
        let mut around = self.parent.as_deref();
        while let Some(outer) = around {
            if matches!(outer.status(), Status::Abandoned | Status::Ended) {
                return Err(ended());
            }
            around = outer.parent.as_deref();
        }
        Ok(())
    }

    fn status(&self) -> Status {
        Status::of(self.status.load(Ordering::Acquire))
    }

    fn set(&self, status: Status) {
        self.status.store(status as u8, Ordering::Release);
    }

    fn change(&self, from: Status, to: Status) {
        let _ = self
            .status
            .compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire);
    }

    /// The connection is back: the transaction goes on, unless it was aborted or ended meanwhile.
    fn status_if_open(&self, status: Status) {
        let now = self.status();
        if now != status && matches!(now, Status::Open | Status::Nested | Status::Iterating) {
            self.change(now, status);
        }
    }

    fn lock_callbacks(&self) -> MutexGuard<'_, Vec<Callback>> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn timed_out(&self) -> Error {
        let message = format!(
            "another statement of this transaction ran for more than {:?}",
            self.timeout
        );
        Error::new(ErrorKind::PoolTimeout, message)
    }
}

/// Whether the transaction is open as far as it is known.
fn is_intact(line: &mut Line) -> bool {
    !line.is_unsettled() && line.is_in_transaction()
}

impl fmt::Debug for TransactionState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transaction")
            .field("depth", &self.depth)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
