//! What cases about transactions, connections and errors share.

mod cut;
mod killer;
mod proxy;
mod rival;
mod spy;

pub use self::cut::{Cut, DropAfter, cuts};
pub use self::killer::Killer;
pub use self::proxy::{Lost, Proxy, Step};
pub use self::rival::{Rival, overtake};
pub use self::spy::{Calls, Spy};

use crate::environment::{address_of, again, kill_sessions, leaves_nothing_open, through};
use activerecord::{
    AsyncDatabase, Connect, ConnectOptions, Database, Error, ErrorKind, Handle, PoolOptions, PoolStatus,
    Result, Verbs,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Long enough for anything that comes at all.
const HANG: Duration = Duration::from_secs(30);

/// How long a stranger waits.
const STRANGERS_WAIT: Duration = Duration::from_millis(50);

/// A second handle on a database, which knows nothing of the first: to the database it is another process. It waits
/// 50 ms for a lock, for a connection and for its turn.
///
/// # Errors
///
/// What the database says.
pub fn stranger_to(handle: &Database) -> Result<Database> {
    Database::open(again(handle, STRANGERS_WAIT)?, strangers_options(handle))
}

/// Ends every session of a case on the server, as an administrator does.
///
/// # Errors
///
/// What the database says.
pub fn kill_sessions_of(handle: &Database) -> Result<()> {
    kill_sessions(&stranger_to(handle)?)
}

fn strangers_options(handle: &Database) -> PoolOptions {
    let mut options = PoolOptions::default();
    options.size = 2;
    options.acquire_timeout = match handle.dialect().name() {
        "sqlite" => STRANGERS_WAIT,
        // Opening a connection to a busy server may take longer than any lock.
        _ => Duration::from_secs(1),
    };
    options
}

/// A handle that waits 50 ms for its one connection, over a database in memory.
///
/// # Errors
///
/// What the database says.
pub fn in_memory() -> Result<Database> {
    Database::connect(ConnectOptions::new("sqlite::memory:").acquire_timeout(Duration::from_millis(50)))
}

/// A second handle on a database, with a spy between.
///
/// # Errors
///
/// What the database says.
pub fn spied(handle: &Database) -> Result<(Database, Calls)> {
    let (spy, calls) = Spy::on(again(handle, STRANGERS_WAIT)?);
    Ok((Database::open(Arc::new(spy), strangers_options(handle))?, calls))
}

/// A second handle on a database, by two connections through a proxy.
///
/// # Errors
///
/// What the database says.
pub fn proxied(handle: &Database) -> Result<(Database, Proxy)> {
    let proxy = Proxy::to(address_of(handle)?);
    let proxy = proxy.map_err(|error| Error::new(ErrorKind::Io, "no proxy").with_source(error))?;
    let mut options = PoolOptions::default();
    options.size = 2;
    Ok((Database::open(through(handle, proxy.address())?, options)?, proxy))
}

/// A second handle on a database, with so many connections, for which callers wait as long as it takes.
///
/// # Errors
///
/// What the database says.
pub fn with_limits(handle: &Database, mut options: PoolOptions) -> Result<Database> {
    options.acquire_timeout = 2 * HANG;
    Database::open(again(handle, HANG)?, options)
}

/// So many connections at a time.
#[must_use]
pub fn size(size: u32) -> PoolOptions {
    let mut options = PoolOptions::default();
    options.size = size;
    options
}

/// Whether the database's own code is one of these: SQLite's, PostgreSQL's or another's, each for the same mistake.
pub fn has_code(error: &Error, codes: &[&str]) -> bool {
    let number = error.code().map(|code| code.to_string());
    let state = error.sqlstate().map(ToOwned::to_owned);
    let mut given = number.into_iter().chain(state);
    given.any(|code| codes.contains(&&*code))
}

/// The least fraction of a second, in nanoseconds, that a time of the database can have.
///
/// # Errors
///
/// What the database says.
pub fn least_fraction(handle: &Database) -> Result<u32> {
    let digits = again(handle, STRANGERS_WAIT)?.capabilities().time_digits;
    Ok(10_u32.pow(9 - digits))
}

/// The kind of the error that a call is to fail with.
#[track_caller]
pub fn kind<T, E: Into<Error>>(result: Result<T, E>) -> ErrorKind {
    failure(result).kind()
}

/// The error that a call is to fail with.
#[track_caller]
pub fn failure<T, E: Into<Error>>(result: Result<T, E>) -> Error {
    match result {
        Err(error) => error.into(),
        #[expect(clippy::panic, reason = "so a case fails")]
        Ok(_) => panic!("it was to fail"),
    }
}

/// Waits until the connections are as they should be.
#[track_caller]
pub fn until(handle: &Database, reached: impl Fn(&PoolStatus) -> bool) {
    wait_for(|| reached(&handle.status()));
}

/// Waits until something is so.
#[track_caller]
pub fn wait_for(reached: impl Fn() -> bool) {
    let end = Instant::now() + HANG;
    while !reached() {
        assert!(Instant::now() < end, "what is waited for does not come");
        std::thread::yield_now();
    }
}

/// The same, letting other tasks run meanwhile.
pub async fn until_async(handle: &AsyncDatabase, reached: impl Fn(&PoolStatus) -> bool) {
    let end = Instant::now() + HANG;
    while !reached(&handle.status()) {
        assert!(
            Instant::now() < end,
            "what is waited for does not come: {:?}",
            handle.status()
        );
        tokio::task::yield_now().await;
    }
}

/// Nothing is left behind: no connection is in use, nobody waits, and a stranger can write at once.
///
/// # Errors
///
/// What the database says.
pub async fn is_whole(handle: &AsyncDatabase) -> Result<()> {
    until_async(handle, |status| status.in_use == 0).await;
    let status = handle.status();
    assert_eq!((status.waiting, status.waiting_to_write), (0, 0));
    tokio::task::block_in_place(|| {
        let handle = handle.to_blocking();
        let mut options = strangers_options(&handle);
        options.acquire_timeout = HANG;
        let stranger = Database::open(again(&handle, STRANGERS_WAIT)?, options)?;
        stranger.execute("CREATE TABLE IF NOT EXISTS strangers (id INTEGER)", ())?;
        stranger.execute("INSERT INTO strangers (id) VALUES (1)", ())?;
        leaves_nothing_open(&stranger)
    })
}
