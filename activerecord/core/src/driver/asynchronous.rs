//! The traits of a natively async backend.

use super::{Control, RowSink, Statement, Written};
use crate::error::Result;
use crate::value::SqlValue;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future that a backend gives: its answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A database whose driver is async by itself. Its blocking half is the adapter [`BlockOn`](crate::BlockOn) over the
/// same connections, or a [`Connection`](crate::Connection) of its own.
pub trait AsyncBackend: fmt::Debug + Send + Sync + 'static {
    /// Opens a connection, whose work goes on in the tokio runtime that polls this.
    ///
    /// # Errors
    ///
    /// As for [`Backend::connect`](crate::Backend::connect).
    fn connect(&self) -> Answer<'_, Arc<dyn AsyncConnection>>;
}

/// A natively async connection, shared by the operations that run on it.
///
/// Every error MUST carry the kind that belongs to the database's code, and MUST say
/// [`Outcome::Unknown`](crate::Outcome::Unknown) where a commit may or may not have taken effect.
///
/// # Cancel safety
///
/// A future that is dropped after its first poll leaves its statement running. The connection MUST then either keep
/// its answers in order by reading this one to its end, or say that it [is not usable](AsyncConnection::is_usable)
/// any more; it MUST NOT give one statement's answer to another.
pub trait AsyncConnection: Send + Sync + 'static {
    /// Runs a statement and pushes its rows into the sink until it says stop.
    ///
    /// # Errors
    ///
    /// What the database or the sink says. Where the sink says stop or fails, the rest of the answer is read before
    /// this returns, so that an error of the statement's further work is told.
    fn query<'a>(&'a self, statement: &'a Statement<'a>, sink: &'a mut dyn RowSink) -> Answer<'a, ()>;

    /// Runs a statement for its effect; rows that it returns are discarded.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn execute<'a>(&'a self, statement: &'a Statement<'a>) -> Answer<'a, Written>;

    /// Begins or ends a transaction or a savepoint.
    ///
    /// # Errors
    ///
    /// What the database says. A rollback without a transaction is no error.
    fn control<'a>(&'a self, control: Control<'a>) -> Answer<'a, ()>;

    /// Undoes what an earlier user may have left on the session (settings, locks, temporary tables), where raw SQL
    /// was run on it.
    ///
    /// # Errors
    ///
    /// What the database says; the connection is closed then.
    fn reset(&self) -> Answer<'_, ()>;

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    ///
    /// What the database says; the connection is closed then.
    fn ping(&self) -> Answer<'_, ()>;

    /// Whether a transaction is open on the database's side, as far as the driver knows.
    fn is_in_transaction(&self) -> bool;

    /// How many parameters one statement may have.
    fn max_params(&self) -> usize;

    /// Stops what runs on this connection, by way of another one.
    fn canceler(&self) -> Option<Arc<dyn Cancel>> {
        None
    }

    /// Whether the connection can be used again.
    fn is_usable(&self) -> bool;

    /// Runs a statement whose rows are pulled a few at a time. No other statement runs on the connection meanwhile.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn open_cursor(
        self: Arc<Self>,
        sql: String,
        params: Vec<SqlValue<'static>>,
    ) -> Answer<'static, Box<dyn AsyncCursor>>;
}

/// A query under way on an async connection, pulled a few rows at a time. Dropped, it leaves the connection to the
/// rules of a dropped statement.
pub trait AsyncCursor: Send {
    /// Pushes up to `rows` rows into the sink; `false` once there are no more.
    ///
    /// # Errors
    ///
    /// What the database or the sink says.
    fn fill<'a>(&'a mut self, rows: usize, sink: &'a mut dyn RowSink) -> Answer<'a, bool>;
}

/// Stops whatever runs on an async connection.
pub trait Cancel: Send + Sync {
    /// Asks the database for the stop, and gives when it was told. Whatever the statement was doing then ends with
    /// [`Canceled`](crate::ErrorKind::Canceled), or has ended before.
    ///
    /// # Errors
    ///
    /// Where the database could not be reached.
    fn cancel(&self) -> Answer<'_, ()>;
}
