//! Where connections come from and are kept: r2d2 opens them, and closes them when they age.

use crate::driver::{Backend, Connection};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::line::Link;
use scheduled_thread_pool::ScheduledThreadPool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use sync_wrapper::SyncWrapper;

/// Where a connection goes when it is let go of.
pub(crate) struct Home(Option<SyncWrapper<Box<r2d2::PooledConnection<Manager>>>>);

impl Home {
    /// None: the connection is the database, or is closed.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Takes the connection back. Without one its place counts as broken, and another is opened in time.
    pub(crate) fn take_back(&mut self, link: Option<Link>) {
        if let Some(home) = &mut self.0 {
            home.get_mut().0 = link.and_then(Link::into_blocking);
        }
    }
}

/// r2d2's pool, with why the last connection could not be opened, since r2d2 tells the text alone.
pub(super) struct Store {
    pool: r2d2::Pool<Manager>,
    failure: Failure,
}

type Failure = Arc<Mutex<Option<Error>>>;

impl Store {
    pub(super) fn new(
        backend: Arc<dyn Backend>,
        first: Box<dyn Connection>,
        size: u32,
        timeout: Duration,
    ) -> Result<Self> {
        let failure = Failure::default();
        let manager = Manager {
            backend,
            first: Mutex::new(Some(first)),
            failure: failure.clone(),
        };
        let pool = manager_pool(manager, size, timeout)?;
        Ok(Self { pool, failure })
    }

    /// Takes a connection, or has one opened, which blocks.
    pub(super) fn take(&self) -> Result<(Link, Home)> {
        let mut pooled = self
            .pool
            .get()
            .map_err(|error| connect_failed(&self.failure, &error))?;
        let connection = pooled.0.take().ok_or_else(super::gone)?;
        let home = Home(Some(SyncWrapper::new(Box::new(pooled))));
        Ok((Link::blocking(connection), home))
    }
}

/// Opens connections for r2d2.
struct Manager {
    backend: Arc<dyn Backend>,
    /// The connection that was opened to try the options, the first to be handed out.
    first: Mutex<Option<Box<dyn Connection>>>,
    failure: Failure,
}

/// A pooled connection; empty while it is leased, or once it was lost.
struct Slot(Option<Box<dyn Connection>>);

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

/// Opening a connection may take this long, however short the wait for a free one is.
const OPENING: Duration = Duration::from_secs(1);

fn manager_pool(manager: Manager, size: u32, timeout: Duration) -> Result<r2d2::Pool<Manager>> {
    static OPENER: OnceLock<Arc<ScheduledThreadPool>> = OnceLock::new();
    let opener = OPENER.get_or_init(|| {
        let threads = ScheduledThreadPool::builder().num_threads(1);
        Arc::new(threads.thread_name_pattern("activerecord-opener").build())
    });
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(timeout.max(OPENING))
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
