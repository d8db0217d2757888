//! A connection for the length of one operation, wherever it comes from.

use super::lease::{Held, Lease};
use super::line::Line;
use super::pool::Pool;
#[cfg(feature = "native")]
use super::share::Share;
use super::transaction_state::{Purpose, TransactionState};
#[cfg(feature = "async")]
use crate::driver::threaded;
use crate::engine::{Access, Session};
use crate::error::Result;
use crate::record::Scope;
use crate::sql::Dialect;
use atomic_refcell::{AtomicRefCell, AtomicRefMut};
use std::borrow::Cow;
use std::sync::Arc;

/// Where a handle's connections come from: the pool, or the one of a transaction.
#[derive(Clone)]
pub(crate) enum Source {
    Pool(Arc<Pool>),
    Transaction(Arc<Pool>, Arc<TransactionState>),
}

impl Source {
    pub(crate) fn pool(&self) -> &Arc<Pool> {
        match self {
            Self::Pool(pool) | Self::Transaction(pool, _) => pool,
        }
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.pool().dialect
    }

    /// The transaction that operations on this handle are part of.
    pub(crate) fn scope(&self) -> Option<Arc<Scope>> {
        match self {
            Self::Pool(_) => None,
            Self::Transaction(_, transaction) => Some(transaction.scope().clone()),
        }
    }

    #[cfg(feature = "async")]
    pub(crate) fn transaction(&self) -> Option<&Arc<TransactionState>> {
        match self {
            Self::Pool(_) => None,
            Self::Transaction(_, transaction) => Some(transaction),
        }
    }

    /// Takes a connection for an operation, waiting on the caller's thread.
    pub(crate) fn loan(&self, access: &Access, purpose: Purpose) -> Result<Loan<'_>> {
        let mut loan = Loan::vacant(self, purpose);
        loan.enter(access)?;
        Ok(loan)
    }

    /// Takes a connection for an operation, waiting without a thread. It is not opened yet, since that may block.
    #[cfg(feature = "async")]
    pub(crate) async fn loan_async(&self, access: &Access, purpose: Purpose) -> Result<Loan<'static>> {
        match self {
            Self::Transaction(pool, transaction) => {
                pool.check_open()?;
                transaction.loan_async(purpose).await
            }
            Self::Pool(pool) => match access {
                Access::Raw(sql) if pool.has_lane() => Box::pin(loan_for_raw_async(pool, sql.clone())).await,
                access => pool.lease_async(access).await.map(Loan::of_pool),
            },
        }
    }
}

/// Asks the database on a thread whether the statement writes: raw SQL costs one hop more.
#[cfg(feature = "async")]
async fn loan_for_raw_async(pool: &Arc<Pool>, sql: Cow<'static, str>) -> Result<Loan<'static>> {
    let lease = pool.lease_async(&Access::Read).await?;
    let ask = move || {
        let mut lease = lease;
        lease.open()?;
        Ok(lease.line()?.reads_only(&sql)?.then_some(lease))
    };
    let reader: Result<Option<Lease<'static>>> = threaded::blocking(pool.workers(), ask).await?;
    match reader? {
        Some(lease) => Ok(Loan::of_pool(lease)),
        None => pool.lease_async(&Access::Write).await.map(Loan::of_pool),
    }
}

/// A connection in use by one operation. When it is dropped, whatever the operation left open is undone, and the
/// connection goes back to where it came from.
pub(crate) struct Loan<'p> {
    from: From<'p>,
    purpose: Purpose,
    /// What the operation did is not known: it was interrupted.
    spoiled: bool,
}

enum From<'p> {
    Pool(Lease<'p>),
    /// Empty once the lease was taken out.
    Transaction(Option<Held>, Cow<'p, Arc<TransactionState>>),
    #[cfg(feature = "native")]
    Shared(Share),
}

/// The connection as a session sees it: shared by the futures of one operation, and on a connection that pipelines
/// by the operations of a transaction.
pub(crate) enum Wire<'c> {
    Own(AtomicRefCell<&'c mut Line>),
    /// The same of a driver that is async by itself.
    #[cfg(feature = "native")]
    Native(AtomicRefCell<&'c mut Line>),
    #[cfg(feature = "native")]
    Shared(&'c Share),
}

impl<'c> Wire<'c> {
    #[inline]
    fn of(line: &'c mut Line) -> Self {
        #[cfg(feature = "native")]
        if !line.can_block() {
            return Self::Native(AtomicRefCell::new(line));
        }
        Self::Own(AtomicRefCell::new(line))
    }
}

/// What the sessions of one operation share.
pub(crate) trait Wired: Sync {
    /// The connection, unless other operations use it too, or a step of transaction control is under way on it.
    fn exclusive(&self) -> Option<AtomicRefMut<'_, Line>>;

    /// The part in a connection that other operations use too.
    #[cfg(feature = "native")]
    fn share(&self) -> Option<&Share>;

    /// Whether what is done on it is done at once.
    #[cfg(feature = "native")]
    fn blocks(&self) -> bool;
}

impl Wired for Wire<'_> {
    fn exclusive(&self) -> Option<AtomicRefMut<'_, Line>> {
        let line = match self {
            Self::Own(line) => line,
            #[cfg(feature = "native")]
            Self::Native(line) => line,
            #[cfg(feature = "native")]
            Self::Shared(_) => return None,
        };
        let line = line.try_borrow_mut().ok()?;
        Some(AtomicRefMut::map(line, |line| &mut **line))
    }

    #[cfg(feature = "native")]
    fn share(&self) -> Option<&Share> {
        match self {
            Self::Shared(share) => Some(share),
            _ => None,
        }
    }

    #[cfg(feature = "native")]
    fn blocks(&self) -> bool {
        matches!(self, Self::Own(_))
    }
}

impl<'p> Loan<'p> {
    /// A loan of no connection yet. It is made where it is used, and stays there: moved in memory right after it was
    /// written, it would cost as much as a lock.
    #[inline]
    pub(crate) fn vacant(source: &'p Source, purpose: Purpose) -> Self {
        let from = match source {
            Source::Pool(pool) => From::Pool(Lease::vacant(pool)),
            Source::Transaction(_, transaction) => From::Transaction(None, Cow::Borrowed(transaction)),
        };
        Self {
            from,
            purpose,
            spoiled: false,
        }
    }

    /// Takes the connection, waiting on the caller's thread.
    #[inline(always)]
    pub(crate) fn enter(&mut self, access: &Access) -> Result<()> {
        match (&mut self.from, access) {
            (From::Transaction(held, transaction), _) => *held = Some(transaction.enter(self.purpose)?),
            (From::Pool(lease), Access::Raw(sql)) if lease.pool().has_lane() => lease.enter_raw(sql)?,
            (From::Pool(lease), access) => lease.enter(access)?,
            #[cfg(feature = "native")]
            (From::Shared(_), _) => {}
        }
        Ok(())
    }

    #[cfg(feature = "async")]
    pub(crate) fn of_pool(lease: Lease<'p>) -> Self {
        Self {
            from: From::Pool(lease),
            purpose: Purpose::Statement,
            spoiled: false,
        }
    }

    #[cfg(feature = "async")]
    pub(crate) fn of_transaction(
        lease: Held,
        transaction: Cow<'p, Arc<TransactionState>>,
        purpose: Purpose,
    ) -> Self {
        Self {
            from: From::Transaction(Some(lease), transaction),
            purpose,
            spoiled: false,
        }
    }

    #[cfg(feature = "native")]
    pub(crate) fn of_share(share: Share) -> Self {
        Self {
            from: From::Shared(share),
            purpose: Purpose::Statement,
            spoiled: false,
        }
    }

    /// The transaction that the connection is of.
    #[cfg(feature = "async")]
    pub(crate) fn transaction(&self) -> Option<&Arc<TransactionState>> {
        match &self.from {
            From::Pool(_) => None,
            From::Transaction(_, transaction) => Some(transaction),
            #[cfg(feature = "native")]
            From::Shared(_) => None,
        }
    }

    /// Opens the connection where there is none yet. Over a blocking driver this blocks, and is ready at once.
    #[cfg(feature = "async")]
    pub(crate) async fn open(&mut self) -> Result<()> {
        match &mut self.from {
            From::Pool(lease) => lease.open_async().await,
            From::Transaction(..) => Ok(()),
            #[cfg(feature = "native")]
            From::Shared(_) => Ok(()),
        }
    }

    /// The connection for an operation.
    #[inline]
    pub(crate) fn session(&mut self, dialect: &'static dyn Dialect) -> Result<Session<'_>> {
        let (wire, depth, scope) = self.wire()?;
        Ok(Session::new(wire, dialect, scope, depth))
    }

    /// The connection for a session, with how many transactions are open on it, and the one that writes on it are part
    /// of.
    #[inline]
    fn wire(&mut self) -> Result<(Wire<'_>, u32, Option<&Arc<Scope>>)> {
        let (line, scope) = match &mut self.from {
            From::Pool(lease) => (lease.line()?, None),
            From::Transaction(Some(lease), transaction) => (lease.line()?, Some(transaction.scope())),
            From::Transaction(None, _) => return Err(super::pool::gone()),
            #[cfg(feature = "native")]
            From::Shared(share) => return Ok(share.wire()),
        };
        let depth = line.depth();
        Ok((Wire::of(line), depth, scope))
    }

    /// The connection, where no other operation uses it.
    pub(crate) fn line(&mut self) -> Result<&mut Line> {
        match &mut self.from {
            From::Pool(lease) => lease.line(),
            From::Transaction(Some(lease), _) => lease.line(),
            _ => Err(super::pool::gone()),
        }
    }

    /// Takes note that raw SQL is run.
    #[cfg(feature = "native")]
    pub(crate) fn runs_raw(&mut self) {
        match &mut self.from {
            From::Shared(share) => share.runs_raw(),
            _ => {
                if let Ok(line) = self.line() {
                    line.runs_raw();
                }
            }
        }
    }

    /// Keeps what it borrows by itself.
    pub(crate) fn into_static(mut self) -> Result<Loan<'static>> {
        let from = match &mut self.from {
            From::Pool(lease) => From::Pool(lease.pass_on()),
            From::Transaction(lease, transaction) => {
                From::Transaction(lease.take(), Cow::Owned(Arc::clone(transaction)))
            }
            #[cfg(feature = "native")]
            From::Shared(_) => return Err(super::pool::gone()),
        };
        Ok(Loan {
            from,
            purpose: self.purpose,
            spoiled: self.spoiled,
        })
    }

    /// Keeps the connection for a transaction that was begun on it.
    pub(crate) fn into_transaction(mut self) -> Result<Arc<TransactionState>> {
        match &mut self.from {
            From::Pool(lease) => TransactionState::outermost(lease.pass_on()),
            From::Transaction(lease, parent) => {
                let lease = lease.take().ok_or_else(super::pool::gone)?;
                TransactionState::nested(Arc::clone(parent), lease)
            }
            #[cfg(feature = "native")]
            From::Shared(_) => Err(super::pool::gone()),
        }
    }

    #[cfg(feature = "async")]
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }
}

impl Drop for Loan<'_> {
    #[inline]
    fn drop(&mut self) {
        let From::Transaction(lease, transaction) = &mut self.from else {
            return;
        };
        if let Some(lease) = lease.take() {
            transaction.take_back(lease, self.purpose, self.spoiled);
        }
    }
}
