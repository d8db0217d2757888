//! Rows in hand, so that they can be changed.

use activerecord::{Error, Result, Row, RowSink, SqlValue};
use std::ops::ControlFlow;

/// A row that was copied from the driver.
#[derive(Clone)]
pub(super) struct Copied {
    names: Vec<String>,
    pub(super) cells: Vec<SqlValue<'static>>,
}

impl Row for Copied {
    fn cell(&self, index: usize) -> Result<SqlValue<'_>> {
        let cell = self.cells.get(index).map(SqlValue::as_ref);
        cell.ok_or_else(|| Error::decode("past the end"))
    }

    fn width(&self) -> usize {
        self.cells.len()
    }

    fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", |name| name)
    }
}

/// Copies every row.
pub(super) struct Copying<'a>(pub(super) &'a mut Vec<Copied>);

impl RowSink for Copying<'_> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        let cells = (0..row.width()).map(|index| row.cell(index).map(SqlValue::into_owned));
        self.0.push(Copied {
            cells: cells.collect::<Result<_>>()?,
            names: (0..row.width()).map(|index| row.name(index).to_owned()).collect(),
        });
        Ok(ControlFlow::Continue(()))
    }
}

/// Pushes rows until the sink says stop; `false` where it did.
pub(super) fn push(rows: &[Copied], sink: &mut dyn RowSink) -> Result<bool> {
    for row in rows {
        if sink.row(row)?.is_break() {
            return Ok(false);
        }
    }
    Ok(true)
}
