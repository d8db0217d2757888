//! JSON documents.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::driver::Row;
use crate::error::{Error, Result};
use crate::record::FromRow;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::ser::{CompactFormatter, Formatter};
use std::io::{self, Write};
use std::ops::{Deref, DerefMut};

impl Value for serde_json::Value {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> SqlValue<'_> {
        written(self)
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

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Value for Json<T> {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> SqlValue<'_> {
        written(&self.0)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        read(value).map(Json)
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> FromRow for Json<T> {
    const WIDTH: Option<usize> = Some(1);

    fn from_row(row: &dyn Row) -> Result<Self> {
        row.get(0)
    }
}

fn written(value: &impl Serialize) -> SqlValue<'static> {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Plain);
    let written = value.serialize(&mut serializer).ok();
    match written.and_then(|()| String::from_utf8(text).ok()) {
        Some(text) => SqlValue::Json(text.into()),
        None => SqlValue::Refused("the value does not serialise to JSON"),
    }
}

/// Writes documents without spaces, and floats so that they stay floats: a database that keeps numbers as numbers
/// turns `1.5e16` into an integer, but not `15000000000000000.0`.
struct Plain;

impl Formatter for Plain {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // Past these an integer of that size is read as a float again.
        const INTEGERS: f64 = 2e19;
        match value.abs() < INTEGERS && value.fract() == 0.0 {
            true => write!(writer, "{value:.1}"),
            false => CompactFormatter.write_f64(writer, value),
        }
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
