//! Where natively async connections are kept: bb8, which closes them when they are idle or old.

use super::age::Losses;
use super::slot::{Count, Counter, Slot};
use super::store::not_opened;
use super::{Home, Pool, PoolOptions};
use crate::driver::threaded::until;
use crate::driver::{AsyncBackend, AsyncConnection};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::line::Line;
use crate::handle::link::Link;
use crate::handle::native::Native;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// How often idle and old connections are looked for, at least and at most.
const REAPING: Duration = Duration::from_secs(30);
const OFTEN: Duration = Duration::from_secs(1);

/// A place in bb8's pool.
pub(crate) type Place = Box<bb8::PooledConnection<'static, Manager>>;

/// The natively async side of a pool.
pub(super) struct NativeSide {
    backend: Arc<dyn AsyncBackend>,
    options: PoolOptions,
    /// Made in the runtime of the first that needs it.
    store: OnceLock<NativeStore>,
}

impl NativeSide {
    pub(super) fn new(backend: Arc<dyn AsyncBackend>, options: PoolOptions) -> Self {
        Self {
            backend,
            options,
            store: OnceLock::new(),
        }
    }

    /// How many connections nobody uses.
    pub(super) fn idle(&self) -> u32 {
        self.store.get().map_or(0, NativeStore::idle)
    }

    /// Closes a connection that nobody uses; `false` where none is at hand.
    pub(super) fn close_idle(&self) -> bool {
        self.store.get().is_some_and(NativeStore::close_idle)
    }
}

impl Pool {
    /// Whether async handles use connections that are async by themselves.
    pub(crate) fn is_native(&self) -> bool {
        self.native.is_some()
    }

    /// Opens a natively async connection for a permit that has none.
    pub(in crate::handle) async fn open_native_line(&self) -> Result<Line> {
        let native = self.native_store()?;
        let (link, home) = native.take(|| self.seat()).await?;
        Ok(Line::new(link, home, self.observer))
    }

    /// Whether this is awaited in the runtime of the connections, which has a timer. It counts many waits for little; a
    /// timer that needs no runtime wakes its thread at the beginning and at the end of each.
    pub(super) fn is_in_own_runtime(&self) -> bool {
        let own = self.native.as_ref().and_then(|native| native.store.get());
        let own = own.map(|store| store.runtime.id());
        own.is_some() && own == Handle::try_current().ok().map(|runtime| runtime.id())
    }

    pub(in crate::handle) fn native_store(&self) -> Result<&NativeStore> {
        let native = self.native.as_ref().ok_or_else(super::gone)?;
        if let Some(store) = native.store.get() {
            return Ok(store);
        }
        let store = NativeStore::new(native.backend.clone(), &native.options, self.losses.clone())?;
        Ok(native.store.get_or_init(|| store))
    }
}

/// bb8's pool.
pub(in crate::handle) struct NativeStore {
    pool: bb8::Pool<Manager>,
    backend: Arc<dyn AsyncBackend>,
    losses: Losses,
    at_home: Counter,
    max_lifetime: Option<Duration>,
    opening: Duration,
    /// The runtime that the connections' work goes on in.
    pub(super) runtime: Handle,
    /// Gone as soon as that runtime has ended.
    alive: Weak<()>,
    sentinel: AbortHandle,
}

impl NativeStore {
    /// Makes an empty one in the runtime of the caller.
    pub(super) fn new(backend: Arc<dyn AsyncBackend>, options: &PoolOptions, losses: Losses) -> Result<Self> {
        let runtime = Handle::try_current().map_err(|_| no_runtime())?;
        let opening = options.acquire_timeout.clamp(super::OPENING, super::LONGEST);
        let at_home = Counter::default();
        let manager = Manager {
            losses: losses.clone(),
            at_home: at_home.clone(),
        };
        let pool = bb8::Pool::builder()
            .max_size(options.size.max(1))
            .test_on_check_out(false)
            .idle_timeout(options.idle_timeout)
            .reaper_rate(
                options
                    .idle_timeout
                    .map_or(REAPING, |idle| idle.clamp(OFTEN, REAPING)),
            )
            .max_lifetime(options.max_lifetime)
            .connection_timeout(opening)
            .build_unchecked(manager);
        let life = Arc::new(());
        let alive = Arc::downgrade(&life);
        let sentinel = runtime.spawn(async move {
            pending::<()>().await;
            drop(life);
        });
        Ok(Self {
            pool,
            backend,
            losses,
            at_home,
            max_lifetime: options.max_lifetime,
            opening,
            runtime,
            alive,
            sentinel: sentinel.abort_handle(),
        })
    }

    /// Keeps the first connection.
    pub(super) fn begin(&self, connection: Arc<dyn AsyncConnection>, seat: Count) {
        let mut slot = self.empty();
        slot.opened(seat, self.max_lifetime);
        slot.take_back(Some(connection));
        // There is room for it: it is the first.
        let _ = self.pool.add(slot);
    }

    fn empty(&self) -> Slot<Arc<dyn AsyncConnection>> {
        Slot::empty(&self.losses, &self.at_home)
    }

    /// Takes a connection, or opens one once it has a seat.
    ///
    /// In the runtime of the connections, whichever runtime the caller is in: the caller's may end earlier, or nobody may
    /// drive it any more.
    pub(super) async fn take(&self, seat: impl Fn() -> Count) -> Result<(Link, Home)> {
        let deadline = Instant::now() + self.opening;
        let mut taken = pin!(self.take_in_time(seat));
        let taken = poll_fn(|context| {
            let _runtime = self.runtime.enter();
            taken.as_mut().poll(context)
        });
        until(deadline, taken)
            .await
            .unwrap_or_else(|| Err(slow(self.opening)))
    }

    /// Whether the runtime of the connections goes on.
    pub(in crate::handle) fn check_alive(&self) -> Result<()> {
        match self.alive.strong_count() {
            0 => Err(runtime_gone()),
            _ => Ok(()),
        }
    }

    async fn take_in_time(&self, seat: impl Fn() -> Count) -> Result<(Link, Home)> {
        loop {
            let mut place = self.check_out().await?;
            let Some(connection) = place.take() else {
                // Another one may have come home meanwhile.
                if self.idle() > 0 {
                    continue;
                }
                let seat = seat();
                let connection = self.backend.connect().await.map_err(not_opened)?;
                place.opened(seat, self.max_lifetime);
                return Ok(self.lent(connection, place));
            };
            // One that gives no sign of life counts as broken; the next one may be alive.
            let alive = connection.is_usable()
                && (place.age.is_fresh(Instant::now()) || connection.ping().await.is_ok());
            if alive {
                return Ok(self.lent(connection, place));
            }
        }
    }

    fn lent(
        &self,
        connection: Arc<dyn AsyncConnection>,
        place: bb8::PooledConnection<'static, Manager>,
    ) -> (Link, Home) {
        let native = Native::new(connection, self.runtime.clone());
        (Link::Native(native), Home::Native(Box::new(place)))
    }

    /// A place, with a connection where one is at home.
    async fn check_out(&self) -> Result<bb8::PooledConnection<'static, Manager>> {
        if self.idle() == 0 {
            // Where there is no room for another one is about to be given back.
            let _ = self.pool.add(self.empty());
        }
        self.pool.get_owned().await.map_err(|failure| match failure {
            bb8::RunError::User(error) => error,
            bb8::RunError::TimedOut => slow(self.opening),
        })
    }

    /// How many connections nobody uses.
    pub(super) fn idle(&self) -> u32 {
        self.at_home.get()
    }

    /// Closes one that nobody uses; `false` where none is at hand.
    pub(super) fn close_idle(&self) -> bool {
        // A blocking handle may be the one who asks, on a thread without a runtime.
        let _runtime = self.runtime.enter();
        while self.pool.state().idle_connections > 0 {
            let idle = pin!(self.pool.get_owned());
            let Poll::Ready(Ok(mut place)) = idle.poll(&mut Context::from_waker(Waker::noop())) else {
                break;
            };
            if place.close() {
                return true;
            }
        }
        false
    }
}

impl Drop for NativeStore {
    fn drop(&mut self) {
        self.sentinel.abort();
    }
}

/// Makes places for bb8.
pub(crate) struct Manager {
    losses: Losses,
    at_home: Counter,
}

impl bb8::ManageConnection for Manager {
    type Connection = Slot<Arc<dyn AsyncConnection>>;
    type Error = Error;

    async fn connect(&self) -> Result<Self::Connection> {
        Ok(Slot::empty(&self.losses, &self.at_home))
    }

    async fn is_valid(&self, _: &mut Self::Connection) -> Result<()> {
        Ok(())
    }

    fn has_broken(&self, slot: &mut Self::Connection) -> bool {
        slot.is_broken(|connection| connection.is_usable())
    }
}

/// Whether there is a runtime around the caller, without which a driver panics.
pub(super) fn check_runtime() -> Result<()> {
    Handle::try_current().map(drop).map_err(|_| no_runtime())
}

#[cold]
fn no_runtime() -> Error {
    Error::new(
        ErrorKind::Config,
        "this database needs a tokio runtime around it: await it in one, with io and time enabled",
    )
}

#[cold]
fn runtime_gone() -> Error {
    Error::new(
        ErrorKind::Config,
        "the runtime in which this handle was connected has ended, and its connections with it; connect in the \
         runtime in which the handle is used",
    )
}

#[cold]
fn slow(opening: Duration) -> Error {
    Error::new(
        ErrorKind::PoolTimeout,
        format!("no further connection could be opened within {opening:?}"),
    )
}
