//! The databases that the suite runs on.

mod mysql;
mod postgres;
mod sessions;
mod sqlite;
mod through;

pub use self::mysql::MysqlServer;
pub use self::postgres::PostgresServer;
pub use self::sessions::{kill_one, kill_sessions, sessions};
pub use self::sqlite::SqliteFiles;
pub(crate) use self::sqlite::file_of;
pub use self::through::{address_of, through};

use activerecord::{Backend, Database, Error, ErrorKind, Handle, Result, Verbs};
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A database, as the suite sees it.
pub trait Environment: fmt::Debug + Send + Sync {
    /// Its name, the first part of every case's name.
    fn name(&self) -> &'static str;

    /// Whether the database has what some cases need; without it they are not run.
    fn has(&self, need: Need) -> bool;

    /// A database without any table, for one case.
    ///
    /// # Errors
    ///
    /// Where it cannot be had; the message says how to provide it.
    fn fresh(&self) -> Result<Fresh>;
}

/// What some cases need, for what they say is said of such databases alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// The database is a file that the program opens by itself.
    Files,
    /// One writer at a time: the others queue for their turn, here and not in the database.
    WriterLane,
    /// A statement that fails leaves the transaction as it was before.
    GoesOnAfterFailure,
    /// Operations of async handles run on threads of the database's own.
    Threads,
    /// A statement can end the whole transaction, the savepoints in it too.
    EndsTransactions,
    /// A statement that fails can end its transaction, or its innermost savepoint.
    FailuresAbort,
    /// Operations of async handles run in one poll, as blocking ones do everywhere; so nothing in them can wait for
    /// anything but the database.
    OnePoll,
    /// `INSERT .. RETURNING` in raw SQL.
    InsertReturning,
    /// `UPDATE .. RETURNING` in raw SQL.
    UpdateReturning,
    /// Triggers that add rows to their own table, and such that keep rows out of it.
    RowTriggers,
    /// Constraints that are checked at the commit.
    DeferredConstraints,
    /// Sessions on a server, which it may end.
    Sessions,
    /// An async driver that hears at once when its session was ended.
    HearsOfLosses,
}

/// A database for one case, and what has to live as long.
#[derive(Debug)]
pub struct Fresh {
    /// The database.
    pub database: Database,
    _guard: Box<dyn Any>,
}

impl Fresh {
    /// A database, and what cleans up after it when dropped.
    pub fn new(database: Database, guard: impl Any) -> Self {
        Self {
            database,
            _guard: Box::new(guard),
        }
    }
}

/// A trigger that gives each new user a twin, a row of its own.
pub fn twin_trigger(dialect: &str) -> &'static [&'static str] {
    match dialect {
        "postgres" => postgres::TWIN_TRIGGER,
        _ => sqlite::TWIN_TRIGGER,
    }
}

/// A trigger by which a user named `no` is ignored.
pub fn ignoring_trigger(dialect: &str) -> &'static [&'static str] {
    match dialect {
        "postgres" => postgres::IGNORING_TRIGGER,
        _ => sqlite::IGNORING_TRIGGER,
    }
}

/// A unique index named `one_per_hundred` over an expression of an account's balance.
pub fn index_over_expression(dialect: &str) -> &'static str {
    match dialect {
        // It has indexes over columns alone.
        "mariadb" => {
            "ALTER TABLE accounts ADD COLUMN hundred BIGINT AS (balance - balance % 100) PERSISTENT, \
             ADD UNIQUE INDEX one_per_hundred (hundred)"
        }
        _ => "CREATE UNIQUE INDEX one_per_hundred ON accounts ((balance - balance % 100))",
    }
}

/// Nothing is open on the database but what asks.
///
/// # Errors
///
/// What the database says, or what is open.
pub fn leaves_nothing_open(stranger: &Database) -> Result<()> {
    match stranger.dialect().name() {
        "mysql" | "mariadb" => mysql::leaves_nothing_open(stranger),
        "postgres" => postgres::leaves_nothing_open(stranger),
        // A stranger who could write has seen that there is no lock.
        _ => Ok(()),
    }
}

/// Whether a session of the case waits for a lock, on MySQL or MariaDB.
///
/// # Errors
///
/// What the database says.
pub fn waits_for_a_lock(handle: &Database) -> Result<bool> {
    mysql::waits_for_a_lock(handle)
}

/// Statements that leave something on their session, and what tells of it.
pub fn traces(dialect: &str) -> &'static [(&'static str, &'static str)] {
    match dialect {
        "postgres" => &[
            (
                "SET application_name = 'left'",
                "SELECT current_setting('application_name')",
            ),
            (
                "SELECT set_config('application_name', 'left', false)",
                "SELECT current_setting('application_name')",
            ),
            (
                "SELECT pg_advisory_lock(1)",
                "SELECT CAST(count(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            ),
        ],
        _ => &[
            ("SET autocommit = 0", "SELECT CAST(@@autocommit AS CHAR)"),
            ("SET @a = 1", "SELECT CAST(@a IS NULL AS CHAR)"),
            (
                "DO GET_LOCK('left', 0)",
                "SELECT CAST(IS_USED_LOCK('left') IS NULL AS CHAR)",
            ),
        ],
    }
}

/// A statement that a server takes a minute for.
pub fn long_statement(dialect: &str) -> &'static str {
    match dialect {
        "postgres" => "SELECT pg_sleep(60)",
        _ => "SELECT SLEEP(60)",
    }
}

/// How many of those the server runs for the case.
///
/// # Errors
///
/// What the database says.
pub fn running_long_statements(stranger: &Database) -> Result<usize> {
    let running = match stranger.dialect().name() {
        "postgres" => postgres::RUNNING,
        _ => mysql::RUNNING,
    };
    Ok(stranger.query_sql::<(i32,)>(running, ())?.len())
}

/// The way to the same database once more, as another process has it; it waits so long for a lock.
///
/// # Errors
///
/// What the database says.
pub fn again(handle: &Database, lock_wait: Duration) -> Result<Arc<dyn Backend>> {
    match handle.dialect().name() {
        "mysql" | "mariadb" => mysql::again(handle, lock_wait),
        "sqlite" => sqlite::again(handle, lock_wait),
        "postgres" => postgres::again(handle, lock_wait),
        other => Err(Error::new(
            ErrorKind::Config,
            format!("the suite does not know how to reach a database of `{other}` once more"),
        )),
    }
}

/// Asks for a text, and once more where the connection was lost: raw SQL is never run again by itself.
fn ask(handle: &Database, sql: &'static str) -> Result<String> {
    let answer = || handle.query_sql::<(String,)>(sql, ());
    let mut rows = match answer() {
        Err(error) if error.kind() == ErrorKind::ConnectionLost => answer()?,
        rows => rows?,
    };
    Ok(rows.remove(0).0)
}

/// Asks again until nothing is left, for a second.
fn within_a_second(left: impl Fn() -> Result<Option<String>>) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(1);
    while let Some(what) = left()? {
        if Instant::now() > end {
            return Err(Error::invalid(format!("after a second there is left: {what}")));
        }
    }
    Ok(())
}
