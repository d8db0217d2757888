//! A query whose rows are pulled, over a connection that blocks.

use super::{BlockOn, Guarded};
use crate::driver::{AsyncCursor, Connection, Cursor, RowSink};
use crate::error::Result;

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
        let connection = &self.connection;
        let sign_of_life = |longest| connection.sign_of_life(longest);
        match &connection.stopper {
            Some(stopper) => stopper.break_off(sign_of_life),
            None => Ok(()),
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
