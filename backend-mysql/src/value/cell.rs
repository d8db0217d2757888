//! The cells of a row, whichever driver has it.

use mysql_common::packets::Column;
use mysql_common::row::Row;
use mysql_common::value::Value;

/// A cell, its bytes lent or told by their place.
#[derive(Debug, Clone)]
pub(crate) enum Cell<B> {
    Null,
    Int(i64),
    UInt(u64),
    Float(f32),
    Double(f64),
    Bytes(B),
    /// A date or a time.
    Temporal(Value),
}

/// A row in the hands of a driver.
pub(crate) trait Cells {
    fn columns(&self) -> &[Column];

    fn cell(&self, index: usize) -> Option<Cell<&[u8]>>;
}

impl<B> Cell<B> {
    /// The cell for a value, whose bytes are looked at by `bytes`.
    #[inline]
    pub(super) fn of<'v>(value: &'v Value, bytes: impl FnOnce(&'v [u8]) -> B) -> Self {
        match value {
            Value::NULL => Self::Null,
            Value::Int(number) => Self::Int(*number),
            Value::UInt(number) => Self::UInt(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Double(number) => Self::Double(*number),
            Value::Bytes(value) => Self::Bytes(bytes(value)),
            Value::Date(..) | Value::Time(..) => Self::Temporal(value.clone()),
        }
    }
}

/// None before the first row and behind the last one.
impl Cells for Option<Row> {
    #[inline]
    fn columns(&self) -> &[Column] {
        self.as_ref().map_or(&[], Row::columns_ref)
    }

    #[inline]
    fn cell(&self, index: usize) -> Option<Cell<&[u8]>> {
        let value = self.as_ref()?.as_ref(index)?;
        Some(Cell::of(value, |bytes| bytes))
    }
}
