//! UUIDs.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::error::{Error, Result};
use uuid::Uuid;

impl Value for Uuid {
    const TYPE: ColumnType = ColumnType::Uuid;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Uuid(*self)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Uuid(uuid) => Ok(uuid),
            SqlValue::Text(text) => Self::try_parse(&text).map_err(unreadable),
            SqlValue::Bytes(bytes) => Self::from_slice(&bytes).map_err(unreadable),
            other => Err(mismatch("a UUID", &other)),
        }
    }
}

#[cold]
fn unreadable(source: uuid::Error) -> Error {
    Error::decode("expected a UUID as text or 16 bytes").with_source(source)
}
