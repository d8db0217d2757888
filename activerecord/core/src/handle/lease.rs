//! A leased connection: what is known of its state, and how it goes back clean.

use super::pool::{Kept, Reservation};
#[cfg(feature = "async")]
use crate::driver::Interrupt;
#[cfg(feature = "async")]
use crate::driver::stop::Stop;
use crate::driver::{Connection, Control, RowSink, Statement, TransactionOptions, Written};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::Dialect;
#[cfg(feature = "async")]
use std::sync::Arc;

/// A connection on loan from the pool.
///
/// Before a `BEGIN`, `COMMIT`, `ROLLBACK` or savepoint is sent the lease is marked as unsettled, and the mark goes
/// only when the database has answered. One that comes back unsettled or inside a transaction is rolled back, or
/// closed where that fails; it is never handed out as it is.
pub(crate) struct Lease {
    reservation: Reservation,
    /// Empty once the connection went back.
    kept: Option<Kept>,
    /// How many transactions and savepoints are open.
    depth: u32,
    unsettled: bool,
    /// Says when no further statement is to start.
    #[cfg(feature = "async")]
    stop: Option<Stop>,
}

impl Lease {
    pub(crate) fn new(reservation: Reservation, kept: Kept) -> Self {
        Self {
            reservation,
            kept: Some(kept),
            depth: 0,
            unsettled: false,
            #[cfg(feature = "async")]
            stop: None,
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// Whether a step of control failed, so that it is not known what is open.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.unsettled
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.reservation.pool.dialect
    }

    pub(crate) fn max_params(&self) -> usize {
        self.opened().map_or(0, |connection| connection.max_params())
    }

    #[cfg(feature = "async")]
    pub(crate) fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        self.opened()?.interrupter()
    }

    /// Starts no further statement once this says stop.
    #[cfg(feature = "async")]
    pub(crate) fn heed(&mut self, stop: Option<Stop>) {
        self.stop = stop;
    }

    fn check_wanted(&self) -> Result<()> {
        #[cfg(feature = "async")]
        if let Some(stop) = &self.stop {
            return stop.check();
        }
        Ok(())
    }

    pub(crate) fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        self.check_wanted()?;
        let observer = self.reservation.pool.observer;
        let connection = self.connection()?;
        observer.query(statement, sink, |sink| connection.query(statement, sink))
    }

    pub(crate) fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        self.check_wanted()?;
        let observer = self.reservation.pool.observer;
        let connection = self.connection()?;
        observer.execute(
            statement,
            || connection.execute(statement),
            |written| written.rows,
        )
    }

    pub(crate) fn reads_only(&mut self, sql: &str) -> Result<bool> {
        self.connection()?.reads_only(sql)
    }

    /// Begins a transaction, or sets a savepoint inside one.
    pub(crate) fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        self.check_wanted()?;
        let control = match self.depth {
            0 => Control::Begin(options),
            depth => Control::Savepoint(depth),
        };
        self.control(control)?;
        self.depth += 1;
        Ok(())
    }

    /// Commits the transaction or keeps what was done since the innermost savepoint; where that fails, undoes it.
    pub(crate) fn keep(&mut self) -> Result<()> {
        // Some failures end the transaction on the database's side; `COMMIT` would then keep nothing.
        if !self.is_in_transaction() {
            self.depth = 0;
            return Err(lost_transaction());
        }
        let outer = self.depth.saturating_sub(1);
        if self.unsettled {
            let _ = self.unwind(outer);
            return Err(not_undone());
        }
        let control = match outer {
            0 => Control::Commit,
            outer => Control::Release(outer),
        };
        match self.control(control) {
            Ok(()) => {
                self.depth = outer;
                Ok(())
            }
            Err(error) => {
                let _ = self.unwind(outer);
                Err(error)
            }
        }
    }

    /// Undoes whatever was done above a depth. This is the one way back.
    pub(crate) fn unwind(&mut self, depth: u32) -> Result<()> {
        if self.depth <= depth && !self.unsettled {
            return Ok(());
        }
        let control = match depth {
            0 => Control::Rollback,
            depth => Control::RollbackTo(depth),
        };
        let result = self.control(control);
        self.depth = depth;
        result
    }

    pub(crate) fn is_in_transaction(&mut self) -> bool {
        self.opened_mut()
            .is_some_and(|connection| connection.is_in_transaction())
    }

    /// Takes the connection out, for a cursor.
    pub(crate) fn detach(&mut self) -> Option<Box<dyn Connection>> {
        self.kept.as_mut()?.connection.take()
    }

    /// Puts it back.
    pub(crate) fn attach(&mut self, connection: Box<dyn Connection>) {
        if let Some(kept) = &mut self.kept {
            kept.connection = Some(connection);
        }
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        self.unsettled = true;
        let observer = self.reservation.pool.observer;
        let connection = self.connection()?;
        let statement = Statement::new(name(control), &[]);
        observer.execute(&statement, || connection.control(control), |()| 0)?;
        self.unsettled = false;
        Ok(())
    }

    fn connection(&mut self) -> Result<&mut Box<dyn Connection>> {
        self.opened_mut().ok_or_else(busy)
    }

    fn opened(&self) -> Option<&dyn Connection> {
        self.kept.as_ref()?.connection.as_deref()
    }

    fn opened_mut(&mut self) -> Option<&mut Box<dyn Connection>> {
        self.kept.as_mut()?.connection.as_mut()
    }

    /// Whether the connection can go back to the pool, once it is out of any transaction.
    fn settle(&mut self) -> bool {
        if self.depth > 0 || self.unsettled || self.is_in_transaction() {
            self.unsettled = true;
            if self.unwind(0).is_err() {
                return false;
            }
        }
        self.opened_mut().is_some_and(|connection| connection.is_usable())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let usable = self.settle();
        match self.kept.take() {
            Some(kept) if usable => self.reservation.put_back(kept),
            Some(kept) => kept.close(),
            None => {}
        }
    }
}

/// How a step of control reads in the log.
fn name(control: Control<'_>) -> &'static str {
    match control {
        Control::Begin(_) => "BEGIN",
        Control::Commit => "COMMIT",
        Control::Rollback => "ROLLBACK",
        Control::Savepoint(_) => "SAVEPOINT",
        Control::Release(_) => "RELEASE",
        Control::RollbackTo(_) => "ROLLBACK TO",
    }
}

#[cold]
fn busy() -> Error {
    Error::invalid("the connection is busy with rows that are being iterated over; end the iteration first")
}

#[cold]
fn not_undone() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "an earlier part of the transaction could not be undone by itself; nothing of the transaction was kept",
    )
}

#[cold]
fn lost_transaction() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "the database has rolled the transaction back already; nothing of it was kept",
    )
}
