//! A query whose rows are pulled.

use crate::connection::{MysqlConnection, next};
use crate::value::MysqlRow;
use activerecord_core::{Answer, AsyncCursor, RowSink};
use mysql_async::Conn;
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;

/// A query under way. Dropped before its last row, it leaves the rest to be read by the next statement.
pub(crate) struct MysqlCursor {
    connection: Arc<MysqlConnection>,
    conn: OwnedMutexGuard<Conn>,
    sql: String,
    over: bool,
}

impl MysqlCursor {
    pub(crate) fn new(connection: Arc<MysqlConnection>, conn: OwnedMutexGuard<Conn>, sql: String) -> Self {
        Self {
            connection,
            conn,
            sql,
            over: false,
        }
    }
}

impl AsyncCursor for MysqlCursor {
    fn fill<'a>(&'a mut self, rows: usize, sink: &'a mut dyn RowSink) -> Answer<'a, bool> {
        Box::pin(async move {
            for _ in 0..rows {
                if self.over {
                    return Ok(false);
                }
                match next(&mut self.conn).await {
                    Ok(Some(row)) => {
                        if sink.row(&MysqlRow(&row))?.is_break() {
                            break;
                        }
                    }
                    Ok(None) => {
                        self.over = true;
                        self.connection.over(&self.conn);
                    }
                    Err(failure) => {
                        self.over = true;
                        self.connection.over(&self.conn);
                        return Err(self.connection.failed(failure, &self.sql));
                    }
                }
            }
            Ok(!self.over)
        })
    }
}
