//! A session, whichever the mode of its connection.

mod asynchronous;
mod blocking;
mod cancel;
mod standing;
mod start;
mod statements;

pub(crate) use self::asynchronous::AsyncMysql;
pub(crate) use self::blocking::{BlockingMysql, now};
use self::cancel::Killer;
use self::standing::Standing;
pub(crate) use self::start::only_reads;
use self::start::{Stopped, start};
use self::statements::Statements;
use crate::backend::set_up;
use crate::config::Mysql;
use crate::error::{self, Failure};
use crate::flavour::Flavour;
use crate::wire::Wire;
use activerecord_core::{
    Control, Error, ErrorKind, Outcome, Result, Row, RowSink, Statement, TransactionOptions, Written,
};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// What is known of a session, and what is done in it over its wire. A protocol like this answers one statement after
/// the other.
pub(crate) struct Session<W: Wire> {
    standing: Standing,
    statements: Statements<W::Prepared>,
    /// Whether the server said that it closes the connection.
    lost: AtomicBool,
    server: Server,
    mysql: Mysql,
}

/// How many parameters the protocol can count.
const MOST_PARAMS: usize = 65_535;

impl<W: Wire> Session<W> {
    pub(crate) fn new(server: Server, mysql: Mysql) -> Self {
        Self {
            standing: Standing::default(),
            statements: Statements::new(mysql.kept_statements()),
            lost: AtomicBool::new(false),
            server,
            mysql,
        }
    }

    /// Sees to it that nothing is left to read: what a dropped statement or cursor left is read first.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it leaves the rest to the next one.
    async fn come_to_rest(&self, wire: &mut W) -> Result<()> {
        if wire.is_disconnected() || self.is_lost() {
            return Err(gone());
        }
        if self.standing.has_unread() {
            let rest = wire.drain().await;
            self.left(wire, rest)?;
        }
        Ok(())
    }

    /// Notes how the answer ended that a dropped statement or cursor had left.
    fn left(&self, wire: &W, rest: Result<(), Failure>) -> Result<()> {
        self.over(wire);
        // An error belongs to the statement that was dropped; what it did to the transaction holds.
        if let Err(failure) = rest
            && self.failed(failure, "").kind() == ErrorKind::ConnectionLost
        {
            return Err(gone());
        }
        Ok(())
    }

    /// Runs a statement up to its first row.
    async fn begin(&self, wire: &mut W, statement: &Statement<'_>, effect_alone: bool) -> Result<()> {
        if statement.params.len() > MOST_PARAMS {
            return Err(too_many_params(statement.params.len()));
        }
        self.come_to_rest(wire).await?;
        self.standing.check(statement.sql)?;
        let started = start(wire, statement, &self.server, &self.statements, effect_alone);
        match started.await {
            Ok(()) => {
                self.standing.leave_unread();
                Ok(())
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

    async fn query(&self, wire: &mut W, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        self.begin(wire, statement, false).await?;
        self.read(wire, statement.sql, sink).await.map(drop)
    }

    async fn execute(&self, wire: &mut W, statement: &Statement<'_>) -> Result<Written> {
        self.begin(wire, statement, true).await?;
        let seen = self.read(wire, statement.sql, &mut Discarded).await?;
        Ok(self.written(wire, seen, statement.sql))
    }

    /// Reads an answer to its end, which a sink that wants no more of it does not cut off, and counts the rows.
    async fn read(&self, wire: &mut W, sql: &str, sink: &mut dyn RowSink) -> Result<u64> {
        let alone = self.standing.is_alone();
        let mut rows = 0;
        let mut taken = Ok(ControlFlow::Continue(()));
        let end = loop {
            match wire.next().await {
                Ok(true) if matches!(taken, Ok(ControlFlow::Continue(()))) => {
                    rows += 1;
                    taken = sink.row(wire.row());
                }
                Ok(true) => {}
                Ok(false) => break finish(wire).await,
                Err(failure) => break Err(failure),
            }
        };
        self.over(wire);
        end.map_err(|failure| in_doubt(self.failed(failure, sql), alone, sql))?;
        match taken {
            Ok(_) => Ok(rows),
            Err(refusal) if alone && !only_reads(sql) => Err(refusal.with_outcome(Outcome::Applied)),
            Err(refusal) => Err(refusal),
        }
    }

    /// Reads up to so many rows of an answer; `false` after the last one.
    pub(crate) async fn fill(
        &self,
        wire: &mut W,
        sql: &str,
        rows: usize,
        sink: &mut dyn RowSink,
    ) -> Result<bool> {
        for _ in 0..rows {
            match wire.next().await {
                Ok(true) => {
                    if sink.row(wire.row())?.is_break() {
                        break;
                    }
                }
                ended => {
                    let ended = match ended {
                        Ok(_) => finish(wire).await,
                        Err(failure) => Err(failure),
                    };
                    self.over(wire);
                    let ended = ended.map_err(|failure| self.failed(failure, sql));
                    return ended.map(|()| false);
                }
            }
        }
        Ok(true)
    }

    /// Notes that an answer was read to its end, and what it said of the transaction.
    fn over(&self, wire: &W) {
        self.standing.leave_nothing();
        if let Some(told) = wire.told() {
            self.standing.told(told.in_transaction());
        }
    }

    /// Notes what an error did to the connection and its transaction, and gives it in our words.
    #[cold]
    pub(crate) fn failed(&self, failure: Failure, sql: &str) -> Error {
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

    async fn control(&self, wire: &mut W, control: Control<'_>) -> Result<()> {
        self.come_to_rest(wire).await?;
        match control {
            Control::Begin(options) => self.begin_transaction(wire, options).await,
            Control::Commit => self.commit(wire).await,
            Control::Rollback => self.roll_back(wire).await,
            Control::Savepoint(depth) => self.at_savepoint(wire, format!("SAVEPOINT ar_{depth}")).await,
            Control::Release(depth) => {
                self.at_savepoint(wire, format!("RELEASE SAVEPOINT ar_{depth}"))
                    .await
            }
            Control::RollbackTo(depth) => {
                let sql = format!("ROLLBACK TO SAVEPOINT ar_{depth}; RELEASE SAVEPOINT ar_{depth}");
                self.at_savepoint(wire, sql).await
            }
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                "MySQL has no such step of transaction control",
            )),
        }
    }

    /// Runs a statement of ours.
    async fn run(&self, wire: &mut W, sql: &str) -> Result<()> {
        let end = wire.query(sql).await;
        self.over(wire);
        end.map_err(|failure| self.failed(failure, sql))
    }

    async fn begin_transaction(&self, wire: &mut W, options: &TransactionOptions) -> Result<()> {
        self.standing.check_none()?;
        self.run(wire, standing::begin(options)?).await?;
        self.standing.begun();
        Ok(())
    }

    async fn commit(&self, wire: &mut W) -> Result<()> {
        self.standing.check_open()?;
        match self.run(wire, "COMMIT").await {
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

    async fn roll_back(&self, wire: &mut W) -> Result<()> {
        if self.standing.has_none() {
            return Ok(());
        }
        self.run(wire, "ROLLBACK").await?;
        self.standing.ended();
        Ok(())
    }

    async fn at_savepoint(&self, wire: &mut W, sql: String) -> Result<()> {
        self.standing.check_open()?;
        self.run(wire, &sql).await
    }

    async fn reset(&self, wire: &mut W) -> Result<()> {
        self.come_to_rest(wire).await?;
        self.statements.clear();
        wire.reset().await.map_err(|failure| self.failed(failure, ""))?;
        self.standing.ended();
        set_up(wire, &self.mysql, self.server.flavour).await
    }

    async fn ping(&self, wire: &mut W) -> Result<()> {
        self.come_to_rest(wire).await?;
        wire.ping().await.map_err(|failure| self.failed(failure, ""))
    }

    /// A statement that was dropped before its first row left the driver in the middle of an answer.
    fn is_usable(&self, wire: &W) -> bool {
        !self.is_lost() && !wire.is_disconnected()
    }

    fn killer(&self) -> Killer {
        Killer::new(self.mysql.clone(), self.server.id)
    }

    /// What a statement did that was read to its end.
    fn written(&self, wire: &W, seen: u64, sql: &str) -> Written {
        let (counted, first) = wire.told().map_or((0, None), |told| (told.rows, told.key));
        // MariaDB does not count the rows of a write that returns them.
        let rows = match counted {
            0 if !only_reads(sql) => seen,
            rows => rows,
        };
        // The server tells the first key of several.
        let last = |first: u64| first.checked_add(rows.saturating_sub(1).checked_mul(self.server.key_step)?);
        let key = first.and_then(last);
        Written {
            rows,
            key: key.and_then(|key| i64::try_from(key).ok()),
            triggered: self.server.key_step != 1,
        }
    }
}

/// Reads what follows the rows that were read to the last one, so that an error in it is told.
async fn finish<W: Wire>(wire: &mut W) -> Result<(), Failure> {
    match wire.is_over() {
        true => Ok(()),
        false => wire.drain().await,
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
