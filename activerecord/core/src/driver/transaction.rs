//! What begins and ends a transaction.

use crate::driver::Capabilities;
use crate::error::{Error, ErrorKind, Result};

/// How strictly a transaction is kept apart from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// It may see what others have not committed.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see the same state.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

/// How a transaction is begun; see [`options`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The isolation level, or the database's own.
    pub isolation: Option<Isolation>,
    /// Whether writes are refused.
    pub read_only: bool,
    /// Whether the write lock is taken at the first write instead of at the beginning.
    pub deferred: bool,
    /// Whether the database may wait for a state that no conflict can spoil.
    pub deferrable: bool,
    /// How often a retrying transaction runs again after a conflict, 3 without a word.
    pub retries: Option<u32>,
}

/// Starts the options of a transaction.
///
/// ```
/// use activerecord_core::options;
///
/// let options = options().serializable().times(5);
/// # let _ = options;
/// ```
pub fn options() -> TransactionOptions {
    TransactionOptions::default()
}

impl TransactionOptions {
    /// Asks for an isolation level; one that the database lacks is an
    /// [`Unsupported`](ErrorKind::Unsupported) error when the transaction begins.
    #[must_use]
    pub fn isolation(mut self, level: Isolation) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Asks for [`Isolation::Serializable`].
    #[must_use]
    pub fn serializable(self) -> Self {
        self.isolation(Isolation::Serializable)
    }

    /// Refuses writes; on a database with a single writer it does not queue with them.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Takes the write lock at the beginning, which is what a writing transaction does without a word.
    #[must_use]
    pub fn immediate(mut self) -> Self {
        self.deferred = false;
        self
    }

    /// Takes the write lock at the first write. On SQLite a transaction that read first can then fail with
    /// [`SerializationFailure`](ErrorKind::SerializationFailure) where another process wrote in between.
    #[must_use]
    pub fn deferred(mut self) -> Self {
        self.deferred = true;
        self
    }

    /// Waits at the beginning, where it is serializable and reads only, for a state that no conflict can spoil: it
    /// then neither fails nor makes others fail. [`Unsupported`](ErrorKind::Unsupported) on a database without that.
    #[must_use]
    pub fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// How often a retrying transaction runs again after a conflict.
    #[must_use]
    pub fn times(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    pub(crate) fn check(&self, capabilities: &Capabilities) -> Result<()> {
        match self.isolation {
            Some(level) if !capabilities.isolation.contains(&level) => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "this database has no isolation level {level:?}; it has {:?}",
                    capabilities.isolation
                ),
            )),
            _ if self.deferrable && !capabilities.deferrable => Err(Error::new(
                ErrorKind::Unsupported,
                "this database has no deferrable transactions",
            )),
            _ => Ok(()),
        }
    }
}

/// A step of transaction control. Savepoints are numbered from 1 by their depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Control<'a> {
    /// Begins a transaction.
    Begin(&'a TransactionOptions),
    /// Commits it.
    Commit,
    /// Rolls it back; without one it does nothing.
    Rollback,
    /// Sets a savepoint.
    Savepoint(u32),
    /// Keeps what was done since a savepoint.
    Release(u32),
    /// Undoes what was done since a savepoint and removes it.
    RollbackTo(u32),
}
