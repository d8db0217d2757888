//! JSON documents.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::driver::Row;
use crate::error::{Error, Result};
use crate::record::FromRow;
use serde::{Serialize, de::DeserializeOwned};
use std::ops::{Deref, DerefMut};

impl Value for serde_json::Value {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Json(self.to_string().into())
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        read(value)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

/// A field of any serialisable type, kept as a JSON document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Value for Json<T> {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> SqlValue<'_> {
        serde_json::to_string(&self.0).map_or(
            SqlValue::Refused("the value does not serialise to JSON"),
            |text| SqlValue::Json(text.into()),
        )
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        read(value).map(Json)
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> FromRow for Json<T> {
    const WIDTH: Option<usize> = Some(1);

    fn from_row(row: &dyn Row) -> Result<Self> {
        row.get(0)
    }
}

fn read<T: DeserializeOwned>(value: SqlValue<'_>) -> Result<T> {
    match value {
        SqlValue::Json(text) | SqlValue::Text(text) => serde_json::from_str(&text).map_err(unreadable),
        other => Err(mismatch("a JSON document", &other)),
    }
}

#[cold]
fn unreadable(source: serde_json::Error) -> Error {
    Error::decode("the JSON document does not read as the field's type").with_source(source)
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
