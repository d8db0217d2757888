//! A connection.

use crate::cursor::SqliteCursor;
use crate::error;
use crate::value::{SqliteRow, bind};
use activerecord_core::{
    Connection, Control, Error, ErrorKind, Interrupt, OpenCursor, Outcome, Repeat, Result, RowSink, SqlValue,
    Statement, TransactionOptions, Written, controls_nothing, first_word, refuse_control,
};
use rusqlite::limits::Limit;
use rusqlite::{CachedStatement, InterruptHandle, Rows};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A connection to one database.
pub(crate) struct SqliteConnection {
    raw: rusqlite::Connection,
    max_params: usize,
    /// Whether the transaction was begun as one that refuses writes. `PRAGMA query_only` would say the same to SQLite,
    /// but each change of it makes SQLite prepare every kept statement anew (7.0 instead of 0.6 microseconds for a
    /// read by key).
    read_only: bool,
    /// Whether a transaction was begun and has not ended.
    begun: bool,
    /// How many rows were changed so far, where that is known without asking.
    changes: Cell<Option<u64>>,
    /// Whether a transaction is open, where that is known without asking: nothing but an error and text of the
    /// program's own can change it behind our back.
    open: Cell<Option<bool>>,
    usable: bool,
}

impl SqliteConnection {
    pub(crate) fn new(raw: rusqlite::Connection) -> rusqlite::Result<Self> {
        let limit = raw.limit(Limit::SQLITE_LIMIT_VARIABLE_NUMBER)?;
        Ok(Self {
            raw,
            max_params: usize::try_from(limit).unwrap_or_default(),
            read_only: false,
            begun: false,
            changes: Cell::new(None),
            open: Cell::new(None),
            usable: true,
        })
    }

    /// Gives a statement, prepared once, with its parameters.
    pub(crate) fn prepare(&self, sql: &str, params: &[SqlValue<'_>]) -> Result<CachedStatement<'_>> {
        let mut prepared = self.raw.prepare_cached(sql);
        self.ready(&mut prepared, sql, params)?;
        prepared.map_err(|failure| self.explain(sql, failure))
    }

    /// Binds the parameters of a statement that was prepared. It stays where it is: to move it in memory right after it
    /// was written costs more than to bind a number.
    #[inline]
    fn ready<'p, 'c>(
        &self,
        prepared: &'p mut rusqlite::Result<CachedStatement<'c>>,
        sql: &str,
        params: &[SqlValue<'_>],
    ) -> Result<&'p mut CachedStatement<'c>> {
        if params.len() > self.max_params {
            return Err(too_many_params(params.len(), self.max_params));
        }
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => {
                return Err(self.explain(sql, std::mem::replace(failure, rusqlite::Error::InvalidQuery)));
            }
        };
        bind(prepared, params)?;
        if self.read_only && !prepared.readonly() {
            return Err(refused_write());
        }
        Ok(prepared)
    }

    /// Whether a text of the program's own may run. What it does to the transaction is asked afterwards, if anything.
    #[inline]
    fn check(&self, sql: &str) -> Result<()> {
        if controls_nothing(sql) {
            return Ok(());
        }
        self.open.set(None);
        refuse_control(sql)
    }

    /// Says what went wrong, asking the database where its code does not tell.
    #[cold]
    pub(crate) fn explain(&self, sql: &str, failure: rusqlite::Error) -> Error {
        self.open.set(None);
        error::explain(&self.raw, sql, failure)
    }

    /// The same for a statement that ran; whether a write that commits itself is on the disk is not known after an
    /// error of the disk.
    #[cold]
    fn broken_off(&self, prepared: &rusqlite::Statement<'_>, sql: &str, failure: rusqlite::Error) -> Error {
        let error = self.explain(sql, failure);
        if !self.begun && error.kind() == ErrorKind::Io && !prepared.readonly() {
            return error.with_outcome(Outcome::Unknown);
        }
        error
    }

    /// Runs a statement that was prepared for its effect.
    #[inline]
    fn write(
        &self,
        prepared: &mut rusqlite::Result<CachedStatement<'_>>,
        statement: &Statement<'_>,
    ) -> Result<Written> {
        let prepared = self.ready(prepared, statement.sql, statement.params)?;
        let before = self.changes.take().unwrap_or_else(|| self.raw.total_changes());
        let end = match prepared.column_count() {
            0 => prepared.raw_execute().map(|rows| rows as u64),
            _ => drain(&mut prepared.raw_query()).map(|()| self.raw.changes()),
        };
        let rows = end.map_err(|failure| self.broken_off(prepared, statement.sql, failure))?;
        // A statement that writes no row leaves the count of the one before it.
        let now = self.raw.total_changes();
        self.changes.set(Some(now));
        let all = now - before;
        if all == 0 {
            return Ok(Written::default());
        }
        Ok(Written {
            rows,
            key: Some(self.raw.last_insert_rowid()),
            triggered: all != rows,
        })
    }

    /// Runs a statement of ours.
    fn run(&self, sql: &str) -> Result<()> {
        let mut prepared = self.prepare(sql, &[])?;
        drain(&mut prepared.raw_query()).map_err(|failure| self.explain(sql, failure))
    }

    fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        if self.is_in_transaction() {
            return Err(Error::invalid("a transaction is open on this connection already"));
        }
        self.read_only = false;
        let deferred = options.deferred || options.read_only;
        self.run(if deferred {
            "BEGIN DEFERRED"
        } else {
            "BEGIN IMMEDIATE"
        })?;
        self.read_only = options.read_only;
        Ok(())
    }

    /// Where SQLite has rolled the transaction back by itself, what follows must not run alone.
    fn expect_transaction(&mut self) -> Result<()> {
        if self.is_in_transaction() {
            return Ok(());
        }
        let message = "there is no transaction: SQLite has rolled it back after an error, or it has ended";
        Err(Error::new(ErrorKind::TransactionAborted, message))
    }

    fn commit(&mut self) -> Result<()> {
        const COMMIT: &str = "COMMIT";
        self.expect_transaction()?;
        let mut prepared = self.prepare(COMMIT, &[])?;
        drain(&mut prepared.raw_query()).map_err(|failure| error::in_commit(self.explain(COMMIT, failure)))
    }

    fn roll_back(&mut self) -> Result<()> {
        if !self.is_in_transaction() {
            return Ok(());
        }
        let outcome = self.run("ROLLBACK");
        self.usable = outcome.is_ok();
        outcome
    }

    fn at_savepoint(&mut self, verbs: &[&str], depth: u32) -> Result<()> {
        self.expect_transaction()?;
        verbs
            .iter()
            .try_for_each(|verb| self.run(&format!("{verb} \"ar_{depth}\"")))
    }
}

/// Steps to the end and discards the rows.
fn drain(rows: &mut Rows<'_>) -> rusqlite::Result<()> {
    while rows.next()?.is_some() {}
    Ok(())
}

#[cold]
fn too_many_params(given: usize, most: usize) -> Error {
    Error::invalid(format!(
        "the statement has {given} parameters; SQLite takes {most} at most"
    ))
}

#[cold]
fn refused_write() -> Error {
    Error::new(
        ErrorKind::ReadOnly,
        "the transaction was begun as one that only reads",
    )
}

impl Connection for SqliteConnection {
    #[inline]
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        self.check(statement.sql)?;
        self.changes.set(None);
        let mut prepared = self.raw.prepare_cached(statement.sql);
        let prepared = self.ready(&mut prepared, statement.sql, statement.params)?;
        let mut rows = prepared.raw_query();
        let unread = loop {
            match rows.next() {
                Ok(Some(row)) => match sink.row(&SqliteRow(row)) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => break Ok(()),
                    Err(failure) => break Err(failure),
                },
                Ok(None) => return Ok(()),
                Err(failure) => {
                    drop(rows);
                    return Err(self.broken_off(prepared, statement.sql, failure));
                }
            }
        };
        // The text of most tells it without asking.
        if statement.sql.starts_with("SELECT") || rows.as_ref().is_none_or(rusqlite::Statement::readonly) {
            return unread;
        }
        // A write goes on to its end, where it is committed: a reset would commit it too, but hide a failure.
        let end = drain(&mut rows);
        drop(rows);
        end.map_err(|failure| self.broken_off(prepared, statement.sql, failure))?;
        unread.map_err(|failure| {
            if self.raw.is_autocommit() {
                failure.with_outcome(Outcome::Applied)
            } else {
                failure
            }
        })
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        self.check(statement.sql)?;
        let mut prepared = self.raw.prepare_cached(statement.sql);
        self.write(&mut prepared, statement)
    }

    fn repeat(&mut self, sql: &str, work: &mut dyn FnMut(&mut Repeat<'_>) -> Result<()>) -> Result<()> {
        self.check(sql)?;
        let mut prepared = self.raw.prepare_cached(sql);
        work(&mut |params| self.write(&mut prepared, &Statement::new(sql, params)))
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        self.open.set(None);
        let outcome = match control {
            Control::Begin(options) => self.begin(options),
            Control::Commit => self.commit(),
            Control::Rollback => self.roll_back(),
            Control::Savepoint(depth) => self.at_savepoint(&["SAVEPOINT"], depth),
            Control::Release(depth) => self.at_savepoint(&["RELEASE"], depth),
            Control::RollbackTo(depth) => self.at_savepoint(&["ROLLBACK TO", "RELEASE"], depth),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                "SQLite has no such step of transaction control",
            )),
        };
        self.open.set(None);
        self.begun = self.is_in_transaction();
        self.read_only &= self.begun;
        outcome
    }

    #[inline]
    fn is_in_transaction(&mut self) -> bool {
        let known = self.open.get();
        known.unwrap_or_else(|| {
            let open = !self.raw.is_autocommit();
            self.open.set(Some(open));
            open
        })
    }

    fn reads_only(&mut self, sql: &str) -> Result<bool> {
        let prepared = self.raw.prepare_cached(sql);
        let prepared = prepared.map_err(|failure| self.explain(sql, failure))?;
        // To SQLite a BEGIN, ATTACH or PRAGMA that changes the session reads only.
        let first = first_word(sql);
        let reads = ["SELECT", "VALUES", "WITH", "EXPLAIN"];
        Ok(prepared.readonly() && reads.iter().any(|word| word.eq_ignore_ascii_case(first)))
    }

    fn max_params(&self) -> usize {
        self.max_params
    }

    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        Some(Arc::new(Interrupter(self.raw.get_interrupt_handle())))
    }

    fn is_usable(&mut self) -> bool {
        self.usable
    }

    fn open_cursor(self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor {
        self.changes.set(None);
        self.open.set(None);
        match SqliteCursor::open(self, sql, &params) {
            Ok(cursor) => Ok(Box::new(cursor)),
            Err((connection, failure)) => Err((failure, connection)),
        }
    }
}

struct Interrupter(InterruptHandle);

impl Interrupt for Interrupter {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
