//! A connection that blocks.

use super::{MOST_PARAMS, Session, only_reads};
use crate::cursor::BlockingMysqlCursor;
use crate::wire::{BlockingConn, Wire};
use activerecord_core::{
    Connection, Control, Error, ErrorKind, Interrupt, OpenCursor, Result, RowSink, SqlValue, Statement,
    Stopper, Written, may_block,
};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// A connection whose every call waits for its answer, on the thread of its caller.
///
/// It works on any thread that may wait: one without a runtime, one of `spawn_blocking`, and inside `block_in_place`.
/// In an async task every call is an [`Invalid`](ErrorKind::Invalid) error that says so, and nothing is sent; it may
/// be dropped there all the same.
pub(crate) struct BlockingMysql {
    wire: BlockingConn,
    session: Session<BlockingConn>,
    stopper: Stopper,
    /// Whether it did not come to rest after a stop.
    is_restless: bool,
}

impl BlockingMysql {
    pub(crate) fn new(wire: BlockingConn, session: Session<BlockingConn>) -> Self {
        let stopper = Stopper::new(Arc::new(session.killer()));
        Self {
            wire,
            session,
            stopper,
            is_restless: false,
        }
    }

    /// The wire, where it may be waited for and no stop is on its way.
    fn ready(&mut self) -> Result<(&mut BlockingConn, &Session<BlockingConn>)> {
        may_block()?;
        let settled = self.stopper.clone().settle(|longest| self.sign_of_life(longest));
        self.note(settled)?;
        Ok((&mut self.wire, &self.session))
    }

    /// Leaves the rows of a query that nobody wants. A stop would undo what a statement writes, and the transaction
    /// around it, so there the rows are read to their end, by the next call.
    pub(crate) fn break_off(&mut self, sql: &str) {
        if !only_reads(sql) || self.session.standing.is_in_transaction() || may_block().is_err() {
            return;
        }
        let broken_off = self
            .stopper
            .clone()
            .break_off(|longest| self.sign_of_life(longest));
        // The next call finds out what else is wrong.
        let _ = self.note(broken_off);
    }

    /// Reads up to so many rows of a query under way; `false` after the last one.
    pub(crate) fn fill(&mut self, sql: &str, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        may_block()?;
        now(self.session.fill(&mut self.wire, sql, rows, sink))
    }

    fn note(&mut self, settled: Result<()>) -> Result<()> {
        settled.inspect_err(|error| self.is_restless |= error.kind() == ErrorKind::ConnectionLost)
    }

    /// The server's sign of life, after what is left of an answer; `None` where that takes longer.
    fn sign_of_life(&mut self, longest: Duration) -> Option<Result<()>> {
        /// How long the sign itself may take, once nothing else is to be read.
        const LONGEST: Duration = Duration::from_secs(1);
        if self.session.standing.has_unread() {
            self.wire.bound(Some(Instant::now() + longest));
            let rest = now_or(self.wire.drain(), |error| Err(error.into()));
            match rest {
                Err(failure) if failure.is_too_late() && !self.wire.is_disconnected() => {
                    self.wire.bound(None);
                    return None;
                }
                rest => {
                    if let Err(error) = self.session.left(&self.wire, rest) {
                        return Some(Err(error));
                    }
                }
            }
        }
        Some(self.answer_within(LONGEST))
    }

    /// Asks for a sign of life, once nothing else is to be read.
    fn answer_within(&mut self, longest: Duration) -> Result<()> {
        self.wire.bound(Some(Instant::now() + longest));
        let heard = now(self.session.ping(&mut self.wire));
        self.wire.bound(None);
        heard
    }
}

impl Connection for BlockingMysql {
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        let (wire, session) = self.ready()?;
        now(session.query(wire, statement, sink))
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        let (wire, session) = self.ready()?;
        now(session.execute(wire, statement))
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        let (wire, session) = self.ready()?;
        now(session.control(wire, control))
    }

    fn reset(&mut self) -> Result<()> {
        let (wire, session) = self.ready()?;
        now(session.reset(wire))
    }

    fn can_reset(&self) -> bool {
        true
    }

    fn ping(&mut self, longest: Duration) -> Result<()> {
        self.ready()?;
        self.answer_within(longest)
    }

    fn is_in_transaction(&mut self) -> bool {
        self.session.standing.is_in_transaction()
    }

    fn max_params(&self) -> usize {
        MOST_PARAMS
    }

    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        Some(Arc::new(self.stopper.clone()))
    }

    fn is_usable(&mut self) -> bool {
        !self.is_restless && self.session.is_usable(&self.wire)
    }

    fn open_cursor(mut self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor {
        let begun = self.ready().and_then(|(wire, session)| {
            let statement = Statement::new(&sql, &params);
            now(session.begin(wire, &statement, false))
        });
        match begun {
            Ok(()) => Ok(Box::new(BlockingMysqlCursor::new(self, sql))),
            Err(error) => Err((error, self)),
        }
    }
}

/// Gives what a future over a connection that blocks gives at its first poll.
pub(crate) fn now<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    now_or(future, Err)
}

fn now_or<T>(future: impl Future<Output = T>, otherwise: impl FnOnce(Error) -> T) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => otherwise(waits()),
    }
}

#[cold]
fn waits() -> Error {
    Error::new(
        ErrorKind::ForeignWait,
        "a connection that blocks left its caller to wait for it",
    )
}
