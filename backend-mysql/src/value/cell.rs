//! The cells of a row, whichever driver has it.

use mysql_common::packets::Column;
use mysql_common::row::Row;
use mysql_common::value::Value;

/// A cell, read in place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'r> {
    Bytes(&'r [u8]),
    /// Whatever has no bytes of its own.
    Plain(&'r Value),
}

/// A row in the hands of a driver.
pub(crate) trait Cells {
    fn columns(&self) -> &[Column];

    fn cell(&self, index: usize) -> Option<Cell<'_>>;
}

/// None before the first row and behind the last one.
impl Cells for Option<Row> {
    #[inline]
    fn columns(&self) -> &[Column] {
        self.as_ref().map_or(&[], Row::columns_ref)
    }

    #[inline]
    fn cell(&self, index: usize) -> Option<Cell<'_>> {
        Some(match self.as_ref()?.as_ref(index)? {
            Value::Bytes(bytes) => Cell::Bytes(bytes),
            value => Cell::Plain(value),
        })
    }
}
