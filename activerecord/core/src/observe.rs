//! What is told of each statement: a `tracing` event, silent unless somebody listens.

use crate::driver::{Row, RowSink, Statement};
use crate::error::Result;
use std::ops::ControlFlow;
use std::time::Instant;
use tracing::Level;

/// The target of the events, for filters such as `activerecord::query=debug`.
pub const TARGET: &str = "activerecord::query";

/// Tells of statements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observer {
    log_values: bool,
}

impl Observer {
    pub(crate) fn new(log_values: bool) -> Self {
        Self { log_values }
    }

    /// Runs a query and tells its rows.
    #[inline]
    pub(crate) fn query(
        self,
        statement: &Statement<'_>,
        sink: &mut dyn RowSink,
        run: impl FnOnce(&mut dyn RowSink) -> Result<()>,
    ) -> Result<()> {
        if !tracing::enabled!(target: TARGET, Level::DEBUG) {
            return run(sink);
        }
        let mut counted = Counted { sink, rows: 0 };
        let start = Instant::now();
        let result = run(&mut counted);
        self.tell(statement, start, counted.rows, result.as_ref().err());
        result
    }

    /// Runs a statement and tells the rows it changed.
    #[inline]
    pub(crate) fn execute<T>(
        self,
        statement: &Statement<'_>,
        run: impl FnOnce() -> Result<T>,
        rows: impl FnOnce(&T) -> u64,
    ) -> Result<T> {
        if !tracing::enabled!(target: TARGET, Level::DEBUG) {
            return run();
        }
        let start = Instant::now();
        let result = run();
        let changed = result.as_ref().map_or(0, rows);
        self.tell(statement, start, changed, result.as_ref().err());
        result
    }

    #[cold]
    fn tell(self, statement: &Statement<'_>, start: Instant, rows: u64, error: Option<&crate::Error>) {
        let duration = start.elapsed();
        let values = self.log_values.then_some(statement.params);
        tracing::debug!(
            target: TARGET,
            sql = statement.sql,
            ?duration,
            rows,
            values = values.map(tracing::field::debug),
            error = error.map(tracing::field::display),
        );
    }
}

/// Counts the rows on their way.
struct Counted<'a> {
    sink: &'a mut dyn RowSink,
    rows: u64,
}

impl RowSink for Counted<'_> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.rows += 1;
        self.sink.row(row)
    }
}
