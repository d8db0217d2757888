//! A query whose rows are pulled, over a connection that blocks.

use super::{BlockOn, Guarded, LONGEST, within};
use crate::driver::{AsyncCursor, Connection, Cursor, RowSink};
use crate::error::Result;
use std::time::Duration;

/// How long the rest of a query that was broken off may take to read; then it is stopped.
const PATIENCE: Duration = Duration::from_millis(5);

/// A cursor, with the connection that it runs on.
pub(super) struct BlockingCursor {
    connection: Box<BlockOn>,
    /// Empty once there are no more rows.
    cursor: Option<Box<dyn AsyncCursor>>,
    /// Whether the statement has no effect beside its rows.
    reads: bool,
}

impl BlockingCursor {
    pub(super) fn new(connection: Box<BlockOn>, cursor: Box<dyn AsyncCursor>, reads: bool) -> Self {
        Self {
            connection,
            cursor: Some(cursor),
            reads,
        }
    }

    /// Leaves the rows that nobody wants. A stop would undo what a statement writes, and the transaction around it,
    /// so there the rows are read to their end, by the next call.
    fn break_off(&mut self) -> Result<()> {
        if self.cursor.take().is_none() || !self.reads || self.connection.is_in_transaction() {
            return Ok(());
        }
        let connection = &self.connection.connection;
        let runtime = &self.connection.runtime;
        let ended = runtime.run(|| within(PATIENCE, connection.ping()));
        if let Ok(Some(result)) = ended {
            return result;
        }
        let Some(cancel) = connection.canceler() else {
            return Ok(());
        };
        let stopped = runtime.run(|| within(LONGEST, cancel.cancel()));
        let calm = runtime.run(|| within(LONGEST, connection.ping()));
        match (stopped, calm) {
            (Ok(Some(Ok(()))), Ok(Some(_))) => Ok(()),
            _ => Err(super::restless()),
        }
    }
}

impl Cursor for BlockingCursor {
    fn fill(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        let Some(cursor) = &mut self.cursor else {
            return Ok(false);
        };
        let mut guarded = Guarded::new(sink);
        let filled = self.connection.runtime.run(|| cursor.fill(rows, &mut guarded));
        let more = match guarded.end(filled) {
            Ok(more) => more,
            Err(failure) => Err(failure.noted(&mut self.connection.broken)),
        };
        if !matches!(more, Ok(true)) {
            self.cursor = None;
        }
        more
    }

    fn close(mut self: Box<Self>) -> Box<dyn Connection> {
        if self.break_off().is_err() {
            self.connection.broken = true;
        }
        self.connection
    }
}
