//! The connections of a database: a fair gate in front of them, and a lane for the one writer where there is one.

mod age;
#[cfg(feature = "async")]
mod background;
#[cfg(feature = "native")]
mod native;
mod options;
mod rest;
mod slot;
mod store;

pub use self::options::{PoolOptions, PoolStatus};

use self::age::{Age, Losses};
#[cfg(feature = "native")]
use self::native::NativeSide;
use self::slot::{Count, Counter};
use self::store::Store;
use super::gate::{Gate, Ticket};
#[cfg(feature = "async")]
use super::lease::Lease;
use super::line::Line;
use super::link::Link;
#[cfg(feature = "native")]
use crate::driver::AsyncBackend;
#[cfg(feature = "async")]
use crate::driver::threaded::{Workers, until};
use crate::driver::{Backend, Capabilities};
use crate::engine::{Access, now};
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Observer;
use crate::sql::Dialect;
#[cfg(feature = "async")]
use std::borrow::Cow;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The right to one connection, with the connection where it is kept.
pub(super) type Permit = Ticket<Option<Line>>;

/// Where a connection goes when it is let go of.
pub(crate) enum Home {
    /// Nowhere: the connection is the database, or closed.
    Nowhere,
    Blocking(store::Place),
    #[cfg(feature = "native")]
    Native(native::Place),
}

impl Home {
    /// How old the connection is; `None` for one that lives as long as its database.
    pub(super) fn age(&mut self) -> Option<&mut Age> {
        match self {
            Self::Nowhere => None,
            Self::Blocking(place) => Some(&mut place.get_mut().age),
            #[cfg(feature = "native")]
            Self::Native(place) => Some(&mut place.age),
        }
    }

    /// Takes the connection back. Without one its place is free for another.
    pub(super) fn take_back(&mut self, link: Option<Link>) {
        match self {
            Self::Nowhere => {}
            Self::Blocking(place) => place.get_mut().take_back(link.and_then(Link::into_blocking)),
            #[cfg(feature = "native")]
            Self::Native(place) => place.take_back(link.and_then(Link::into_native)),
        }
    }
}

/// The connections of one database, shared by all handles over it, in both modes.
pub(crate) struct Pool {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) capabilities: Capabilities,
    pub(crate) observer: Observer,
    pub(crate) size: usize,
    pub(crate) timeout: Duration,
    gate: Gate<Option<Line>>,
    /// The turn to write, where the database takes one writer at a time.
    lane: Option<Gate<()>>,
    /// Keeps blocking connections, unless the one connection goes around with its permit.
    store: Option<Store>,
    /// Keeps natively async connections, where the driver makes such.
    #[cfg(feature = "native")]
    native: Option<NativeSide>,
    #[cfg(feature = "native")]
    losses: Losses,
    /// How many connections there are, those that are being opened included.
    seats: Counter,
    /// Whether a permit keeps its connection for as long as nobody uses it.
    pub(super) keeps: bool,
    /// Whether somebody will look for connections that nobody used for a while.
    tidies: AtomicBool,
    #[cfg(feature = "async")]
    workers: OnceLock<Arc<Workers>>,
    closed: OnceLock<()>,
}

/// The longest wait there is, so that a deadline can be reckoned: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Opening a connection may take this long, however short the wait for a free one is.
const OPENING: Duration = Duration::from_secs(5);

/// The most connections a pool can have.
const MOST: u32 = 10_000;

impl Pool {
    /// Opens one connection, so that a wrong path or password is told at once, and keeps it.
    pub(crate) fn open(backend: Arc<dyn Backend>, options: &PoolOptions) -> Result<Self> {
        let options = &checked(options)?;
        let first = backend.connect()?;
        let pool = Self::new(backend, options)?;
        match &pool.store {
            Some(store) => store.begin(first, pool.seats.count())?,
            None => {
                let line = Line::new(Link::blocking(first), Home::Nowhere, pool.observer);
                pool.gate.leave(Ticket::new(Some(line)));
            }
        }
        Ok(pool)
    }

    /// The same for a driver that is async by itself.
    #[cfg(feature = "native")]
    pub(crate) async fn open_native(
        backend: Arc<dyn Backend>,
        native: Arc<dyn AsyncBackend>,
        options: &PoolOptions,
    ) -> Result<Self> {
        let options = &checked(options)?;
        native::check_runtime()?;
        // Before the pool asks for the dialect, which may be known only then.
        let first = native.connect().await?;
        let pool = Self::new(backend, options)?;
        pool.native_store()?.begin(first, pool.seats.count());
        Ok(pool)
    }

    fn new(backend: Arc<dyn Backend>, options: &PoolOptions) -> Result<Self> {
        let capabilities = backend.capabilities();
        let losses = Losses::default();
        let size = match capabilities.single_connection {
            true => 1,
            false => options.size.max(1),
        };
        // The permit of a single connection is made with it.
        let permits = (0..size)
            .map(|_| None)
            .filter(|_| !capabilities.single_connection);
        Ok(Self {
            dialect: backend.dialect(),
            observer: Observer::new(options.log_values),
            size: size as usize,
            timeout: options.acquire_timeout.min(LONGEST),
            gate: Gate::new(permits),
            // A single connection is a lane by itself.
            lane: (capabilities.single_writer && size > 1).then(|| Gate::new([()])),
            keeps: capabilities.keeps_connections,
            #[cfg(feature = "native")]
            native: backend
                .native()
                .map(|backend| NativeSide::new(backend, options.clone())),
            store: match capabilities.single_connection {
                true => None,
                false => Some(Store::new(backend, options, losses.clone())?),
            },
            #[cfg(feature = "native")]
            losses,
            seats: Counter::default(),
            tidies: AtomicBool::new(false),
            capabilities,
            #[cfg(feature = "async")]
            workers: OnceLock::new(),
            closed: OnceLock::new(),
        })
    }

    /// Takes the right to a connection, and the turn to write where that is a thing to wait for, on the caller's thread.
    #[inline]
    pub(crate) fn permit(&self, access: &Access, turn: &mut Option<Ticket<()>>) -> Result<Permit> {
        self.check_open()?;
        match self.free_permit(access) {
            Some(permit) => Ok(permit),
            None => self.wait_on_thread(access, turn),
        }
    }

    /// Apart from the way of those who need not wait, which is as short as it can be.
    #[inline(never)]
    fn wait_on_thread(&self, access: &Access, turn: &mut Option<Ticket<()>>) -> Result<Permit> {
        now(pin!(self.wait_for_permit(access, turn, Wait::OnThread)))
    }

    /// Leases a connection, waiting without a thread. It is not opened yet, since that may block.
    #[cfg(feature = "async")]
    pub(crate) async fn lease_async(self: &Arc<Self>, access: &Access) -> Result<Lease<'static>> {
        self.check_open()?;
        let mut turn = None;
        let permit = match self.free_permit(access) {
            Some(permit) => permit,
            None => Box::pin(self.wait_for_permit(access, &mut turn, Wait::InTask)).await?,
        };
        Ok(Lease::new(Cow::Owned(self.clone()), permit, turn))
    }

    /// The right to a connection where nobody has to be waited for.
    #[inline]
    fn free_permit(&self, access: &Access) -> Option<Permit> {
        match self.lane_for(access) {
            None => self.gate.try_enter(),
            Some(_) => None,
        }
    }

    async fn wait_for_permit(
        &self,
        access: &Access,
        turn: &mut Option<Ticket<()>>,
        wait: Wait,
    ) -> Result<Permit> {
        let mut deadline = Deadline::after(self.timeout);
        let own_turn = match self.lane_for(access) {
            None => None,
            Some(lane) => {
                let entered = self.enter(lane, &mut deadline, wait).await;
                Some(Turn::of(lane, entered).ok_or_else(|| self.timed_out(true))?)
            }
        };
        let permit = self.enter(&self.gate, &mut deadline, wait).await;
        let permit = permit.ok_or_else(|| self.timed_out(false))?;
        if let Err(closed) = self.check_open() {
            self.gate.leave(permit);
            return Err(closed);
        }
        *turn = own_turn.and_then(Turn::into_ticket);
        Ok(permit)
    }

    async fn enter<T>(&self, gate: &Gate<T>, deadline: &mut Deadline, wait: Wait) -> Option<Ticket<T>> {
        if let Some(entered) = gate.try_enter() {
            return Some(entered);
        }
        match wait {
            Wait::OnThread => gate.enter_until(deadline.get()),
            #[cfg(feature = "async")]
            Wait::InTask => self.wait_until(deadline.get(), gate.enter()).await,
        }
    }

    #[cfg(feature = "async")]
    async fn wait_until<F: Future>(&self, deadline: Instant, future: F) -> Option<F::Output> {
        #[cfg(feature = "native")]
        if self.is_in_own_runtime() {
            return tokio::time::timeout_at(deadline.into(), future).await.ok();
        }
        until(deadline, future).await
    }

    /// Opens a connection for a permit that has none.
    pub(super) fn open_line(&self) -> Result<Line> {
        let store = self.store.as_ref().ok_or_else(gone)?;
        let (link, home) = store.take(|| self.seat())?;
        Ok(Line::new(link, home, self.observer))
    }

    /// Counts a connection that is about to be opened. Where there are as many as there may be, of both kinds together,
    /// one that nobody uses is closed for it: there is such a one, since its permit is in the caller's hands.
    fn seat(&self) -> Count {
        /// How often that one may be on its way from somebody who closes it too.
        const OFTEN: u32 = 1000;
        for _ in 0..OFTEN {
            if let Some(seat) = self.seats.count_within(self.size) {
                return seat;
            }
            if !self.close_idle() {
                std::thread::yield_now();
            }
        }
        self.seats.count()
    }

    /// Takes a connection back that can be used again, or the right to open another.
    #[inline]
    pub(super) fn take_back(self: &Arc<Self>, mut permit: Permit, turn: Option<Ticket<()>>) {
        match permit.get_mut() {
            Some(line) if self.is_closed() => close(line),
            Some(place) if !self.keeps => self.rest(place),
            _ => {}
        }
        self.gate.leave(permit);
        self.permit_left();
        if let (Some(turn), Some(lane)) = (turn, &self.lane) {
            lane.leave(turn);
        }
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

    /// Lets no further work in and closes the connections that are not in use; what runs goes on to its end.
    pub(crate) fn close(&self) {
        let _ = self.closed.set(());
        self.close_free();
    }

    /// Closes the connections that nobody uses.
    pub(super) fn close_free(&self) {
        let free: Vec<Permit> = std::iter::from_fn(|| self.gate.try_enter()).collect();
        for mut permit in free {
            if let Some(line) = permit.get_mut() {
                close(line);
            }
            self.gate.leave(permit);
        }
        while self.close_idle() {}
    }

    /// Closes a connection at home; `false` where none is.
    fn close_idle(&self) -> bool {
        let closed = self.store.as_ref().is_some_and(Store::close_idle);
        #[cfg(feature = "native")]
        let closed = closed || self.native.as_ref().is_some_and(NativeSide::close_idle);
        closed
    }

    #[cold]
    fn timed_out(&self, to_write: bool) -> Error {
        let PoolStatus {
            size,
            in_use,
            idle,
            waiting,
            waiting_to_write,
            ..
        } = self.status();
        let waited = self.timeout;
        let what = if to_write { "turn to write" } else { "connection" };
        Error::new(
            ErrorKind::PoolTimeout,
            format!(
                "no {what} within {waited:?}: {in_use} of {size} connections in use, {idle} idle, {waiting} callers wait for \
                 one and {waiting_to_write} to write. Inside a transaction use its own handle `tx`: another handle \
                 of the same database waits for the transaction to end; so does a write while rows are iterated \
                 over on the only connection"
            ),
        )
    }
}

fn close(line: &mut Option<Line>) {
    if let Some(line) = line.take() {
        line.close();
    }
}

/// The options as the pools can take them.
fn checked(options: &PoolOptions) -> Result<PoolOptions> {
    if options.size > MOST {
        return Err(too_many(options.size));
    }
    for (name, time) in [
        ("idle_timeout", options.idle_timeout),
        ("max_lifetime", options.max_lifetime),
    ] {
        if time.is_some_and(|time| time.is_zero()) {
            return Err(no_time(name));
        }
    }
    let shorter = |time: Duration| time.min(LONGEST);
    Ok(PoolOptions {
        acquire_timeout: shorter(options.acquire_timeout),
        idle_timeout: options.idle_timeout.map(shorter),
        max_lifetime: options.max_lifetime.map(shorter),
        ..options.clone()
    })
}

#[cold]
fn no_time(name: &str) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("`{name}` is zero, which leaves a connection no time; give it a time, or `None` for never"),
    )
}

#[cold]
fn too_many(size: u32) -> Error {
    Error::new(
        ErrorKind::Config,
        format!("a pool of {size} connections; {MOST} are the most"),
    )
}

/// How a caller waits.
#[derive(Clone, Copy)]
enum Wait {
    /// Its thread sleeps; the wait is over at the first poll.
    OnThread,
    #[cfg(feature = "async")]
    InTask,
}

/// When a wait is over. The clock is read by the first who has to wait.
struct Deadline {
    timeout: Duration,
    at: Option<Instant>,
}

impl Deadline {
    fn after(timeout: Duration) -> Self {
        Self { timeout, at: None }
    }

    fn get(&mut self) -> Instant {
        *self.at.get_or_insert_with(|| Instant::now() + self.timeout)
    }
}

/// The turn to write, passed on where the wait for a connection ends early.
struct Turn<'a> {
    lane: &'a Gate<()>,
    ticket: Option<Ticket<()>>,
}

impl<'a> Turn<'a> {
    fn of(lane: &'a Gate<()>, entered: Option<Ticket<()>>) -> Option<Self> {
        let ticket = Some(entered?);
        Some(Self { lane, ticket })
    }

    /// Leaves it to a lease to pass the turn on.
    fn into_ticket(mut self) -> Option<Ticket<()>> {
        self.ticket.take()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.lane.leave(ticket);
        }
    }
}

#[cold]
pub(super) fn gone() -> Error {
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
