//! Opening a connection.

use crate::config::{Mode, Sqlite};
use crate::connection::SqliteConnection;
use crate::dialect::DIALECT;
use crate::{error, functions};
use activerecord_core::{Backend, Capabilities, Connection, Dialect, Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::{ErrorCode, OpenFlags};
use std::time::{Duration, Instant};

impl Backend for Sqlite {
    fn dialect(&self) -> &'static dyn Dialect {
        &DIALECT
    }

    fn capabilities(&self) -> Capabilities {
        match self.path() {
            Some(_) => Capabilities::embedded(),
            None => Capabilities::embedded().in_one_connection(),
        }
    }

    fn connect(&self) -> Result<Box<dyn Connection>> {
        self.check()?;
        let opened = open(self).and_then(SqliteConnection::new);
        Ok(Box::new(opened.map_err(|failure| at(self, failure))?))
    }
}

/// Opens the database and sets the session up.
fn open(sqlite: &Sqlite) -> rusqlite::Result<rusqlite::Connection> {
    let mut raw = match sqlite.path() {
        Some(path) => rusqlite::Connection::open_with_flags(path, flags(sqlite.mode())),
        None => rusqlite::Connection::open_in_memory_with_flags(flags(sqlite.mode())),
    }?;
    set_up(&raw, sqlite)?;
    functions::register(&mut raw)?;
    Ok(raw)
}

/// Without the flag for URIs, so that a path is a path; a connection is never used by two threads at once.
fn flags(mode: Mode) -> OpenFlags {
    let access = match mode {
        Mode::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Mode::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Sets a connection up as SQLite's own advice and Rails have it.
///
/// | setting | value | why |
/// |---|---|---|
/// | `busy_timeout` | as configured | how long to wait for another process |
/// | statement cache | as configured | a statement is prepared once |
/// | `dqs_dml`, `dqs_ddl` | off | a misspelt `"column"` is an error, not a string |
/// | `trusted_schema` | off | a foreign file's views and triggers call no function with side effects |
/// | `defensive` | on | no SQL can damage the file |
/// | `foreign_keys` | on | they are checked |
/// | `synchronous` | normal | with the write-ahead log the file is safe against a crash |
/// | `mmap_size` | 128 MB | pages are read without a copy |
/// | `journal_size_limit` | 64 MB | the log shrinks again after a large transaction |
/// | `cache_size` | 2000 pages | |
/// | `journal_mode` | WAL | readers and the writer do not wait for each other; not in memory or where nothing can be written |
fn set_up(raw: &rusqlite::Connection, sqlite: &Sqlite) -> rusqlite::Result<()> {
    // First of all, for even the settings below may have to wait for a lock.
    raw.busy_timeout(sqlite.lock_wait())?;
    raw.set_prepared_statement_cache_capacity(sqlite.cached_statements());
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // The last one reads the file, so what is no database fails here and not at the first statement.
    raw.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 134217728; \
         PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = 2000; PRAGMA schema_version;",
    )?;
    if sqlite.path().is_some() && !raw.is_readonly("main")? {
        write_ahead(raw, Instant::now().checked_add(sqlite.lock_wait()))?;
    }
    Ok(())
}

/// Switches to the write-ahead log. Two connections that do so to a new file at once would wait for each other, so
/// SQLite fails one of them without a wait; it tries again.
fn write_ahead(raw: &rusqlite::Connection, deadline: Option<Instant>) -> rusqlite::Result<()> {
    loop {
        let switched = raw.execute_batch("PRAGMA journal_mode = WAL;");
        let busy = |failure: &rusqlite::Error| failure.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
        let in_time = || deadline.is_none_or(|deadline| Instant::now() < deadline);
        if !switched.as_ref().is_err_and(busy) || !in_time() {
            return switched;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cold]
fn at(sqlite: &Sqlite, failure: rusqlite::Error) -> Error {
    let error = error::from_code(failure);
    match sqlite.path() {
        Some(path) => error.context(format_args!("opening {}", path.display())),
        None => error.context("opening a database in memory"),
    }
}
