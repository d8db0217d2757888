//! What is told of each statement: a `tracing` event, silent unless somebody listens.

use crate::driver::{Row, RowSink, Statement, Written};
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

    /// Watches a statement, where somebody listens.
    #[inline]
    pub(crate) fn watch(self) -> Option<Watch> {
        if !tracing::enabled!(target: TARGET, Level::DEBUG) {
            return None;
        }
        Some(Watch {
            log_values: self.log_values,
            start: Instant::now(),
        })
    }

    /// Watches a statement that is run for its effect at once.
    #[inline]
    pub(crate) fn executed(
        self,
        statement: &Statement<'_>,
        execute: impl FnOnce() -> Result<Written>,
    ) -> Result<Written> {
        let Some(watch) = self.watch() else {
            return execute();
        };
        let result = execute();
        let rows = result.as_ref().map_or(0, |written| written.rows);
        watch.tell(statement, rows, result.as_ref().err());
        result
    }
}

/// A statement under way that somebody wants to hear of.
pub(crate) struct Watch {
    log_values: bool,
    start: Instant,
}

impl Watch {
    /// Tells what became of it.
    #[cold]
    pub(crate) fn tell(self, statement: &Statement<'_>, rows: u64, error: Option<&crate::Error>) {
        let duration = self.start.elapsed();
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
pub(crate) struct Counted<'a> {
    sink: &'a mut dyn RowSink,
    pub(crate) rows: u64,
}

impl<'a> Counted<'a> {
    pub(crate) fn new(sink: &'a mut dyn RowSink) -> Self {
        Self { sink, rows: 0 }
    }
}

impl RowSink for Counted<'_> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.rows += 1;
        self.sink.row(row)
    }
}
