//! Where blocking connections are kept: r2d2, which closes them when they are idle or old.

use super::age::Losses;
use super::slot::{Count, Counter, Slot};
use super::{Home, PoolOptions};
use crate::driver::{Backend, Connection};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::link::Link;
use scheduled_thread_pool::ScheduledThreadPool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use sync_wrapper::SyncWrapper;

/// A place in r2d2's pool.
pub(crate) type Place = SyncWrapper<Box<r2d2::PooledConnection<Manager>>>;

/// r2d2's pool.
pub(super) struct Store {
    pool: r2d2::Pool<Manager>,
    backend: Arc<dyn Backend>,
    at_home: Counter,
    max_lifetime: Option<Duration>,
    opening: Duration,
}

impl Store {
    pub(super) fn new(backend: Arc<dyn Backend>, options: &PoolOptions, losses: Losses) -> Result<Self> {
        let at_home = Counter::default();
        let manager = Manager {
            losses,
            at_home: at_home.clone(),
        };
        let opening = options.acquire_timeout.clamp(super::OPENING, super::LONGEST);
        Ok(Self {
            pool: manager_pool(manager, options, opening)?,
            backend,
            at_home,
            max_lifetime: options.max_lifetime,
            opening,
        })
    }

    /// Keeps the first connection.
    pub(super) fn begin(&self, connection: Box<dyn Connection>, seat: Count) -> Result<()> {
        let mut place = self.check_out()?;
        place.opened(seat, self.max_lifetime);
        place.take_back(Some(connection));
        Ok(())
    }

    /// Takes a connection, or opens one once it has a seat, which blocks.
    pub(super) fn take(&self, seat: impl Fn() -> Count) -> Result<(Link, Home)> {
        let deadline = Instant::now() + self.opening;
        loop {
            let mut place = self.check_out()?;
            let Some(mut connection) = place.take() else {
                // Another one may have come home meanwhile.
                if self.idle() > 0 {
                    continue;
                }
                let seat = seat();
                let connection = self.backend.connect().map_err(not_opened)?;
                place.opened(seat, self.max_lifetime);
                return Ok(lent(connection, place));
            };
            if place.age.is_fresh(Instant::now()) {
                return Ok(lent(connection, place));
            }
            // One that gives no sign of life counts as broken; the next one may be alive.
            match connection.ping(deadline.saturating_duration_since(Instant::now())) {
                Ok(()) => return Ok(lent(connection, place)),
                // The caller must not wait here; the connection has nothing to do with that.
                Err(error) if error.kind() == ErrorKind::Invalid => {
                    place.take_back(Some(connection));
                    return Err(error);
                }
                Err(_) => {}
            }
        }
    }

    /// A place, with a connection where one is at home.
    fn check_out(&self) -> Result<r2d2::PooledConnection<Manager>> {
        self.pool.get().map_err(|error| refused(&error))
    }

    /// How many connections nobody uses.
    pub(super) fn idle(&self) -> u32 {
        self.at_home.get()
    }

    /// Closes one that nobody uses; `false` where none is at hand.
    pub(super) fn close_idle(&self) -> bool {
        while let Some(mut place) = self.pool.try_get() {
            if place.close() {
                return true;
            }
        }
        false
    }
}

fn lent(connection: Box<dyn Connection>, place: r2d2::PooledConnection<Manager>) -> (Link, Home) {
    let home = Home::Blocking(SyncWrapper::new(Box::new(place)));
    (Link::blocking(connection), home)
}

/// Makes places for r2d2, on a thread that all pools share and no server may hold up.
pub(crate) struct Manager {
    losses: Losses,
    at_home: Counter,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Slot<Box<dyn Connection>>;
    type Error = Error;

    fn connect(&self) -> Result<Self::Connection> {
        Ok(Slot::empty(&self.losses, &self.at_home))
    }

    fn is_valid(&self, _: &mut Self::Connection) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, slot: &mut Self::Connection) -> bool {
        slot.is_broken(|_| true)
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

fn manager_pool(manager: Manager, options: &PoolOptions, opening: Duration) -> Result<r2d2::Pool<Manager>> {
    r2d2::Pool::builder()
        .max_size(options.size.max(1))
        .min_idle(Some(0))
        .test_on_check_out(false)
        .idle_timeout(options.idle_timeout)
        .max_lifetime(options.max_lifetime)
        .connection_timeout(opening)
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

/// A caller that must not wait is told so and nothing else.
#[cold]
pub(super) fn not_opened(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Invalid => error,
        _ => error.context("no further connection could be opened"),
    }
}
