//! The async handle.

use super::loan::Source;
use super::mode::sealed;
use super::pool::Pool;
use super::transaction::Retries;
use super::transaction_state::Purpose;
use super::{AsyncTransaction, Asynchronous, Database, Handle, Pending, PoolOptions, PoolStatus};
use crate::driver::threaded;
use crate::driver::{Backend, TransactionOptions, options};
#[cfg(feature = "native")]
use crate::engine::{Access, Step};
use crate::engine::{Call, End, Operation, Started};
use crate::error::{Error, Result};
use crate::sql::Dialect;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// A database whose verbs give a future.
///
/// It is cheap to clone and may be shared among tasks; all clones share the connections. Over a blocking driver
/// (SQLite) whole operations run on threads of the database's own; any executor will do.
#[derive(Clone)]
pub struct AsyncDatabase {
    source: Source,
}

impl AsyncDatabase {
    /// Opens a database over a backend. With the facade, `AsyncDatabase::connect(url)` does this.
    ///
    /// # Errors
    ///
    /// What the backend says of the first connection.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the connection that is being opened is closed again.
    pub async fn open(backend: Arc<dyn Backend>, options: PoolOptions) -> Result<Self> {
        #[cfg(feature = "native")]
        if let Some(native) = backend.native() {
            let pool = Pool::open_native(backend, native, &options).await?;
            return Ok(Self::of(Source::Pool(Arc::new(pool))));
        }
        let pool = threaded::elsewhere(move || Pool::open(backend, &options)).await?;
        Ok(Self::of(Source::Pool(Arc::new(pool))))
    }

    pub(crate) fn of(source: Source) -> Self {
        Self { source }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Gives the blocking handle over the same database, connections and limits.
    pub fn to_blocking(&self) -> Database {
        Database::of(self.source.clone())
    }

    /// Begins a transaction, or sets a savepoint inside one, and gives its guard: `commit` keeps what was done,
    /// dropping the guard undoes it.
    ///
    /// # Errors
    ///
    /// [`PoolTimeout`](crate::ErrorKind::PoolTimeout), or whatever the database says.
    ///
    /// # Cancel safety
    ///
    /// Dropped, a transaction that was begun already is rolled back.
    pub async fn begin(&self) -> Result<AsyncTransaction> {
        self.begin_with(options()).await
    }

    /// Begins a transaction with options. Inside a transaction they do not apply, and other options than the plain
    /// ones are refused.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for an isolation level that the database lacks; else as for
    /// [`begin`](AsyncDatabase::begin).
    ///
    /// # Cancel safety
    ///
    /// As for [`begin`](AsyncDatabase::begin).
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<AsyncTransaction> {
        let access = self.source.access_of(options)?;
        let mut loan = self.source.loan_async(&access, Purpose::Statement).await?;
        let pool = self.source.pool().clone();
        let begin = async move {
            loan.open().await?;
            loan.line()?.begin(&options).await?;
            let state = loan.into_transaction()?;
            let database = Self::of(Source::Transaction(pool, state.clone()));
            Ok(AsyncTransaction::new(database, state))
        };
        let begun = self.source.pool().drive(begin).await?;
        begun.inspect(AsyncTransaction::handed_out)
    }

    /// Runs a closure in a transaction, or in a savepoint inside one: `Ok` commits, an error or a panic rolls back.
    /// A failed inner part leaves the outer one usable.
    ///
    /// # Errors
    ///
    /// The closure's error, or what the database says at the beginning or the end;
    /// [`AfterCommit`](crate::ErrorKind::AfterCommit) where a callback failed after the commit.
    ///
    /// # Cancel safety
    ///
    /// Dropped before the commit has started it rolls back; a commit that has started is driven to its end.
    pub async fn transaction<T>(&self, body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T>) -> Result<T> {
        self.try_transaction(body).await
    }

    /// Runs a closure in a transaction with options.
    ///
    /// # Errors
    ///
    /// As for [`transaction`](AsyncDatabase::transaction) and [`begin_with`](AsyncDatabase::begin_with).
    ///
    /// # Cancel safety
    ///
    /// As for [`transaction`](AsyncDatabase::transaction).
    pub async fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T>,
    ) -> Result<T> {
        let transaction = self.begin_with(options).await?;
        let result = body(&transaction).await;
        transaction.end(result).await
    }

    /// Runs a closure in a transaction, with an error type of the caller's own.
    ///
    /// # Errors
    ///
    /// As for [`transaction`](AsyncDatabase::transaction).
    ///
    /// # Cancel safety
    ///
    /// As for [`transaction`](AsyncDatabase::transaction).
    pub async fn try_transaction<T, E: From<Error>>(
        &self,
        body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.begin().await?;
        let result = body(&transaction).await;
        transaction.end(result).await
    }

    /// Runs a closure in a transaction, and again in a new one where it ends in a conflict with somebody else's
    /// work ([`is_retryable`](Error::is_retryable)), as often as the options say (3 times without a word). A commit
    /// whose effect is not known is never repeated.
    ///
    /// The closure gets the transaction in an `Arc` and gives a future, `|tx| async move { .. }`: the future of an
    /// async closure that may run again is not seen as `Send` (rustc 1.95).
    ///
    /// # Errors
    ///
    /// The last run's error; else as for [`transaction`](AsyncDatabase::transaction).
    /// [`Invalid`](crate::ErrorKind::Invalid) where the closure keeps the transaction beyond its own end.
    ///
    /// # Cancel safety
    ///
    /// As for [`transaction`](AsyncDatabase::transaction).
    pub async fn retrying<T, F>(
        &self,
        options: TransactionOptions,
        body: impl Fn(Arc<AsyncTransaction>) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut retries = Retries::new(&options);
        loop {
            match self.run_shared(options, &body).await {
                Err(error) if retries.again(&error) => futures_timer::Delay::new(retries.pause()).await,
                result => return result,
            }
        }
    }

    /// Runs the closure of a retrying transaction once.
    async fn run_shared<T, F: Future<Output = Result<T>>>(
        &self,
        options: TransactionOptions,
        body: impl Fn(Arc<AsyncTransaction>) -> F,
    ) -> Result<T> {
        let transaction = Arc::new(self.begin_with(options).await?);
        let result = body(transaction.clone()).await;
        AsyncTransaction::end_shared(transaction, result).await
    }

    /// How busy the connections are.
    pub fn status(&self) -> PoolStatus {
        self.source.pool().status()
    }

    /// Lets no further work in, not in open transactions either, which can only roll back. Waits for the threads to
    /// end their work, but no longer than the acquire timeout: a row stream that nobody reads keeps its thread.
    ///
    /// # Cancel safety
    ///
    /// Dropped, no further work is let in all the same.
    pub async fn close(&self) {
        let pool = self.source.pool().clone();
        pool.close();
        threaded::elsewhere(move || pool.join_workers()).await;
    }
}

impl sealed::Sealed for AsyncDatabase {}

impl Handle for AsyncDatabase {
    type Mode = Asynchronous;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Pending<'a, C::Output, C::Error> {
        Pending::new(async move {
            #[cfg_attr(not(feature = "native"), expect(unused_mut, reason = "it goes to a thread"))]
            let (mut operation, rest) = match call.start() {
                Started::Run(operation, rest) => (operation, rest),
                Started::Ready(result) => return result,
            };
            #[cfg(feature = "native")]
            if self.source.pool().is_native() {
                let mut found = Default::default();
                let result = self.source.run_native(&mut operation, &mut found).await;
                let scope = self.source.scope();
                return C::finish(rest, operation, found, End { result, scope });
            }
            let (operation, found, result) = Box::pin(self.source.run(operation)).await;
            let scope = self.source.scope();
            C::finish(rest, operation, found, End { result, scope })
        })
    }

    fn dialect(&self) -> &'static dyn Dialect {
        self.source.dialect()
    }
}

impl Source {
    /// Runs an operation on a thread, and hands it back with what came of it.
    async fn run<O: Operation>(&self, operation: O) -> (O, O::Found, Result<()>) {
        let loan = self.loan_async(&operation.access(), Purpose::Statement).await;
        match loan {
            Ok(loan) => threaded::run(self.pool(), operation, loan).await,
            Err(error) => (operation, O::Found::default(), Err(error)),
        }
    }

    /// Runs an operation on a natively async connection, where it is.
    #[cfg(feature = "native")]
    async fn run_native<O: Operation>(&self, operation: &mut O, found: &mut O::Found) -> Result<()> {
        let access = operation.access();
        let result = self.run_native_once(operation, found, &access).await;
        match result {
            Err(error) if self.may_repeat(operation.only_reads(), &error) => {
                *found = O::Found::default();
                Box::pin(self.run_native_once(operation, found, &access)).await
            }
            result => result,
        }
    }

    #[cfg(feature = "native")]
    async fn run_native_once<O: Operation>(
        &self,
        operation: &mut O,
        found: &mut O::Found,
        access: &Access,
    ) -> Result<()> {
        let purpose = match self.pool().capabilities.pipelines && operation.is_one_statement() {
            true => Purpose::OneStatement,
            false => Purpose::Statement,
        };
        let mut loan = self.loan_async(access, purpose).await?;
        loan.open().await?;
        let mut session = loan.session(self.dialect())?;
        // Not by `answer!`, whose step would stay in this future beside the wait that it gives.
        let wait = match operation.run(&mut session, found) {
            Step::Ready(result) => return result,
            Step::Waiting(wait) => wait,
        };
        wait.await
    }
}

impl fmt::Debug for AsyncDatabase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("AsyncDatabase")
            .field("pool", self.source.pool())
            .finish()
    }
}
