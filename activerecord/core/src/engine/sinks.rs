//! What takes the rows of the verbs.

use super::Found;
use crate::driver::{Row, RowSink};
use crate::error::{Error, Result};
use crate::record::FromRow;
use crate::value::SqlValue;
use std::ops::ControlFlow;

/// Reads every row by position.
pub(crate) struct Rows<T>(Vec<T>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Send> Found for Rows<T> {
    type Value = Vec<T>;

    fn into_value(self) -> Result<Vec<T>> {
        Ok(self.0)
    }
}

impl<T: FromRow> RowSink for Rows<T> {
    #[inline]
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0.push(T::from_row(row)?);
        Ok(ControlFlow::Continue(()))
    }
}

/// Reads the first row by position, and stops.
pub(crate) struct First<T>(pub(crate) Option<T>);

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send> Found for First<T> {
    type Value = Option<T>;

    #[inline]
    fn into_value(self) -> Result<Option<T>> {
        Ok(self.0)
    }
}

impl<T: FromRow> RowSink for First<T> {
    #[inline]
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0 = Some(T::from_row(row)?);
        Ok(ControlFlow::Break(()))
    }
}

/// Whether there is a row.
#[derive(Default)]
pub(crate) struct Any(bool);

impl Found for Any {
    type Value = bool;

    fn into_value(self) -> Result<bool> {
        Ok(self.0)
    }
}

impl RowSink for Any {
    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        self.0 = true;
        Ok(ControlFlow::Break(()))
    }
}

/// Reads rows of raw SQL: by name where the type names its columns, else by position. Which cell is which is
/// decided once, at the first row.
pub(crate) struct Mapped<T> {
    rows: Vec<T>,
    positions: Option<Vec<usize>>,
}

impl<T> Default for Mapped<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            positions: None,
        }
    }
}

impl<T: Send> Found for Mapped<T> {
    type Value = Vec<T>;

    fn into_value(self) -> Result<Vec<T>> {
        Ok(self.rows)
    }
}

impl<T: FromRow> RowSink for Mapped<T> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        let read = match T::COLUMNS {
            None => {
                if self.rows.is_empty() {
                    check_width(row, T::WIDTH)?;
                }
                T::from_row(row)?
            }
            Some(names) => {
                if self.positions.is_none() {
                    self.positions = Some(positions(row, names)?);
                }
                T::from_row(&Reordered {
                    row,
                    positions: self.positions.as_deref().unwrap_or_default(),
                })?
            }
        };
        self.rows.push(read);
        Ok(ControlFlow::Continue(()))
    }
}

/// A column that nobody reads is a mistake in the statement or in the type.
fn check_width(row: &dyn Row, wanted: Option<usize>) -> Result<()> {
    match wanted {
        Some(wanted) if wanted != row.width() => Err(Error::decode(format!(
            "the row has {} columns, and the type reads {wanted}",
            row.width()
        ))),
        _ => Ok(()),
    }
}

fn positions(row: &dyn Row, names: &[&str]) -> Result<Vec<usize>> {
    let find = |name: &&str| {
        let mut found = (0..row.width()).filter(|index| row.name(*index) == *name);
        match (found.next(), found.next()) {
            (Some(index), None) => Ok(index),
            (None, _) => Err(missing(row, name)),
            _ => Err(Error::decode(format!(
                "the row has several columns `{name}`; give them different names"
            ))),
        }
    };
    names.iter().map(find).collect()
}

#[cold]
fn missing(row: &dyn Row, name: &str) -> Error {
    let names: Vec<&str> = (0..row.width()).map(|index| row.name(index)).collect();
    Error::decode(format!("the row has no column `{name}`; it has {names:?}"))
}

/// A row whose cells are in the order a type reads them.
struct Reordered<'a> {
    row: &'a dyn Row,
    positions: &'a [usize],
}

impl Row for Reordered<'_> {
    fn cell(&self, index: usize) -> Result<SqlValue<'_>> {
        self.row
            .cell(self.positions.get(index).copied().unwrap_or(usize::MAX))
    }

    fn width(&self) -> usize {
        self.positions.len()
    }

    fn name(&self, index: usize) -> &str {
        self.positions
            .get(index)
            .map_or("", |position| self.row.name(*position))
    }
}
