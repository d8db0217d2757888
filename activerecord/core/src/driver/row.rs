//! Rows as drivers hold them, and what takes them.

use crate::error::Result;
use crate::value::{SqlValue, Value};
use std::ops::ControlFlow;

/// A row in the driver's hands; its cells are read in place, by position.
pub trait Row {
    /// Reads a cell.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for a position past the end or text that is not UTF-8.
    fn cell(&self, index: usize) -> Result<SqlValue<'_>>;

    /// The cell where it holds an integer, without the way through [`SqlValue`]; `None` says nothing about it.
    fn integer(&self, index: usize) -> Option<i64> {
        let _ = index;
        None
    }

    /// The cell where it holds text, without the way through [`SqlValue`]; `None` says nothing about it.
    fn text(&self, index: usize) -> Option<&str> {
        let _ = index;
        None
    }

    /// The number of columns.
    fn width(&self) -> usize;

    /// The name of a column, or an empty one past the end.
    fn name(&self, index: usize) -> &str;
}

impl dyn Row + '_ {
    /// Reads a cell as a Rust type.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) or [`OutOfRange`](crate::ErrorKind::OutOfRange), naming the column,
    /// where the cell does not hold what the type can take.
    #[inline]
    pub fn get<V: Value>(&self, index: usize) -> Result<V> {
        match V::read_plain(self, index) {
            Some(value) => Ok(value),
            None => V::from_value(self.cell(index)?).map_err(|error| self.explain(index, error)),
        }
    }

    #[cold]
    fn explain(&self, index: usize, error: crate::Error) -> crate::Error {
        error.context(format_args!("column `{}`", self.name(index)))
    }
}

/// Takes the rows of a query as they come.
pub trait RowSink: Send {
    /// Takes one row, and says whether to go on.
    ///
    /// # Errors
    ///
    /// What the row could not be read as; the query stops.
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>>;
}
