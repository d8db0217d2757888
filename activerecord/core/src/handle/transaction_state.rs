//! The inner state of a transaction or savepoint, the same for both modes.

use super::gate::Gate;
use super::lease::Lease;
use super::loan::Loan;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::record::Scope;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A transaction, or a savepoint inside one. It holds the connection while no statement and no inner savepoint
/// does.
pub(crate) struct TransactionState {
    slot: Mutex<Slot>,
    /// One statement at a time, first come, first served.
    gate: Gate,
    scope: Arc<Scope>,
    parent: Option<Arc<TransactionState>>,
    /// How many transactions and savepoints are open inside it, itself included.
    depth: u32,
    timeout: Duration,
    callbacks: Mutex<Vec<Callback>>,
}

struct Slot {
    lease: Option<Lease>,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    /// The database's side of it is gone or not known; it can only be rolled back.
    Aborted,
    /// An inner savepoint has the connection.
    Nested,
    /// Rows are iterated over on its connection.
    Iterating,
    /// Its guard was dropped while a statement ran; whoever brings the connection back rolls it back.
    Abandoned,
    Ended,
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
    Iteration,
}

impl TransactionState {
    /// Wraps a lease on which a transaction was just begun.
    pub(crate) fn outermost(lease: Lease, timeout: Duration) -> Arc<Self> {
        Self::new(lease, None, timeout)
    }

    /// Wraps a lease on which a savepoint was just set.
    pub(crate) fn nested(parent: Arc<Self>, lease: Lease) -> Arc<Self> {
        let timeout = parent.timeout;
        Self::new(lease, Some(parent), timeout)
    }

    fn new(lease: Lease, parent: Option<Arc<Self>>, timeout: Duration) -> Arc<Self> {
        let scope = Scope::new(parent.as_ref().map(|parent| parent.scope.clone()));
        Arc::new(Self {
            depth: lease.depth(),
            slot: Mutex::new(Slot {
                lease: Some(lease),
                status: Status::Open,
            }),
            gate: Gate::new(1),
            scope,
            parent,
            timeout,
            callbacks: Mutex::default(),
        })
    }

    pub(crate) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    pub(crate) fn is_nested(&self) -> bool {
        self.parent.is_some()
    }

    /// Takes the connection for a statement, waiting for one that runs.
    pub(crate) fn loan(self: &Arc<Self>, purpose: Purpose) -> Result<Loan> {
        self.check()?;
        if !self.gate.enter_until(Instant::now() + self.timeout) {
            return Err(self.timed_out());
        }
        self.entered(purpose)
    }

    #[cfg(feature = "async")]
    pub(crate) async fn loan_async(self: &Arc<Self>, purpose: Purpose) -> Result<Loan> {
        self.check()?;
        let deadline = Instant::now() + self.timeout;
        let entered = crate::driver::threaded::until(deadline, self.gate.enter()).await;
        entered.ok_or_else(|| self.timed_out())?;
        self.entered(purpose)
    }

    /// Refuses at once what would wait for itself.
    fn check(&self) -> Result<()> {
        self.lock().status.check()
    }

    fn entered(self: &Arc<Self>, purpose: Purpose) -> Result<Loan> {
        let mut slot = self.lock();
        let taken = slot
            .status
            .check()
            .and_then(|()| slot.lease.take().ok_or_else(ended));
        match taken {
            Ok(lease) => {
                if purpose == Purpose::Iteration {
                    slot.status = Status::Iterating;
                }
                Ok(Loan::of_transaction(lease, self.clone()))
            }
            Err(error) => {
                drop(slot);
                self.gate.leave();
                Err(error)
            }
        }
    }

    /// Takes a connection back after a statement; `spoiled` says that what the statement did is not known.
    pub(crate) fn put_back(&self, mut lease: Lease, spoiled: bool) {
        let mut slot = self.lock();
        if matches!(slot.status, Status::Nested | Status::Iterating) {
            slot.status = Status::Open;
        }
        if slot.status == Status::Open && (spoiled || !lease.is_in_transaction()) {
            slot.status = Status::Aborted;
        }
        if slot.status == Status::Abandoned {
            drop(slot);
            // Nobody waits for the outcome any more; a connection that cannot roll back is closed.
            let _ = self.roll_back(lease);
        } else {
            slot.lease = Some(lease);
        }
        self.gate.leave();
    }

    /// Marks the connection that a loan has taken as lent to an inner savepoint.
    pub(crate) fn lend(&self) {
        self.lock().status = Status::Nested;
    }

    /// Takes the connection for the end of the transaction, with why it cannot be committed, if so.
    ///
    /// # Errors
    ///
    /// [`TransactionEnded`](ErrorKind::TransactionEnded), or [`Invalid`](ErrorKind::Invalid) while a savepoint or
    /// an iteration has the connection.
    pub(crate) fn take_for_end(&self) -> Result<(Lease, Option<Error>)> {
        let mut slot = self.lock();
        if !matches!(slot.status, Status::Open | Status::Aborted) {
            slot.status.check()?;
        }
        let aborted = slot.status.check().err();
        let lease = slot.lease.take().ok_or_else(still_running)?;
        slot.status = Status::Ended;
        Ok((lease, aborted))
    }

    /// Ends the transaction on a connection taken for that: one poll's worth of blocking work.
    pub(crate) fn end(&self, mut lease: Lease, aborted: Option<Error>, commit: bool) -> Result<()> {
        if !commit {
            return self.roll_back(lease);
        }
        if let Some(error) = aborted {
            let _ = self.roll_back(lease);
            return Err(error);
        }
        let result = lease.keep();
        match &result {
            Ok(()) => self.scope.keep(),
            Err(error) if error.outcome() == Outcome::Unknown => self.scope.doubt(),
            Err(_) => self.scope.undo(),
        }
        self.hand_on(lease);
        result
    }

    fn roll_back(&self, mut lease: Lease) -> Result<()> {
        let result = lease.unwind(self.depth - 1);
        self.scope.undo();
        self.hand_on(lease);
        result
    }

    /// Gives the connection to the outer transaction, or back to the pool.
    fn hand_on(&self, lease: Lease) {
        if let Some(parent) = &self.parent {
            parent.put_back(lease, false);
        }
    }

    /// Gives up: the guard was dropped. Returns the connection where it is at hand, to be rolled back.
    pub(crate) fn abandon(&self) -> Option<Lease> {
        let mut slot = self.lock();
        if slot.status == Status::Ended {
            return None;
        }
        let lease = slot.lease.take();
        slot.status = if lease.is_some() {
            Status::Ended
        } else {
            Status::Abandoned
        };
        lease
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

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Status {
    fn check(self) -> Result<()> {
        match self {
            Self::Open => Ok(()),
            Self::Aborted => Err(Error::new(
                ErrorKind::TransactionAborted,
                "an earlier statement ended or spoiled this transaction; roll it back and run it again",
            )),
            Self::Nested => Err(Error::invalid(
                "a nested transaction is open; use its own handle, or end it first",
            )),
            Self::Iterating => Err(Error::invalid(
                "rows of this transaction are being iterated over on its one connection; end the iteration first, \
                 or load them with `all`",
            )),
            Self::Abandoned | Self::Ended => Err(ended()),
        }
    }
}

#[cold]
fn ended() -> Error {
    Error::new(
        ErrorKind::TransactionEnded,
        "the transaction was committed or rolled back already",
    )
}

#[cold]
fn still_running() -> Error {
    Error::invalid("a statement of this transaction still runs; await it before the end")
}

impl fmt::Debug for TransactionState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transaction")
            .field("depth", &self.depth)
            .field("status", &self.lock().status)
            .finish_non_exhaustive()
    }
}
