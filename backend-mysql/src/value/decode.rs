//! Rows as they come from the server.

use super::cell::{Cell, Cells};
use activerecord_core::{Error, Result, Row, SqlValue};
use mysql_common::constants::ColumnType;
use mysql_common::packets::Column;
use mysql_common::value::Value;

/// A row in the hands of a driver.
#[derive(Default)]
pub(crate) struct MysqlRow<C>(pub(crate) C);

/// The number of the character set that stands for bytes.
const BINARY: u16 = 63;

impl<C: Cells> MysqlRow<C> {
    #[inline]
    fn column(&self, index: usize) -> Option<(&Column, Cell<'_>)> {
        self.0.columns().get(index).zip(self.0.cell(index))
    }
}

impl<C: Cells> Row for MysqlRow<C> {
    #[inline]
    fn cell(&self, index: usize) -> Result<SqlValue<'_>> {
        let (column, cell) = self
            .column(index)
            .ok_or_else(|| past_the_end(index, self.width()))?;
        match cell {
            Cell::Bytes(bytes) => of_bytes(column, bytes),
            Cell::Plain(Value::Bytes(bytes)) => of_bytes(column, bytes),
            Cell::Plain(Value::NULL) => Ok(SqlValue::Null),
            Cell::Plain(Value::Int(number)) => Ok(SqlValue::I64(*number)),
            Cell::Plain(Value::UInt(number)) => Ok(SqlValue::U64(*number)),
            Cell::Plain(Value::Float(number)) => Ok(SqlValue::F32(*number)),
            Cell::Plain(Value::Double(number)) => Ok(SqlValue::F64(*number)),
            Cell::Plain(value @ (Value::Date(..) | Value::Time(..))) => temporal::cell(column, value),
        }
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        match self.0.cell(index) {
            Some(Cell::Plain(Value::Int(number))) => Some(*number),
            _ => None,
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        match self.column(index) {
            Some((column, Cell::Bytes(bytes))) if is_text(column) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    fn width(&self) -> usize {
        self.0.columns().len()
    }

    fn name(&self, index: usize) -> &str {
        let column = self.0.columns().get(index);
        column.map_or("", |column| {
            std::str::from_utf8(column.name_ref()).unwrap_or_default()
        })
    }
}

/// Whether what the driver has as bytes is text.
fn is_text(column: &Column) -> bool {
    use ColumnType::{
        MYSQL_TYPE_BLOB, MYSQL_TYPE_ENUM, MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_SET,
        MYSQL_TYPE_STRING, MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR,
    };
    let may_be = matches!(
        column.column_type(),
        MYSQL_TYPE_STRING
            | MYSQL_TYPE_VAR_STRING
            | MYSQL_TYPE_VARCHAR
            | MYSQL_TYPE_BLOB
            | MYSQL_TYPE_TINY_BLOB
            | MYSQL_TYPE_MEDIUM_BLOB
            | MYSQL_TYPE_LONG_BLOB
            | MYSQL_TYPE_ENUM
            | MYSQL_TYPE_SET
    );
    may_be && column.character_set() != BINARY
}

fn of_bytes<'r>(column: &Column, bytes: &'r [u8]) -> Result<SqlValue<'r>> {
    match column.column_type() {
        ColumnType::MYSQL_TYPE_NEWDECIMAL | ColumnType::MYSQL_TYPE_DECIMAL => decimal(column, bytes),
        ColumnType::MYSQL_TYPE_JSON => utf8(column, bytes).map(|text| SqlValue::Json(text.into())),
        // The bits of a number, the first ones first.
        ColumnType::MYSQL_TYPE_BIT if bytes.len() <= 8 => Ok(SqlValue::U64(
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )),
        _ if is_text(column) => utf8(column, bytes).map(|text| SqlValue::Text(text.into())),
        _ => Ok(SqlValue::Bytes(bytes.into())),
    }
}

fn utf8<'r>(column: &Column, bytes: &'r [u8]) -> Result<&'r str> {
    std::str::from_utf8(bytes).map_err(|failure| {
        let name = column.name_str();
        Error::decode(format!("column `{name}` holds text that is not UTF-8")).with_source(failure)
    })
}

/// The most digits behind the point that a number of our type has. A column of more (`create_table` makes such) fills
/// them up with zeros that are part of no number.
const MOST_SCALE: u8 = 28;

/// A number without a fraction is an integer where it fits into one: sums of integers are decimals to the server.
fn decimal<'r>(column: &Column, bytes: &'r [u8]) -> Result<SqlValue<'r>> {
    let text = utf8(column, bytes)?;
    let text = match column.decimals() > MOST_SCALE {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    };
    if column.decimals() == 0
        && let Ok(number) = text.parse()
    {
        return Ok(SqlValue::I64(number));
    }
    Ok(number(text))
}

/// One with more digits than the type holds stays text, and is refused where it is read.
#[cfg(feature = "decimal")]
fn number(text: &str) -> SqlValue<'_> {
    match rust_decimal::Decimal::from_str_exact(text) {
        Ok(number) => SqlValue::Decimal(number),
        Err(_) => SqlValue::Text(text.into()),
    }
}

#[cfg(not(feature = "decimal"))]
fn number(text: &str) -> SqlValue<'_> {
    SqlValue::Text(text.into())
}

#[cold]
fn past_the_end(index: usize, width: usize) -> Error {
    Error::decode(format!("there is no column {index} in a row of {width}"))
}

#[cfg(feature = "chrono")]
mod temporal {
    //! Dates and times.

    use activerecord_core::{Error, Result, SqlValue};
    use chrono::{NaiveDate, NaiveTime};
    use mysql_common::constants::ColumnType;
    use mysql_common::packets::Column;
    use mysql_common::value::Value;

    pub(super) fn cell(column: &Column, value: &Value) -> Result<SqlValue<'static>> {
        read(column, value).ok_or_else(|| impossible(column))
    }

    fn read(column: &Column, value: &Value) -> Option<SqlValue<'static>> {
        match *value {
            Value::Date(year, month, day, hour, minute, second, micros) => {
                let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
                let time = NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), micros)?;
                Some(match column.column_type() {
                    ColumnType::MYSQL_TYPE_DATE | ColumnType::MYSQL_TYPE_NEWDATE => SqlValue::Date(date),
                    ColumnType::MYSQL_TYPE_TIMESTAMP => SqlValue::Timestamp(date.and_time(time).and_utc()),
                    _ => SqlValue::DateTime(date.and_time(time)),
                })
            }
            Value::Time(false, 0, hour, minute, second, micros) => {
                let time = NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), micros)?;
                Some(SqlValue::Time(time))
            }
            _ => None,
        }
    }

    #[cold]
    fn impossible(column: &Column) -> Error {
        let name = column.name_str();
        Error::decode(format!(
            "column `{name}` holds a date that no calendar has (such as 0000-00-00), or a time beyond 24 hours"
        ))
    }
}

#[cfg(not(feature = "chrono"))]
mod temporal {
    //! Dates and times, as text.

    use activerecord_core::{Result, SqlValue};
    use mysql_common::constants::ColumnType;
    use mysql_common::packets::Column;
    use mysql_common::value::Value;

    #[expect(clippy::unnecessary_wraps, reason = "with `chrono` it may fail")]
    pub(super) fn cell(column: &Column, value: &Value) -> Result<SqlValue<'static>> {
        let is_date = matches!(
            column.column_type(),
            ColumnType::MYSQL_TYPE_DATE | ColumnType::MYSQL_TYPE_NEWDATE
        );
        let text = match *value {
            Value::Date(year, month, day, ..) if is_date => format!("{year:04}-{month:02}-{day:02}"),
            Value::Date(year, month, day, hour, minute, second, micros) => {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}")
            }
            Value::Time(negative, days, hour, minute, second, micros) => {
                let sign = if negative { "-" } else { "" };
                let hours = u64::from(days) * 24 + u64::from(hour);
                format!("{sign}{hours:02}:{minute:02}:{second:02}.{micros:06}")
            }
            _ => String::new(),
        };
        Ok(SqlValue::Text(text.into()))
    }
}
