//! The blocking handle.

use super::lease::Lease;
use super::loan::{Lent, Source, session};
use super::mode::sealed;
use super::pool::Pool;
use super::transaction_state::Purpose;
use super::{Blocking, Handle, PoolOptions, PoolStatus, Transaction};
use crate::driver::{Backend, TransactionOptions, options};
use crate::engine::{Access, Call, End, Operation, Session, Started, now, run_now};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::Dialect;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;

/// A database whose verbs block and give a `Result`.
///
/// It is cheap to clone and may be shared among threads; all clones share the connections.
#[derive(Clone)]
pub struct Database {
    source: Source,
}

impl Database {
    /// Opens a database over a backend. With the facade, `Database::connect(url)` does this.
    ///
    /// # Errors
    ///
    /// What the backend says of the first connection.
    pub fn open(backend: Arc<dyn Backend>, options: PoolOptions) -> Result<Self> {
        Ok(Self::of(Source::Pool(Arc::new(Pool::open(backend, &options)?))))
    }

    pub(crate) fn of(source: Source) -> Self {
        Self { source }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Gives the async handle over the same database, connections and limits.
    #[cfg(feature = "async")]
    pub fn to_async(&self) -> super::AsyncDatabase {
        super::AsyncDatabase::of(self.source.clone())
    }

    /// Begins a transaction, or sets a savepoint inside one, and gives its guard: `commit` keeps what was done,
    /// dropping the guard undoes it.
    ///
    /// # Errors
    ///
    /// [`PoolTimeout`](crate::ErrorKind::PoolTimeout), or whatever the database says.
    pub fn begin(&self) -> Result<Transaction> {
        self.begin_with(options())
    }

    /// Begins a transaction with options. Inside a transaction they do not apply, and other options than the plain
    /// ones are refused.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for an isolation level that the database lacks; else as for
    /// [`begin`](Database::begin).
    pub fn begin_with(&self, options: TransactionOptions) -> Result<Transaction> {
        let access = self.source.access_of(options)?;
        let mut loan = self.source.loan(&access, Purpose::Statement)?;
        now(pin!(loan.line()?.begin(&options)))?;
        let state = loan.into_transaction()?;
        Ok(Transaction::new(
            Self::of(Source::Transaction(self.source.pool().clone(), state.clone())),
            state,
        ))
    }

    /// Runs a closure in a transaction, or in a savepoint inside one: `Ok` commits, an error or a panic rolls back.
    /// A failed inner part leaves the outer one usable.
    ///
    /// # Errors
    ///
    /// The closure's error, or what the database says at the beginning or the end;
    /// [`AfterCommit`](crate::ErrorKind::AfterCommit) where a callback failed after the commit.
    pub fn transaction<T>(&self, body: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        self.try_transaction(body)
    }

    /// Runs a closure in a transaction with options.
    ///
    /// # Errors
    ///
    /// As for [`transaction`](Database::transaction) and [`begin_with`](Database::begin_with).
    pub fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        body: impl FnOnce(&Transaction) -> Result<T>,
    ) -> Result<T> {
        run(self.begin_with(options)?, body)
    }

    /// Runs a closure in a transaction, with an error type of the caller's own.
    ///
    /// # Errors
    ///
    /// As for [`transaction`](Database::transaction).
    pub fn try_transaction<T, E: From<Error>>(
        &self,
        body: impl FnOnce(&Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        run(self.begin()?, body)
    }

    /// Runs a closure in a transaction, and again in a new one where it ends in a conflict with somebody else's
    /// work ([`is_retryable`](Error::is_retryable)), as often as the options say (3 times without a word). A commit
    /// whose effect is not known is never repeated.
    ///
    /// # Errors
    ///
    /// The last run's error; else as for [`transaction`](Database::transaction).
    pub fn retrying<T>(
        &self,
        options: TransactionOptions,
        body: impl Fn(&Transaction) -> Result<T>,
    ) -> Result<T> {
        let mut retries = super::transaction::Retries::new(&options);
        loop {
            match self.transaction_with(options, &body) {
                Err(error) if retries.again(&error) => std::thread::sleep(retries.pause()),
                result => return result,
            }
        }
    }

    /// How busy the connections are.
    pub fn status(&self) -> PoolStatus {
        self.source.pool().status()
    }

    /// Lets no further work in, not in open transactions either, which can only roll back. Waits for the threads of
    /// async handles over the same database to end, but no longer than the acquire timeout: a row stream that nobody
    /// reads keeps its thread.
    pub fn close(&self) {
        self.source.pool().close();
        #[cfg(feature = "async")]
        self.source.pool().join_workers();
    }
}

fn run<T, E: From<Error>>(
    transaction: Transaction,
    body: impl FnOnce(&Transaction) -> Result<T, E>,
) -> Result<T, E> {
    let value = body(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

impl sealed::Sealed for Database {}

impl Handle for Database {
    type Mode = Blocking;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Result<C::Output, C::Error> {
        let (mut operation, rest) = match call.start() {
            Started::Run(operation, rest) => (operation, rest),
            Started::Ready(result) => return result,
        };
        let (access, only_reads) = (operation.access(), operation.only_reads());
        let mut found = <C::Operation as Operation>::Found::default();
        let mut run = |session: &mut Session<'_>| {
            // An earlier run may have been cut off.
            found = Default::default();
            run_now(&mut operation, session, &mut found)
        };
        let result = self.source.run_now(&access, only_reads, &mut run);
        let scope = self.source.scope();
        C::finish(rest, operation, found, End { result, scope })
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.source.dialect()
    }
}

/// Runs an operation that is waiting in it.
type RunNow<'r> = &'r mut dyn FnMut(&mut Session<'_>) -> Result<()>;

impl Source {
    /// Runs an operation on the caller's thread. It is the same for all operations, so that there is one of it.
    fn run_now(&self, access: &Access, only_reads: bool, run: RunNow<'_>) -> Result<()> {
        match self.run_once(access, run) {
            Err(error) if self.may_repeat(only_reads, &error) => self.run_again(access, run),
            result => result,
        }
    }

    #[cold]
    fn run_again(&self, access: &Access, run: RunNow<'_>) -> Result<()> {
        self.run_once(access, run)
    }

    #[inline(always)]
    fn run_once(&self, access: &Access, run: RunNow<'_>) -> Result<()> {
        match self {
            Self::Pool(pool) => {
                let mut lease = Lease::vacant(pool);
                lease.enter(access)?;
                run(&mut session(lease.line()?, pool.dialect, None))
            }
            Self::Transaction(pool, transaction) => {
                let mut lent = Lent::enter(transaction, Purpose::Statement)?;
                run(&mut lent.session(pool.dialect)?)
            }
        }
    }

    /// Whether an operation is run once more after an error: a plain read whose connection was lost, outside a
    /// transaction.
    #[inline]
    pub(super) fn may_repeat(&self, only_reads: bool, error: &Error) -> bool {
        only_reads && error.kind() == ErrorKind::ConnectionLost && matches!(self, Self::Pool(_))
    }

    /// Whether a transaction queues with the writers, where its options make sense here.
    pub(crate) fn access_of(&self, options: TransactionOptions) -> Result<Access> {
        if matches!(self, Self::Transaction(..)) {
            return match options.isolation.is_some() || options.read_only || options.deferred {
                true => Err(Error::invalid(
                    "the options of a transaction are given to the outermost one",
                )),
                false => Ok(Access::Write),
            };
        }
        options.check(&self.pool().capabilities)?;
        Ok(if options.read_only {
            Access::Read
        } else {
            Access::Write
        })
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Database")
            .field("pool", self.source.pool())
            .finish()
    }
}
