//! Where blocking connections are kept: r2d2, which closes them when they are idle or old.

use super::age::{Age, Losses};
use super::slot::Slot;
use super::{Home, PoolOptions};
use crate::driver::{Backend, Connection};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::line::Link;
use scheduled_thread_pool::ScheduledThreadPool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use sync_wrapper::SyncWrapper;

/// A place in r2d2's pool.
pub(crate) type Place = SyncWrapper<Box<r2d2::PooledConnection<Manager>>>;

/// r2d2's pool.
pub(super) struct Store {
    pool: r2d2::Pool<Manager>,
    backend: Arc<dyn Backend>,
    ready: Ready,
    losses: Losses,
    max_lifetime: Option<Duration>,
}

/// Connections that were opened and wait for r2d2 to take them in.
type Ready = Arc<Mutex<Vec<(Box<dyn Connection>, Age)>>>;

impl Store {
    pub(super) fn new(backend: Arc<dyn Backend>, options: &PoolOptions, losses: Losses) -> Result<Self> {
        let ready = Ready::default();
        let manager = Manager {
            backend: backend.clone(),
            ready: ready.clone(),
            losses: losses.clone(),
            max_lifetime: options.max_lifetime,
        };
        Ok(Self {
            pool: manager_pool(manager, options)?,
            backend,
            ready,
            losses,
            max_lifetime: options.max_lifetime,
        })
    }

    /// Keeps the first connection, which may be idle for long.
    pub(super) fn begin(&self, connection: Box<dyn Connection>) -> Result<()> {
        self.add(connection);
        self.pool.get().map(drop).map_err(|error| refused(&error))
    }

    /// Keeps a connection that is open already.
    fn add(&self, connection: Box<dyn Connection>) {
        let age = Age::new(self.max_lifetime, &self.losses);
        lock(&self.ready).push((connection, age));
    }

    /// Takes a connection, or opens one once there is room for it, which blocks.
    pub(super) fn take(&self, make_room: impl Fn()) -> Result<(Link, Home)> {
        loop {
            let mut place = self.check_out(&make_room)?;
            let Some(mut connection) = place.connection.take() else {
                continue;
            };
            // One that gives no sign of life counts as broken; the next one may be alive.
            if place.age.is_fresh(Instant::now()) || connection.ping().is_ok() {
                let home = Home::Blocking(SyncWrapper::new(Box::new(place)));
                return Ok((Link::blocking(connection), home));
            }
        }
    }

    fn check_out(&self, make_room: impl Fn()) -> Result<r2d2::PooledConnection<Manager>> {
        // Opened here and not by r2d2, which keeps the cause of a failure to itself until the wait is over.
        if self.idle() == 0 {
            make_room();
            let connection = self.backend.connect();
            self.add(connection.map_err(|error| error.context("no further connection could be opened"))?);
        }
        self.pool.get().map_err(|error| refused(&error))
    }

    /// How many connections there are.
    #[cfg(feature = "native")]
    pub(super) fn connections(&self) -> u32 {
        self.pool.state().connections.saturating_add(self.ready())
    }

    /// How many of them nobody uses.
    pub(super) fn idle(&self) -> u32 {
        self.pool.state().idle_connections.saturating_add(self.ready())
    }

    fn ready(&self) -> u32 {
        u32::try_from(lock(&self.ready).len()).unwrap_or(u32::MAX)
    }

    /// Closes one that nobody uses.
    pub(super) fn close_idle(&self) {
        let ready = lock(&self.ready).pop();
        if ready.is_none()
            && let Some(mut place) = self.pool.try_get()
        {
            place.connection = None;
        }
    }
}

/// Opens connections for r2d2.
pub(crate) struct Manager {
    backend: Arc<dyn Backend>,
    ready: Ready,
    losses: Losses,
    max_lifetime: Option<Duration>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Slot<Box<dyn Connection>>;
    type Error = Error;

    fn connect(&self) -> Result<Self::Connection> {
        let ready = lock(&self.ready).pop();
        let (connection, age) = match ready {
            Some(ready) => ready,
            None => (self.backend.connect()?, Age::new(self.max_lifetime, &self.losses)),
        };
        Ok(Slot::new(connection, age))
    }

    fn is_valid(&self, _: &mut Self::Connection) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, slot: &mut Self::Connection) -> bool {
        slot.connection.is_none() || slot.age.has_expired(Instant::now())
    }
}

/// The thread that looks after all pools.
pub(super) fn keeper() -> &'static Arc<ScheduledThreadPool> {
    static KEEPER: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    KEEPER.get_or_init(|| {
        let threads = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(threads.thread_name_pattern("activerecord-keeper").build())
    })
}

fn manager_pool(manager: Manager, options: &PoolOptions) -> Result<r2d2::Pool<Manager>> {
    r2d2::Pool::builder()
        .max_size(options.size.max(1))
        .min_idle(Some(0))
        .test_on_check_out(false)
        .idle_timeout(options.idle_timeout)
        .max_lifetime(options.max_lifetime)
        .connection_timeout(options.acquire_timeout.clamp(super::OPENING, super::LONGEST))
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .thread_pool(keeper().clone())
        .build(manager)
        .map_err(|error| refused(&error))
}

#[cold]
fn refused(error: &r2d2::Error) -> Error {
    let message = format!("no further connection could be opened: {error}");
    Error::new(ErrorKind::PoolTimeout, message)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
