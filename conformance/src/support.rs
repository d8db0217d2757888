//! What cases about transactions, connections and errors share.

mod cut;
mod spy;

pub use self::cut::{Cut, DropAfter, cuts};
pub use self::spy::{Calls, Spy};

use activerecord::{
    AsyncDatabase, Connect, ConnectOptions, Database, Error, ErrorKind, PoolOptions, PoolStatus, Result,
    Verbs,
};
use activerecord_backend_sqlite::Sqlite;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Long enough for anything that comes at all.
const HANG: Duration = Duration::from_secs(30);

/// The file of a database.
///
/// # Errors
///
/// What the database says.
pub fn file_of(handle: &Database) -> Result<String> {
    let files = handle.query_sql::<(i64, String, String)>("PRAGMA database_list", ())?;
    Ok(files[0].2.clone())
}

/// A second handle on the file of a database, which knows nothing of the first: to SQLite it is another process. It
/// waits 50 ms for a lock, for a connection and for its turn.
///
/// # Errors
///
/// What the database says.
pub fn stranger_to(handle: &Database) -> Result<Database> {
    let url = format!("sqlite://{}?busy_timeout=50", file_of(handle)?);
    let options = ConnectOptions::new(url).pool_size(2);
    Database::connect(options.acquire_timeout(Duration::from_millis(50)))
}

/// A handle that waits 50 ms for its one connection, over a database in memory.
///
/// # Errors
///
/// What the database says.
pub fn in_memory() -> Result<Database> {
    Database::connect(ConnectOptions::new("sqlite::memory:").acquire_timeout(Duration::from_millis(50)))
}

/// A second handle on the file of a database, with a spy between.
///
/// # Errors
///
/// What the database says.
pub fn spied(handle: &Database) -> Result<(Database, Calls)> {
    let sqlite = Sqlite::file(file_of(handle)?).busy_timeout(Duration::from_millis(50));
    let (spy, calls) = Spy::on(sqlite);
    let mut options = PoolOptions::default();
    options.size = 2;
    options.acquire_timeout = Duration::from_millis(50);
    Ok((Database::open(Arc::new(spy), options)?, calls))
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
    let stranger = stranger_to(&handle.to_blocking())?;
    stranger.execute("CREATE TABLE IF NOT EXISTS strangers (id INTEGER)", ())?;
    stranger.execute("INSERT INTO strangers (id) VALUES (1)", ())?;
    Ok(())
}
