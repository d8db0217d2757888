//! A query whose rows are pulled.

use crate::connection::{PostgresConnection, Running};
use crate::value::PostgresRow;
use activerecord_core::{Answer, AsyncCursor, Result, RowSink};
use std::sync::Arc;

/// A query under way. The server sends its rows as fast as they are taken.
pub(crate) struct PostgresCursor {
    connection: Arc<PostgresConnection>,
    running: Running,
    sql: String,
}

impl PostgresCursor {
    pub(crate) fn new(connection: Arc<PostgresConnection>, running: Running, sql: String) -> Self {
        Self {
            connection,
            running,
            sql,
        }
    }

    async fn pull(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        for _ in 0..rows {
            match self.running.next().await {
                None => return Ok(false),
                Some(Err(failure)) => {
                    return Err(self
                        .connection
                        .broken_off(&self.sql, failure, &self.running)
                        .await);
                }
                Some(Ok(row)) => {
                    let row = PostgresRow::new(&row, &self.running.prepared.shapes);
                    if sink.row(&row)?.is_break() {
                        break;
                    }
                }
            }
        }
        Ok(true)
    }
}

impl AsyncCursor for PostgresCursor {
    fn fill<'a>(&'a mut self, rows: usize, sink: &'a mut dyn RowSink) -> Answer<'a, bool> {
        Box::pin(self.pull(rows, sink))
    }
}
