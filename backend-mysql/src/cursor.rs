//! Queries whose rows are pulled.

use crate::connection::{AsyncMysql, BlockingMysql};
use crate::wire::AsyncConn;
use activerecord_core::{Answer, AsyncCursor, Connection, Cursor, Result, RowSink};
use futures_util::lock::OwnedMutexGuard;
use std::sync::Arc;

/// A query under way on an async connection. Dropped before its last row, it leaves the rest to be read by the next
/// statement.
pub(crate) struct AsyncMysqlCursor {
    connection: Arc<AsyncMysql>,
    wire: OwnedMutexGuard<AsyncConn>,
    sql: String,
    is_over: bool,
}

impl AsyncMysqlCursor {
    pub(crate) fn new(connection: Arc<AsyncMysql>, wire: OwnedMutexGuard<AsyncConn>, sql: String) -> Self {
        Self {
            connection,
            wire,
            sql,
            is_over: false,
        }
    }
}

impl AsyncCursor for AsyncMysqlCursor {
    fn fill<'a>(&'a mut self, rows: usize, sink: &'a mut dyn RowSink) -> Answer<'a, bool> {
        Box::pin(async move {
            if self.is_over {
                return Ok(false);
            }
            let session = self.connection.session();
            let more = session.fill(&mut self.wire, &self.sql, rows, sink).await;
            self.is_over = matches!(more, Ok(false));
            more
        })
    }
}

/// A query under way on a connection that blocks.
pub(crate) struct BlockingMysqlCursor {
    connection: Box<BlockingMysql>,
    sql: String,
    is_over: bool,
}

impl BlockingMysqlCursor {
    pub(crate) fn new(connection: Box<BlockingMysql>, sql: String) -> Self {
        Self {
            connection,
            sql,
            is_over: false,
        }
    }
}

impl Cursor for BlockingMysqlCursor {
    fn fill(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        let more = self.connection.fill(&self.sql, rows, sink);
        self.is_over = matches!(more, Ok(false));
        more
    }

    fn close(mut self: Box<Self>) -> Box<dyn Connection> {
        if !self.is_over {
            self.connection.break_off(&self.sql);
        }
        self.connection
    }
}
