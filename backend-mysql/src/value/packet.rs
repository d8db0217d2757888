//! A row as it stands in its packet.

use super::cell::{Cell, Cells};
use mysql_common::constants::ColumnType;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{Column, NullBitmap};
use mysql_common::value::{BinValue, ServerSide, Value, ValueDeserializer};
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// The packet that was read last, and the cells of the row that it may hold. Its room is used for row after row.
#[derive(Default)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    columns: Arc<[Column]>,
    cells: Vec<Found>,
}

/// A cell of the packet.
enum Found {
    /// Where its bytes stand.
    At(Range<usize>),
    Plain(Value),
}

impl Packet {
    /// The rows that follow have these columns.
    pub(crate) fn expect(&mut self, columns: Arc<[Column]>) {
        self.columns = columns;
        self.cells.clear();
    }

    /// Takes the packet for a row of values in binary.
    pub(crate) fn find_cells(&mut self) -> io::Result<()> {
        self.cells.clear();
        let mut rest = ParseBuf(&self.bytes);
        rest.checked_eat_u8().ok_or_else(cut_off)?;
        let nulls = NullBitmap::<ServerSide>::bitmap_len(self.columns.len());
        let nulls = rest.checked_eat(nulls).ok_or_else(cut_off)?;
        let nulls = NullBitmap::<ServerSide, _>::from_bytes(nulls);
        for (index, column) in self.columns.iter().enumerate() {
            self.cells.push(match nulls.is_null(index) {
                true => Found::Plain(Value::NULL),
                false => next(column, &mut rest, self.bytes.len())?,
            });
        }
        Ok(())
    }
}

/// The next cell in what is left of a packet of `whole` bytes.
#[inline]
fn next(column: &Column, rest: &mut ParseBuf<'_>, whole: usize) -> io::Result<Found> {
    if is_number_or_time(column.column_type()) {
        let kind = (column.column_type(), column.flags());
        return Ok(Found::Plain(rest.parse::<ValueDeserializer<BinValue>>(kind)?.0));
    }
    let bytes = rest.checked_eat_lenenc_str().ok_or_else(cut_off)?;
    let end = whole - rest.0.len();
    Ok(Found::At(end - bytes.len()..end))
}

/// Whether values of a type have no bytes of their own; all others are sent as text is.
fn is_number_or_time(column_type: ColumnType) -> bool {
    use ColumnType::{
        MYSQL_TYPE_DATE, MYSQL_TYPE_DATETIME, MYSQL_TYPE_DOUBLE, MYSQL_TYPE_FLOAT, MYSQL_TYPE_INT24,
        MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG, MYSQL_TYPE_NEWDATE, MYSQL_TYPE_NULL, MYSQL_TYPE_SHORT,
        MYSQL_TYPE_TIME, MYSQL_TYPE_TIMESTAMP, MYSQL_TYPE_TINY, MYSQL_TYPE_YEAR,
    };
    matches!(
        column_type,
        MYSQL_TYPE_TINY
            | MYSQL_TYPE_SHORT
            | MYSQL_TYPE_YEAR
            | MYSQL_TYPE_LONG
            | MYSQL_TYPE_INT24
            | MYSQL_TYPE_LONGLONG
            | MYSQL_TYPE_FLOAT
            | MYSQL_TYPE_DOUBLE
            | MYSQL_TYPE_DATE
            | MYSQL_TYPE_NEWDATE
            | MYSQL_TYPE_TIME
            | MYSQL_TYPE_DATETIME
            | MYSQL_TYPE_TIMESTAMP
            | MYSQL_TYPE_NULL
    )
}

#[cold]
fn cut_off() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the server's answer ends in the middle of a row",
    )
}

impl Cells for Packet {
    #[inline]
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    #[inline]
    fn cell(&self, index: usize) -> Option<Cell<'_>> {
        Some(match self.cells.get(index)? {
            Found::At(place) => Cell::Bytes(self.bytes.get(place.clone())?),
            Found::Plain(value) => Cell::Plain(value),
        })
    }
}
