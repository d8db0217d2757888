//! A transaction's connection in use by several operations at a time, whose statements the driver pipelines.

use super::lease::Held;
use super::line::Line;
use super::loan::Wire;
use super::transaction_state::TransactionState;
use crate::driver::AsyncConnection;
use crate::error::{Error, Result};
use crate::observe::Observer;
use crate::record::Scope;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The operations that use a transaction's connection at the same time, each for one statement.
#[derive(Default)]
pub(super) struct Sharing(Mutex<Option<Shared>>);

struct Shared {
    /// The right to the connection, which is in the line.
    lease: Held,
    line: SharedLine,
    users: u32,
    /// Whether one of them went away before its answer came.
    torn: bool,
}

type SharedLine = Arc<Mutex<Option<Line>>>;

impl Sharing {
    /// Begins to share a connection.
    pub(super) fn begin(&self, mut lease: Held) -> Result<()> {
        let line = lease.lease()?.take_line()?;
        *lock(&self.0) = Some(Shared {
            lease,
            line: Arc::new(Mutex::new(Some(line))),
            users: 0,
            torn: false,
        });
        Ok(())
    }

    /// Joins those that share it.
    pub(super) fn join(&self, transaction: &Arc<TransactionState>) -> Option<Share> {
        let mut sharing = lock(&self.0);
        let shared = sharing.as_mut()?;
        shared.users += 1;
        Some(Share {
            line: shared.line.clone(),
            transaction: transaction.clone(),
            in_flight: AtomicU32::new(0),
        })
    }

    /// Leaves them; the last one gets the connection, and whether anything was torn.
    fn leave(&self, torn: bool) -> Option<(Held, bool)> {
        let mut sharing = lock(&self.0);
        let shared = sharing.as_mut()?;
        shared.users -= 1;
        shared.torn |= torn;
        if shared.users > 0 {
            return None;
        }
        let Shared {
            mut lease,
            line,
            torn,
            ..
        } = sharing.take()?;
        let line = lock(&line).take()?;
        lease.lease().ok()?.put_line(line);
        Some((lease, torn))
    }
}

/// One operation's part in a shared connection.
pub(crate) struct Share {
    line: SharedLine,
    transaction: Arc<TransactionState>,
    /// How many of its statements were sent and not answered.
    in_flight: AtomicU32,
}

impl Share {
    pub(super) fn wire(&self) -> (Wire<'_>, u32, Option<&Arc<Scope>>) {
        let depth = self.transaction.depth();
        (Wire::Shared(self), depth, Some(self.transaction.scope()))
    }

    /// Readies a statement, and tells who wants to hear of it.
    pub(crate) fn depart(&self) -> Result<(Arc<dyn AsyncConnection>, Observer)> {
        let connection = self.with_line(|line| line.depart().map(|connection| (connection, line.observer)));
        let departed = connection.flatten().ok_or_else(super::pool::gone)?;
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        Ok(departed)
    }

    /// Takes note that a statement was answered.
    pub(crate) fn arrive(&self, error: Option<&Error>) {
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.with_line(|line| line.arrive(error));
    }

    pub(crate) fn max_params(&self) -> usize {
        self.with_line(Line::max_params).unwrap_or_default()
    }

    /// Takes note that raw SQL is run.
    pub(crate) fn runs_raw(&self, sql: &str) {
        self.with_line(|line| line.runs_raw(sql));
    }

    fn with_line<T>(&self, look: impl FnOnce(&mut Line) -> T) -> Option<T> {
        lock(&self.line).as_mut().map(look)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let torn = *self.in_flight.get_mut() > 0;
        if torn {
            self.transaction.is_torn();
        }
        if let Some((lease, torn)) = self.transaction.sharing().leave(torn) {
            self.transaction.take_back_statement(lease, torn);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
