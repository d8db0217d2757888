//! The connections of a database: a fair gate in front of them, and a lane for the one writer where there is one.

use super::gate::Gate;
use super::lease::Lease;
#[cfg(feature = "async")]
use crate::driver::threaded::{Workers, until};
use crate::driver::{Backend, Capabilities, Connection};
use crate::engine::Access;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Observer;
use crate::sql::Dialect;
use scheduled_thread_pool::ScheduledThreadPool;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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
    store: Store,
    #[cfg(feature = "async")]
    workers: OnceLock<Arc<Workers>>,
    closed: OnceLock<()>,
}

enum Store {
    /// The one connection goes around with its permit.
    Single,
    /// With why the last connection could not be opened, since r2d2 tells the text alone.
    Many(r2d2::Pool<Manager>, Failure),
}

type Failure = Arc<Mutex<Option<Error>>>;

/// The right to one connection. Where the database is in its one connection (`:memory:`), which is never closed and
/// opened again, this is the connection.
type Permit = Option<Box<dyn Connection>>;

/// The pool's side of a leased connection, empty as long as it is leased.
pub(crate) type Home = Box<r2d2::PooledConnection<Manager>>;

impl Pool {
    /// Opens one connection, so that a wrong path or password is told at once, and keeps it.
    pub(crate) fn open(backend: Arc<dyn Backend>, options: &PoolOptions) -> Result<Self> {
        let capabilities = backend.capabilities();
        let size = if capabilities.single_connection {
            1
        } else {
            options.size.max(1)
        };
        let first = backend.connect()?;
        let dialect = backend.dialect();
        let (store, permits) = if capabilities.single_connection {
            (Store::Single, vec![Some(first)])
        } else {
            let failure = Failure::default();
            let manager = Manager {
                backend,
                first: Mutex::new(Some(first)),
                failure: failure.clone(),
            };
            let pool = manager_pool(manager, size, options.acquire_timeout)?;
            (Store::Many(pool, failure), (0..size).map(|_| None).collect())
        };
        Ok(Self {
            dialect,
            observer: Observer::new(options.log_values),
            size: size as usize,
            timeout: options.acquire_timeout,
            gate: Gate::new(permits),
            // A single connection is a lane by itself.
            lane: (capabilities.single_writer && size > 1).then(|| Gate::new([()])),
            capabilities,
            store,
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
        match self.closed.get() {
            Some(()) => Err(Error::new(
                ErrorKind::PoolClosed,
                "the database handle was closed",
            )),
            None => Ok(()),
        }
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

    /// Lets no further work in; what runs goes on to its end.
    pub(crate) fn close(&self) {
        let _ = self.closed.set(());
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
        let what = if to_write {
            "the turn to write"
        } else {
            "a connection"
        };
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

/// A connection's permit, and with it the turn to write where that is needed; given back when dropped.
pub(crate) struct Reservation {
    pub(crate) pool: Arc<Pool>,
    permit: Permit,
    lane: bool,
}

impl Reservation {
    fn new(pool: Arc<Pool>, permit: Permit, lane: bool) -> Self {
        Self { pool, permit, lane }
    }

    /// Takes the connection. It may have to be opened first, which blocks.
    pub(crate) fn lease(mut self) -> Result<Lease> {
        let (connection, home) = self.take()?;
        Ok(Lease::new(self, connection, home))
    }

    fn take(&mut self) -> Result<(Box<dyn Connection>, Option<Home>)> {
        match &self.pool.store {
            Store::Single => self
                .permit
                .take()
                .map(|connection| (connection, None))
                .ok_or_else(gone),
            Store::Many(pool, failure) => {
                let mut pooled = pool.get().map_err(|error| connect_failed(failure, &error))?;
                let connection = pooled.0.take().ok_or_else(gone)?;
                Ok((connection, Some(Box::new(pooled))))
            }
        }
    }

    /// Takes a connection back, `None` where it could not be kept.
    pub(crate) fn put_back(&mut self, connection: Option<Box<dyn Connection>>, home: Option<Home>) {
        match home {
            // An empty slot counts as broken, and r2d2 opens another.
            Some(mut pooled) => pooled.0 = connection,
            None => self.permit = connection,
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.pool.gate.leave(self.permit.take());
        if let Some(lane) = self.pool.lane.as_ref().filter(|_| self.lane) {
            lane.leave(());
        }
    }
}

/// The turn to write, passed on where the wait for a connection ends early.
struct Turn<'a>(&'a Gate<()>);

impl<'a> Turn<'a> {
    fn of(lane: &'a Gate<()>, entered: Option<()>) -> Option<Self> {
        entered.map(|()| Self(lane))
    }

    /// Leaves it to the reservation to pass the turn on, and says whether there is one.
    fn keep(turn: Option<Self>) -> bool {
        turn.map(std::mem::forget).is_some()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.leave(());
    }
}

/// Opens connections for r2d2.
pub(crate) struct Manager {
    backend: Arc<dyn Backend>,
    /// The connection that was opened to try the options, the first to be handed out.
    first: Mutex<Option<Box<dyn Connection>>>,
    failure: Failure,
}

/// A pooled connection; empty while it is leased, or once it was lost.
pub(crate) struct Slot(Option<Box<dyn Connection>>);

impl r2d2::ManageConnection for Manager {
    type Connection = Slot;
    type Error = Error;

    fn connect(&self) -> Result<Slot> {
        let first = lock(&self.first).take();
        match first.map_or_else(|| self.backend.connect(), Ok) {
            Ok(connection) => Ok(Slot(Some(connection))),
            Err(error) => {
                let text = Error::new(error.kind(), error.to_string());
                *lock(&self.failure) = Some(error);
                Err(text)
            }
        }
    }

    fn is_valid(&self, _: &mut Slot) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.0.is_none()
    }
}

fn manager_pool(manager: Manager, size: u32, timeout: Duration) -> Result<r2d2::Pool<Manager>> {
    static OPENER: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let opener = OPENER.get_or_init(|| {
        let threads = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(threads.thread_name_pattern("activerecord-opener").build())
    });
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(timeout)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .thread_pool(opener.clone())
        .build(manager)
        .map_err(|error| Error::new(ErrorKind::PoolTimeout, error.to_string()))
}

#[cold]
fn connect_failed(failure: &Failure, error: &r2d2::Error) -> Error {
    let cause = lock(failure).take();
    cause.map_or_else(
        || {
            Error::new(
                ErrorKind::PoolTimeout,
                format!("no further connection could be opened: {error}"),
            )
        },
        |cause| cause.context("no further connection could be opened"),
    )
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
