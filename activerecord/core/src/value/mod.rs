//! Values: one cell as the drivers see it, and the Rust types that map to one column.

mod basic;
mod cell;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "decimal")]
mod decimal;
#[cfg(feature = "json")]
mod json;
mod number;
mod params;
#[cfg(feature = "uuid")]
mod uuid;

pub use self::cell::SqlValue;
#[cfg(feature = "json")]
pub use self::json::Json;
pub use self::number::{Numeric, Ordered};
pub use self::params::{IntoParams, Param};

use crate::driver::Row;
use crate::error::{Error, Result};

/// A Rust type that maps to one column.
///
/// Every value either comes back exactly as it went in or is refused; nothing is clamped, cut or rounded.
///
/// A type of one's own takes a few lines over one of the types that are mapped already:
///
/// ```
/// use activerecord_core::{ColumnType, Result, SqlValue, Value};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Email(String);
///
/// impl Value for Email {
///     const TYPE: ColumnType = ColumnType::Text;
///
///     fn to_value(&self) -> SqlValue<'_> {
///         self.0.to_value()
///     }
///
///     fn from_value(value: SqlValue<'_>) -> Result<Self> {
///         String::from_value(value).map(Email)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not map to a column",
    label = "not a column type",
    note = "use a supported type, `#[derive(Value)]` on an enum, or implement `Value` in a few lines; \
            the types of chrono, uuid, rust_decimal and serde_json need the feature of that name"
)]
pub trait Value: Clone + Send + Sync + 'static {
    /// The column's type, for `create_table` and for how it compares.
    const TYPE: ColumnType;
    /// Whether the column may be null.
    const NULLABLE: bool = false;

    /// Gives the cell to bind.
    fn to_value(&self) -> SqlValue<'_>;

    /// Puts the cell into its place.
    #[doc(hidden)]
    #[inline(always)]
    fn put_value<'v>(&'v self, place: &mut SqlValue<'v>) {
        match place {
            // It has nothing to let go of, which the compiler would look for in a call.
            SqlValue::Null => std::mem::forget(std::mem::replace(place, self.to_value())),
            _ => *place = self.to_value(),
        }
    }

    /// Reads a cell.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) or [`OutOfRange`](crate::ErrorKind::OutOfRange) where the cell does
    /// not hold what this type can take.
    fn from_value(value: SqlValue<'_>) -> Result<Self>;

    /// Reads a cell of the very type, where that is faster than through [`from_value`](Value::from_value); `None`
    /// leaves it to that.
    #[doc(hidden)]
    #[inline]
    fn read_plain(row: &dyn Row, index: usize) -> Option<Self> {
        let _ = (row, index);
        None
    }

    /// Whether the database should fill the column in: `None`, or zero for a plain integer.
    fn is_unset(&self) -> bool {
        false
    }

    /// Whether two values are the same to the database (floats by their bits).
    fn is_same(&self, other: &Self) -> bool {
        self.to_value() == other.to_value()
    }
}

/// The type of a column, as far as SQL and this library tell types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// `bool`
    Bool,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `String`
    Text,
    /// `Vec<u8>`
    Bytes,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day without a zone.
    DateTime,
    /// An instant, kept in UTC.
    Timestamp,
    /// A UUID.
    Uuid,
    /// An exact decimal number of up to 28 digits.
    Decimal,
    /// A JSON document.
    Json,
}

impl ColumnType {
    /// Whether the column holds an integer.
    pub const fn is_integer(self) -> bool {
        use ColumnType::{I8, I16, I32, I64, U8, U16, U32, U64};
        matches!(self, I8 | I16 | I32 | I64 | U8 | U16 | U32 | U64)
    }
}

/// A field that may be null.
impl<V: Value> Value for Option<V> {
    const TYPE: ColumnType = {
        assert!(!V::NULLABLE, "an Option of an Option cannot be told from a null");
        V::TYPE
    };
    const NULLABLE: bool = true;

    fn to_value(&self) -> SqlValue<'_> {
        self.as_ref().map_or(SqlValue::Null, V::to_value)
    }

    #[inline(always)]
    fn put_value<'v>(&'v self, place: &mut SqlValue<'v>) {
        match self {
            Some(value) => value.put_value(place),
            None if place.is_null() => {}
            None => *place = SqlValue::Null,
        }
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Null => Ok(None),
            value => V::from_value(value).map(Some),
        }
    }

    #[inline]
    fn read_plain(row: &dyn Row, index: usize) -> Option<Self> {
        V::read_plain(row, index).map(Some)
    }

    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.is_same(other),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The error of a cell that holds something else.
#[cold]
pub(crate) fn mismatch(expected: &str, value: &SqlValue<'_>) -> Error {
    Error::decode(format!("expected {expected}, found {}", value.kind_name()))
}
