//! The traits of a blocking backend.

use super::{Capabilities, Control, RowSink, Statement, Written};
use crate::error::{Error, Result};
use crate::sql::Dialect;
use crate::value::SqlValue;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A database that can be connected to: where it is, what it can do, how its SQL reads.
pub trait Backend: fmt::Debug + Send + Sync + 'static {
    /// How its SQL reads.
    fn dialect(&self) -> &'static dyn Dialect;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// MUST be classified by code: [`NoDatabase`](crate::ErrorKind::NoDatabase),
    /// [`Auth`](crate::ErrorKind::Auth), [`TooManyConnections`](crate::ErrorKind::TooManyConnections) and so on.
    fn connect(&self) -> Result<Box<dyn Connection>>;

    /// The same database over a driver that is async by itself. Without one an async handle runs blocking
    /// connections on threads.
    #[cfg(feature = "native")]
    fn native(&self) -> Option<Arc<dyn super::AsyncBackend>> {
        None
    }
}

/// A blocking connection.
///
/// Every error MUST carry the kind that belongs to the database's code, and MUST say
/// [`Outcome::Unknown`](crate::Outcome::Unknown) where a commit may or may not have taken effect.
pub trait Connection: Send {
    /// Runs a statement and pushes its rows into the sink until it says stop.
    ///
    /// # Errors
    ///
    /// What the database or the sink says.
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()>;

    /// Runs a statement for its effect; rows that it returns are discarded.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written>;

    /// Runs one statement again and again, for its effect: the work says each time with which parameters. A driver that
    /// looks its statements up by their texts looks once.
    ///
    /// # Errors
    ///
    /// What the work says.
    fn repeat(&mut self, sql: &str, work: &mut dyn FnMut(&mut Repeat<'_>) -> Result<()>) -> Result<()> {
        work(&mut |params| self.execute(&Statement::new(sql, params)))
    }

    /// Begins or ends a transaction or a savepoint.
    ///
    /// # Errors
    ///
    /// What the database says. A rollback without a transaction is no error.
    fn control(&mut self, control: Control<'_>) -> Result<()>;

    /// Undoes what an earlier user may have left on the session (settings, locks, temporary tables), where raw SQL
    /// was run on it.
    ///
    /// # Errors
    ///
    /// What the database says; the connection is closed then.
    fn reset(&mut self) -> Result<()> {
        Ok(())
    }

    /// Whether [`reset`](Connection::reset) does anything.
    fn can_reset(&self) -> bool {
        false
    }

    /// Asks the database for a sign of life, and waits for it no longer than this.
    ///
    /// # Errors
    ///
    /// What the database says, or that it says nothing; the connection is closed then.
    fn ping(&mut self, longest: Duration) -> Result<()> {
        let _ = longest;
        Ok(())
    }

    /// Whether a transaction is open on the database's side, as far as the driver knows.
    fn is_in_transaction(&mut self) -> bool;

    /// Whether a raw statement only reads, so that it need not queue with the writers.
    ///
    /// # Errors
    ///
    /// What the database says of the text.
    fn reads_only(&mut self, sql: &str) -> Result<bool> {
        let _ = sql;
        Ok(false)
    }

    /// How many parameters one statement may have.
    fn max_params(&self) -> usize;

    /// Stops what runs on this connection, from another thread.
    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        None
    }

    /// Whether the connection can be used again.
    fn is_usable(&mut self) -> bool {
        true
    }

    /// Whether it can be given to the next user as it is: usable, with no transaction open.
    fn is_clean(&mut self) -> bool {
        !self.is_in_transaction() && self.is_usable()
    }

    /// Runs a statement whose rows are pulled a few at a time; the cursor holds the connection until then.
    ///
    /// # Errors
    ///
    /// What the database says, with the connection.
    fn open_cursor(self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor;
}

/// Runs a statement once more, with these parameters.
pub type Repeat<'r> = dyn FnMut(&[SqlValue<'_>]) -> Result<Written> + 'r;

/// A cursor, or what the database said and the connection.
pub type OpenCursor = Result<Box<dyn Cursor>, (Error, Box<dyn Connection>)>;

/// A query under way, pulled a few rows at a time.
pub trait Cursor {
    /// Pushes up to `rows` rows into the sink; `false` once there are no more.
    ///
    /// # Errors
    ///
    /// What the database or the sink says.
    fn fill(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool>;

    /// Ends the query and gives the connection back.
    fn close(self: Box<Self>) -> Box<dyn Connection>;
}

/// Stops whatever runs on a connection.
pub trait Interrupt: Send + Sync {
    /// Asks for the stop and does not wait for it.
    fn interrupt(&self);
}
