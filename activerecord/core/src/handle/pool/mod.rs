//! The connections of a database: a fair gate in front of them, and a lane for the one writer where there is one.

mod reservation;
mod store;

pub(crate) use self::reservation::Reservation;
use self::reservation::Turn;
pub(super) use self::store::Kept;
use self::store::{Permit, Store};

use super::gate::Gate;
#[cfg(feature = "async")]
use crate::driver::threaded::{Workers, until};
use crate::driver::{Backend, Capabilities};
use crate::engine::Access;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Observer;
use crate::sql::Dialect;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The limits of a handle's connections.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PoolOptions {
    /// The most connections at a time, 8 without a word.
    pub size: u32,
    /// The longest wait for one, or for the turn to write; 5 s without a word.
    pub acquire_timeout: Duration,
    /// Whether log events show the values of parameters; no without a word.
    pub log_values: bool,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            size: 8,
            acquire_timeout: Duration::from_secs(5),
            log_values: false,
        }
    }
}

/// How busy a handle's connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections at a time.
    pub size: usize,
    /// Connections in use.
    pub in_use: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Callers that wait for their turn to write.
    pub waiting_to_write: usize,
}

/// The connections of one database, shared by all handles over it, in both modes.
pub(crate) struct Pool {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) capabilities: Capabilities,
    pub(crate) observer: Observer,
    pub(crate) size: usize,
    pub(crate) timeout: Duration,
    gate: Gate<Permit>,
    /// The turn to write, where the database takes one writer at a time.
    lane: Option<Gate<()>>,
    /// Opens connections, unless the one connection goes around with its permit.
    store: Option<Store>,
    /// Whether a permit keeps its connection while nobody uses it.
    keeps: bool,
    #[cfg(feature = "async")]
    workers: OnceLock<Arc<Workers>>,
    closed: OnceLock<()>,
}

/// The longest wait there is, so that a deadline can be reckoned: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The most connections a pool can have.
const MOST: u32 = 10_000;

impl Pool {
    /// Opens one connection, so that a wrong path or password is told at once, and keeps it.
    pub(crate) fn open(backend: Arc<dyn Backend>, options: &PoolOptions) -> Result<Self> {
        let capabilities = backend.capabilities();
        let size = if capabilities.single_connection {
            1
        } else {
            options.size.max(1)
        };
        let timeout = options.acquire_timeout.min(LONGEST);
        if size > MOST {
            return Err(too_many(size));
        }
        let first = backend.connect()?;
        let dialect = backend.dialect();
        let keeps = capabilities.keeps_connections;
        let (store, permits) = if capabilities.single_connection {
            (None, vec![Some(Kept::for_ever(first))])
        } else {
            let store = Store::new(backend, first, size, timeout)?;
            (Some(store), (0..size).map(|_| None).collect())
        };
        Ok(Self {
            dialect,
            observer: Observer::new(options.log_values),
            size: size as usize,
            timeout,
            gate: Gate::new(permits),
            // A single connection is a lane by itself.
            lane: (capabilities.single_writer && size > 1).then(|| Gate::new([()])),
            capabilities,
            store,
            keeps,
            #[cfg(feature = "async")]
            workers: OnceLock::new(),
            closed: OnceLock::new(),
        })
    }

    /// Reserves a connection, waiting on the caller's thread.
    pub(crate) fn reserve(self: &Arc<Self>, access: &Access) -> Result<Reservation> {
        self.check_open()?;
        let lane = self.lane_for(access);
        if lane.is_none()
            && let Some(permit) = self.gate.try_enter()
        {
            return Ok(Reservation::new(self.clone(), permit, false));
        }
        let deadline = Instant::now() + self.timeout;
        let turn = match lane {
            None => None,
            Some(lane) => {
                Some(Turn::of(lane, lane.enter_until(deadline)).ok_or_else(|| self.timed_out(true))?)
            }
        };
        let permit = self.gate.enter_until(deadline);
        let permit = permit.ok_or_else(|| self.timed_out(false))?;
        Ok(Reservation::new(self.clone(), permit, Turn::keep(turn)))
    }

    /// Reserves a connection, waiting without a thread.
    #[cfg(feature = "async")]
    pub(crate) async fn reserve_async(self: &Arc<Self>, access: &Access) -> Result<Reservation> {
        self.check_open()?;
        let lane = self.lane_for(access);
        let deadline = Instant::now() + self.timeout;
        let turn = match lane {
            None => None,
            Some(lane) => {
                let entered = until(deadline, lane.enter()).await;
                Some(Turn::of(lane, entered).ok_or_else(|| self.timed_out(true))?)
            }
        };
        let permit = until(deadline, self.gate.enter()).await;
        let permit = permit.ok_or_else(|| self.timed_out(false))?;
        Ok(Reservation::new(self.clone(), permit, Turn::keep(turn)))
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            return Err(Error::new(
                ErrorKind::PoolClosed,
                "the database handle was closed",
            ));
        }
        Ok(())
    }

    fn is_closed(&self) -> bool {
        self.closed.get().is_some()
    }

    fn lane_for(&self, access: &Access) -> Option<&Gate<()>> {
        self.lane.as_ref().filter(|_| matches!(access, Access::Write))
    }

    /// Whether raw SQL that writes has to be told from raw SQL that reads.
    pub(crate) fn has_lane(&self) -> bool {
        self.lane.is_some()
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let (free, waiting) = self.gate.status();
        PoolStatus {
            size: self.size,
            in_use: self.size - free,
            waiting,
            waiting_to_write: self.lane.as_ref().map_or(0, |lane| lane.status().1),
        }
    }

    /// Lets no further work in and closes the connections that are not in use; what runs goes on to its end.
    pub(crate) fn close(&self) {
        let _ = self.closed.set(());
        let free: Vec<Permit> = std::iter::from_fn(|| self.gate.try_enter()).collect();
        for permit in free {
            if let Some(kept) = permit {
                kept.close();
            }
            self.gate.leave(None);
        }
    }

    #[cold]
    fn timed_out(&self, to_write: bool) -> Error {
        let PoolStatus {
            size,
            in_use,
            waiting,
            waiting_to_write,
            ..
        } = self.status();
        let waited = self.timeout;
        let what = if to_write { "turn to write" } else { "connection" };
        Error::new(
            ErrorKind::PoolTimeout,
            format!(
                "no {what} within {waited:?}: {in_use} of {size} connections in use, {waiting} callers wait for \
                 one and {waiting_to_write} to write. Inside a transaction use its own handle `tx`: another handle \
                 of the same database waits for the transaction to end; so does a write while rows are iterated \
                 over on the only connection"
            ),
        )
    }
}

#[cfg(feature = "async")]
impl Pool {
    /// The threads that async handles over this database run their work on.
    pub(crate) fn workers(&self) -> &Arc<Workers> {
        self.workers.get_or_init(|| Workers::new(self.size))
    }

    /// Ends the threads once their work is done, and waits for that, but no longer than for a connection.
    pub(crate) fn join_workers(&self) {
        if let Some(workers) = self.workers.get() {
            workers.close(Instant::now() + self.timeout);
        }
    }
}

#[cold]
fn too_many(size: u32) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("a pool of {size} connections; {MOST} are the most"),
    )
}

#[cold]
fn gone() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the connection that held the database is gone",
    )
}

impl fmt::Debug for Pool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pool")
            .field("dialect", &self.dialect.name())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
