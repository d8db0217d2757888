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
        match self {
            Self::Pool(pool) => {
                let mut lease = Lease::vacant(pool);
                lease.enter(access)?;
                Ok(Loan::Pool(lease))
            }
            Self::Transaction(_, transaction) => Ok(Loan::Transaction(Lent::enter(transaction, purpose)?)),
        }
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
                access => pool.lease_async(access).await.map(Loan::Pool),
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
        Some(lease) => Ok(Loan::Pool(lease)),
        None => pool.lease_async(&Access::Write).await.map(Loan::Pool),
    }
}

/// A connection in use by one operation. When it is dropped, whatever the operation left open is undone, and the
/// connection goes back to where it came from.
pub(crate) enum Loan<'p> {
    Pool(Lease<'p>),
    Transaction(Lent<'p>),
    #[cfg(feature = "native")]
    Shared(Share),
}

/// The connection of a transaction, lent to one operation.
pub(crate) struct Lent<'p> {
    /// Empty once it was taken out.
    held: Option<Held>,
    transaction: Cow<'p, Arc<TransactionState>>,
    purpose: Purpose,
    /// What the operation did is not known: it was interrupted.
    spoiled: bool,
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

impl<'p> Lent<'p> {
    /// Takes the connection, waiting on the caller's thread.
    #[inline]
    pub(super) fn enter(transaction: &'p Arc<TransactionState>, purpose: Purpose) -> Result<Self> {
        let held = transaction.enter(purpose)?;
        Ok(Self::of(held, Cow::Borrowed(transaction), purpose))
    }

    #[inline]
    pub(super) fn of(held: Held, transaction: Cow<'p, Arc<TransactionState>>, purpose: Purpose) -> Self {
        Self {
            held: Some(held),
            transaction,
            purpose,
            spoiled: false,
        }
    }

    #[inline]
    fn line(&mut self) -> Result<&mut Line> {
        self.held.as_mut().ok_or_else(super::pool::gone)?.line()
    }

    #[inline]
    pub(super) fn session(&mut self, dialect: &'static dyn Dialect) -> Result<Session<'_>> {
        let lease = self.held.as_mut().ok_or_else(super::pool::gone)?;
        Ok(session(lease.line()?, dialect, Some(self.transaction.scope())))
    }

    /// Takes it out, for a transaction inside this one or an iteration.
    fn take(mut self) -> Result<(Held, Arc<TransactionState>)> {
        let held = self.held.take().ok_or_else(super::pool::gone)?;
        Ok((held, Arc::clone(&self.transaction)))
    }
}

impl Drop for Lent<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.transaction.take_back(held, self.purpose, self.spoiled);
        }
    }
}

/// The connection for an operation that has it by itself.
#[inline]
pub(super) fn session<'c>(
    line: &'c mut Line,
    dialect: &'static dyn Dialect,
    scope: Option<&'c Arc<Scope>>,
) -> Session<'c> {
    let depth = line.depth();
    Session::new(Wire::of(line), dialect, scope, depth)
}

impl Loan<'_> {
    /// The transaction that the connection is of.
    #[cfg(feature = "async")]
    pub(crate) fn transaction(&self) -> Option<&Arc<TransactionState>> {
        match self {
            Self::Transaction(lent) => Some(&lent.transaction),
            _ => None,
        }
    }

    /// Opens the connection where there is none yet. Over a blocking driver this blocks, and is ready at once.
    #[cfg(feature = "async")]
    pub(crate) async fn open(&mut self) -> Result<()> {
        match self {
            Self::Pool(lease) => lease.open_async().await,
            _ => Ok(()),
        }
    }

    /// The connection for an operation.
    #[cfg(feature = "async")]
    pub(crate) fn session(&mut self, dialect: &'static dyn Dialect) -> Result<Session<'_>> {
        match self {
            Self::Pool(lease) => Ok(session(lease.line()?, dialect, None)),
            Self::Transaction(lent) => lent.session(dialect),
            #[cfg(feature = "native")]
            Self::Shared(share) => {
                let (wire, depth, scope) = share.wire();
                Ok(Session::new(wire, dialect, scope, depth))
            }
        }
    }

    /// The connection, where no other operation uses it.
    pub(crate) fn line(&mut self) -> Result<&mut Line> {
        match self {
            Self::Pool(lease) => lease.line(),
            Self::Transaction(lent) => lent.line(),
            #[cfg(feature = "native")]
            Self::Shared(_) => Err(super::pool::gone()),
        }
    }

    /// Keeps what it borrows by itself.
    pub(crate) fn into_static(self) -> Result<Loan<'static>> {
        match self {
            Self::Pool(mut lease) => Ok(Loan::Pool(lease.pass_on())),
            Self::Transaction(lent) => {
                let purpose = lent.purpose;
                let (held, transaction) = lent.take()?;
                Ok(Loan::Transaction(Lent::of(
                    held,
                    Cow::Owned(transaction),
                    purpose,
                )))
            }
            #[cfg(feature = "native")]
            Self::Shared(_) => Err(super::pool::gone()),
        }
    }

    /// Keeps the connection for a transaction that was begun on it.
    pub(crate) fn into_transaction(self) -> Result<Arc<TransactionState>> {
        match self {
            Self::Pool(mut lease) => TransactionState::outermost(lease.pass_on()),
            Self::Transaction(lent) => {
                let (held, parent) = lent.take()?;
                TransactionState::nested(parent, held)
            }
            #[cfg(feature = "native")]
            Self::Shared(_) => Err(super::pool::gone()),
        }
    }

    #[cfg(feature = "async")]
    pub(crate) fn spoil(&mut self) {
        if let Self::Transaction(lent) = self {
            lent.spoiled = true;
        }
    }
}
