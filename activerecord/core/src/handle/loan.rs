//! A connection for the length of one operation, wherever it comes from.

use super::lease::Lease;
use super::pool::Pool;
#[cfg(feature = "async")]
use super::pool::Reservation;
use super::transaction_state::{Purpose, TransactionState};
#[cfg(feature = "async")]
use crate::driver::threaded;
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::record::Scope;
use crate::sql::Dialect;
#[cfg(feature = "async")]
use std::borrow::Cow;
use std::sync::{Arc, Mutex};

/// Where a handle's connections come from: the pool, or the one of a transaction.
#[derive(Clone)]
pub(crate) enum Source {
    Pool(Arc<Pool>),
    Transaction(Arc<Pool>, Arc<TransactionState>),
}

/// A connection reserved for an operation, not taken yet: opening one may block.
#[cfg(feature = "async")]
pub(crate) enum Ticket {
    Reserved(Reservation),
    Taken(Loan),
}

#[cfg(feature = "async")]
impl Ticket {
    /// The transaction that the connection is of.
    #[cfg(feature = "async")]
    pub(crate) fn transaction(&self) -> Option<Arc<TransactionState>> {
        match self {
            Self::Reserved(_) => None,
            Self::Taken(loan) => loan.transaction.clone(),
        }
    }

    pub(crate) fn open(self) -> Result<Loan> {
        match self {
            Self::Reserved(reservation) => reservation.lease().map(Loan::of_pool),
            Self::Taken(loan) => Ok(loan),
        }
    }
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
    pub(crate) fn loan(&self, access: &Access, purpose: Purpose) -> Result<Loan> {
        match self {
            Self::Transaction(pool, transaction) => {
                pool.check_open()?;
                transaction.loan(purpose)
            }
            Self::Pool(pool) => match access {
                Access::Raw(sql) if pool.has_lane() => self.loan_for_raw(pool, sql),
                access => pool.reserve(access)?.lease().map(Loan::of_pool),
            },
        }
    }

    /// Asks the database whether the statement writes; only then it needs the turn to write.
    fn loan_for_raw(&self, pool: &Arc<Pool>, sql: &str) -> Result<Loan> {
        let mut lease = pool.reserve(&Access::Read)?.lease()?;
        if lease.reads_only(sql)? {
            return Ok(Loan::of_pool(lease));
        }
        drop(lease);
        pool.reserve(&Access::Write)?.lease().map(Loan::of_pool)
    }

    /// Reserves a connection for an operation, waiting without a thread.
    #[cfg(feature = "async")]
    pub(crate) async fn ticket(&self, access: &Access, purpose: Purpose) -> Result<Ticket> {
        match self {
            Self::Transaction(pool, transaction) => {
                pool.check_open()?;
                transaction.loan_async(purpose).await.map(Ticket::Taken)
            }
            Self::Pool(pool) => match access {
                Access::Raw(sql) if pool.has_lane() => self.ticket_for_raw(pool, sql.clone()).await,
                access => pool.reserve_async(access).await.map(Ticket::Reserved),
            },
        }
    }

    /// Asks the database on a thread whether the statement writes: raw SQL costs one hop more.
    #[cfg(feature = "async")]
    async fn ticket_for_raw(&self, pool: &Arc<Pool>, sql: Cow<'static, str>) -> Result<Ticket> {
        let reservation = pool.reserve_async(&Access::Read).await?;
        let ask = move || {
            let mut lease = reservation.lease()?;
            Ok(lease.reads_only(&sql)?.then_some(lease))
        };
        let reader: Result<Option<Lease>> = threaded::blocking(pool.workers(), ask).await?;
        match reader? {
            Some(lease) => Ok(Ticket::Taken(Loan::of_pool(lease))),
            None => pool.reserve_async(&Access::Write).await.map(Ticket::Reserved),
        }
    }
}

/// A connection in use by one operation. When it is dropped, whatever the operation left open is undone, and the
/// connection goes back to where it came from.
pub(crate) struct Loan {
    lease: Option<Lease>,
    transaction: Option<Arc<TransactionState>>,
    /// What the operation did is not known: it was interrupted.
    spoiled: bool,
}

/// The connection as a session sees it: shared by the futures of one operation.
pub(crate) type Wire<'c> = Mutex<&'c mut Lease>;

impl Loan {
    pub(crate) fn of_pool(lease: Lease) -> Self {
        Self {
            lease: Some(lease),
            transaction: None,
            spoiled: false,
        }
    }

    pub(crate) fn of_transaction(lease: Lease, transaction: Arc<TransactionState>) -> Self {
        Self {
            lease: Some(lease),
            transaction: Some(transaction),
            spoiled: false,
        }
    }

    /// The connection, and the transaction that writes on it are part of.
    pub(crate) fn parts(&mut self) -> Result<(&mut Lease, Option<&Arc<Scope>>)> {
        let scope = self.transaction.as_ref().map(|transaction| transaction.scope());
        Ok((self.lease.as_mut().ok_or_else(given_back)?, scope))
    }

    pub(crate) fn lease(&mut self) -> Result<&mut Lease> {
        self.lease.as_mut().ok_or_else(given_back)
    }

    /// Keeps the connection for a transaction that was begun on it.
    pub(crate) fn into_transaction(mut self, pool: &Pool) -> Result<Arc<TransactionState>> {
        let lease = self.lease.take().ok_or_else(given_back)?;
        Ok(match self.transaction.take() {
            None => TransactionState::outermost(lease, pool.timeout),
            Some(parent) => TransactionState::nested(parent, lease),
        })
    }

    #[cfg(feature = "async")]
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(mut lease) = self.lease.take() else {
            return;
        };
        let Some(transaction) = self.transaction.take() else {
            return;
        };
        let undone = lease.unwind(transaction.depth());
        transaction.put_back(lease, self.spoiled || undone.is_err());
    }
}

#[cold]
fn given_back() -> Error {
    Error::invalid("the connection was given back already")
}
