//! A connection.

mod cancel;
mod standing;
mod statements;
mod wire;

use self::cancel::Killer;
use self::standing::Standing;
use self::statements::Statements;
pub(crate) use self::wire::next;
use self::wire::{Stopped, drain, only_reads, start};
use crate::backend::set_up;
use crate::caught::caught;
use crate::config::Mysql;
use crate::cursor::MysqlCursor;
use crate::error;
use crate::flavour::Flavour;
use crate::value::MysqlRow;
use activerecord_core::{
    Answer, AsyncConnection, AsyncCursor, Cancel, Control, Error, ErrorKind, Outcome, Result, Row, RowSink,
    SqlValue, Statement, TransactionOptions, Written,
};
use mysql_async::Conn;
use mysql_async::consts::StatusFlags;
use mysql_async::prelude::Queryable;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// What a server said of itself at connect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    /// The connection's number, by which it is killed.
    pub(crate) id: u32,
    pub(crate) flavour: Flavour,
    /// The most bytes that it takes at once.
    pub(crate) largest_packet: usize,
    /// How far the generated keys of one statement are apart.
    pub(crate) key_step: u64,
}

/// A connection to a server. Its protocol answers one statement after the other, so they queue for it.
pub(crate) struct MysqlConnection {
    conn: Arc<Mutex<Conn>>,
    standing: Standing,
    statements: Statements,
    /// Whether the server said that it closes the connection.
    lost: AtomicBool,
    server: Server,
    mysql: Mysql,
}

/// How many parameters the protocol can count.
const MOST_PARAMS: usize = 65_535;

impl MysqlConnection {
    pub(crate) fn new(conn: Conn, server: Server, mysql: Mysql) -> Self {
        Self {
            conn: Arc::new(Mutex::new(conn)),
            standing: Standing::default(),
            statements: Statements::new(mysql.kept_statements()),
            lost: AtomicBool::new(false),
            server,
            mysql,
        }
    }

    /// The connection with nothing left to read on it: what a dropped statement or cursor left is read first.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it leaves the rest to the next one.
    async fn idle(&self) -> Result<OwnedMutexGuard<Conn>> {
        let mut conn = self.conn.clone().lock_owned().await;
        if conn.is_disconnected() || self.is_lost() {
            return Err(gone());
        }
        if self.standing.has_unread() {
            let rest = drain(&mut conn).await;
            self.over(&conn);
            // It belongs to the statement that was dropped; what it did to the transaction holds.
            if let Err(failure) = rest
                && self.failed(failure, "").kind() == ErrorKind::ConnectionLost
            {
                return Err(gone());
            }
        }
        Ok(conn)
    }

    /// Runs a statement up to its first row.
    async fn begin(&self, statement: &Statement<'_>, effect_alone: bool) -> Result<OwnedMutexGuard<Conn>> {
        if statement.params.len() > MOST_PARAMS {
            return Err(too_many_params(statement.params.len()));
        }
        let mut conn = self.idle().await?;
        self.standing.check(statement.sql)?;
        let started = start(&mut conn, statement, &self.server, &self.statements, effect_alone);
        match started.await {
            Ok(()) => {
                self.standing.leave_unread();
                Ok(conn)
            }
            Err(stopped) => Err(self.stopped(stopped, statement.sql)),
        }
    }

    /// Says what went wrong with a statement before its first row.
    #[cold]
    fn stopped(&self, stopped: Stopped, sql: &str) -> Error {
        match stopped {
            Stopped::Refused(refusal) => refusal,
            Stopped::Unread(failure) => self.failed(failure, sql),
            Stopped::Failed(failure) => {
                let alone = self.standing.is_alone();
                in_doubt(self.failed(failure, sql), alone, sql)
            }
        }
    }

    /// Reads an answer to its end, which a sink that wants no more of it does not cut off, and counts the rows.
    async fn read(&self, conn: &mut Conn, sql: &str, sink: &mut dyn RowSink) -> Result<u64> {
        let alone = self.standing.is_alone();
        let mut rows = 0;
        let mut taken = Ok(ControlFlow::Continue(()));
        let end = loop {
            match next(conn).await {
                Ok(Some(row)) => {
                    rows += 1;
                    taken = sink.row(&MysqlRow(&row));
                    if !matches!(taken, Ok(ControlFlow::Continue(()))) {
                        break drain(conn).await;
                    }
                }
                Ok(None) => break drain(conn).await,
                Err(failure) => break Err(failure),
            }
        };
        self.over(conn);
        end.map_err(|failure| in_doubt(self.failed(failure, sql), alone, sql))?;
        match taken {
            Ok(_) => Ok(rows),
            Err(refusal) if alone && !only_reads(sql) => Err(refusal.with_outcome(Outcome::Applied)),
            Err(refusal) => Err(refusal),
        }
    }

    /// Notes that an answer was read to its end, and what it said of the transaction.
    pub(crate) fn over(&self, conn: &Conn) {
        self.standing.leave_nothing();
        if let Some(ok) = conn.last_ok_packet() {
            let open = ok.status_flags().contains(StatusFlags::SERVER_STATUS_IN_TRANS);
            self.standing.told(open);
        }
    }

    /// Notes what an error did to the connection and its transaction, and gives it in our words.
    #[cold]
    pub(crate) fn failed(&self, failure: mysql_async::Error, sql: &str) -> Error {
        let fatal = failure.is_fatal();
        let error = error::of_statement(failure, sql);
        if error.kind() == ErrorKind::ConnectionLost {
            self.lost.store(true, Ordering::Release);
        }
        if fatal || error.kind().is_conflict() || self.is_lost() {
            self.standing.spoil();
        }
        error
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Runs a statement of ours.
    async fn run(&self, conn: &mut Conn, sql: &str) -> Result<()> {
        let end = caught(conn.query_drop(sql)).await;
        self.over(conn);
        end.map_err(|failure| self.failed(failure, sql))
    }

    async fn begin_transaction(&self, conn: &mut Conn, options: &TransactionOptions) -> Result<()> {
        self.standing.check_none()?;
        self.run(conn, standing::begin(options)?).await?;
        self.standing.begun();
        Ok(())
    }

    async fn commit(&self, conn: &mut Conn) -> Result<()> {
        self.standing.check_open()?;
        match self.run(conn, "COMMIT").await {
            Ok(()) => {
                self.standing.ended();
                Ok(())
            }
            Err(failure) => {
                self.standing.spoil();
                Err(error::in_commit(failure))
            }
        }
    }

    async fn roll_back(&self, conn: &mut Conn) -> Result<()> {
        if self.standing.has_none() {
            return Ok(());
        }
        self.run(conn, "ROLLBACK").await?;
        self.standing.ended();
        Ok(())
    }

    async fn at_savepoint(&self, conn: &mut Conn, sql: String) -> Result<()> {
        self.standing.check_open()?;
        self.run(conn, &sql).await
    }

    fn killer(&self) -> Killer {
        Killer::new(self.mysql.clone(), self.server.id)
    }

    /// What a statement did that was read to its end.
    fn written(&self, conn: &Conn, seen: u64, sql: &str) -> Written {
        // MariaDB does not count the rows of a write that returns them.
        let rows = match conn.affected_rows() {
            0 if !only_reads(sql) => seen,
            rows => rows,
        };
        // The server tells the first key of several.
        let last = |first: u64| first.checked_add(rows.saturating_sub(1).checked_mul(self.server.key_step)?);
        let key = conn.last_insert_id().and_then(last);
        Written {
            rows,
            key: key.and_then(|key| i64::try_from(key).ok()),
            triggered: self.server.key_step != 1,
        }
    }
}

impl AsyncConnection for MysqlConnection {
    fn query<'a>(&'a self, statement: &'a Statement<'a>, sink: &'a mut dyn RowSink) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut conn = self.begin(statement, false).await?;
            self.read(&mut conn, statement.sql, sink).await.map(drop)
        })
    }

    fn execute<'a>(&'a self, statement: &'a Statement<'a>) -> Answer<'a, Written> {
        Box::pin(async move {
            let mut conn = self.begin(statement, true).await?;
            let seen = self.read(&mut conn, statement.sql, &mut Discarded).await?;
            Ok(self.written(&conn, seen, statement.sql))
        })
    }

    fn control<'a>(&'a self, control: Control<'a>) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut conn = self.idle().await?;
            let conn = &mut *conn;
            match control {
                Control::Begin(options) => self.begin_transaction(conn, options).await,
                Control::Commit => self.commit(conn).await,
                Control::Rollback => self.roll_back(conn).await,
                Control::Savepoint(depth) => self.at_savepoint(conn, format!("SAVEPOINT ar_{depth}")).await,
                Control::Release(depth) => {
                    self.at_savepoint(conn, format!("RELEASE SAVEPOINT ar_{depth}"))
                        .await
                }
                Control::RollbackTo(depth) => {
                    let sql = format!("ROLLBACK TO SAVEPOINT ar_{depth}; RELEASE SAVEPOINT ar_{depth}");
                    self.at_savepoint(conn, sql).await
                }
                _ => Err(Error::new(
                    ErrorKind::Unsupported,
                    "MySQL has no such step of transaction control",
                )),
            }
        })
    }

    fn reset(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut conn = self.idle().await?;
            self.statements.clear();
            caught(conn.reset())
                .await
                .map_err(|failure| self.failed(failure, ""))?;
            self.standing.ended();
            set_up(&mut conn, &self.mysql, self.server.flavour).await
        })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut conn = self.idle().await?;
            caught(conn.ping())
                .await
                .map_err(|failure| self.failed(failure, ""))
        })
    }

    fn is_in_transaction(&self) -> bool {
        self.standing.is_in_transaction()
    }

    fn max_params(&self) -> usize {
        MOST_PARAMS
    }

    fn canceler(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::new(self.killer()))
    }

    /// A statement that was dropped before its first row left the driver in the middle of an answer. One that still
    /// has the connection is no reason to give it to somebody else.
    fn is_usable(&self) -> bool {
        !self.is_lost() && self.conn.try_lock().is_ok_and(|conn| !conn.is_disconnected())
    }

    fn open_cursor(
        self: Arc<Self>,
        sql: String,
        params: Vec<SqlValue<'static>>,
    ) -> Answer<'static, Box<dyn AsyncCursor>> {
        Box::pin(async move {
            let conn = self.begin(&Statement::new(&sql, &params), false).await?;
            Ok(Box::new(MysqlCursor::new(self, conn, sql)) as Box<dyn AsyncCursor>)
        })
    }
}

/// In a runtime the driver reads an answer that nobody wants to its end before it takes its leave, however long that
/// is; so the statement is stopped first.
impl Drop for MysqlConnection {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.standing.has_unread() {
            let (killer, conn) = (self.killer(), self.conn.clone());
            runtime.spawn(async move {
                // A server that cannot be told ends the statement once nobody takes its rows.
                let _ = killer.cancel().await;
                drop(conn);
            });
        }
    }
}

/// Outside a transaction it is not known whether a write took effect whose answer was lost.
#[cold]
fn in_doubt(error: Error, alone: bool, sql: &str) -> Error {
    if error.kind() == ErrorKind::ConnectionLost && alone && !only_reads(sql) {
        return error.with_outcome(Outcome::Unknown);
    }
    error
}

/// Takes rows that nobody asked for.
struct Discarded;

impl RowSink for Discarded {
    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

#[cold]
fn too_many_params(given: usize) -> Error {
    Error::invalid(format!(
        "the statement has {given} parameters; MySQL takes {MOST_PARAMS} at most"
    ))
}

#[cold]
fn gone() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the connection was lost or was left in the middle of an answer; it cannot be used again",
    )
}
