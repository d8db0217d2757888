//! Exact decimal numbers by `rust_decimal`.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::error::{Error, Result};
use rust_decimal::Decimal;

impl Value for Decimal {
    const TYPE: ColumnType = ColumnType::Decimal;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Decimal(*self)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Decimal(number) => Ok(number),
            SqlValue::Text(text) => Self::from_str_exact(&text).map_err(unreadable),
            SqlValue::I64(number) => Ok(number.into()),
            SqlValue::U64(number) => Ok(number.into()),
            other => Err(mismatch("an exact decimal number", &other)),
        }
    }
}

#[cold]
fn unreadable(source: rust_decimal::Error) -> Error {
    Error::decode("expected a decimal number of at most 28 digits").with_source(source)
}
