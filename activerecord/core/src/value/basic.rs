//! The types of the language: truth values, numbers, text, bytes.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::driver::Row;
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;

impl Value for bool {
    const TYPE: ColumnType = ColumnType::Bool;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Bool(*self)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Bool(truth) => Ok(truth),
            SqlValue::I64(0) | SqlValue::U64(0) => Ok(false),
            SqlValue::I64(1) | SqlValue::U64(1) => Ok(true),
            SqlValue::I64(other) => Err(Error::decode(format!(
                "expected a truth value (0 or 1), found {other}"
            ))),
            other => Err(mismatch("a truth value", &other)),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

#[cold]
fn out_of_range(number: impl std::fmt::Display, name: &str) -> Error {
    Error::new(
        ErrorKind::OutOfRange,
        format!("{number} does not fit into {name}"),
    )
}

macro_rules! integer {
    ($type:ty, $kind:ident, $variant:ident, $wide:ty) => {
        impl Value for $type {
            const TYPE: ColumnType = ColumnType::$kind;

            fn to_value(&self) -> SqlValue<'_> {
                SqlValue::$variant(<$wide>::from(*self))
            }

            #[inline]
            fn from_value(value: SqlValue<'_>) -> Result<Self> {
                match value {
                    SqlValue::I64(number) => {
                        // A number has nothing to drop, which the compiler does not see.
                        std::mem::forget(value);
                        Self::try_from(number).map_err(|_| out_of_range(number, stringify!($type)))
                    }
                    SqlValue::U64(number) => {
                        Self::try_from(number).map_err(|_| out_of_range(number, stringify!($type)))
                    }
                    other => Err(mismatch("an integer", &other)),
                }
            }

            #[inline]
            fn read_plain(row: &dyn Row, index: usize) -> Option<Self> {
                Self::try_from(row.integer(index)?).ok()
            }

            fn is_unset(&self) -> bool {
                *self == 0
            }

            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }
    };
}

integer!(i8, I8, I64, i64);
integer!(i16, I16, I64, i64);
integer!(i32, I32, I64, i64);
integer!(i64, I64, I64, i64);
integer!(u8, U8, I64, i64);
integer!(u16, U16, I64, i64);
integer!(u32, U32, I64, i64);
integer!(u64, U64, U64, u64);

impl Value for f64 {
    const TYPE: ColumnType = ColumnType::F64;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::F64(*self)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::F64(number) => Ok(number),
            SqlValue::F32(number) => Ok(number.into()),
            SqlValue::I64(number) => exact_f64(number),
            #[cfg(feature = "decimal")]
            SqlValue::Decimal(number) => nearest_f64(number),
            other => Err(mismatch("a floating-point number", &other)),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

/// An integer in a column of floats (SQLite keeps `1` as one): taken where no digit is lost.
fn exact_f64(number: i64) -> Result<f64> {
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    if number.unsigned_abs() > EXACT {
        return Err(out_of_range(number, "f64 without losing digits"));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "checked above: every such integer is a float"
    )]
    Ok(number as f64)
}

/// A decimal literal (`0.5` is one on some databases): taken where the float reads as the same digits.
#[cfg(feature = "decimal")]
fn nearest_f64(number: rust_decimal::Decimal) -> Result<f64> {
    let nearest: Option<f64> = number.to_string().parse().ok();
    let reads_the_same =
        |float: &f64| rust_decimal::Decimal::from_str_exact(&float.to_string()) == Ok(number);
    nearest
        .filter(reads_the_same)
        .ok_or_else(|| out_of_range(number, "f64 without losing digits"))
}

impl Value for f32 {
    const TYPE: ColumnType = ColumnType::F32;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::F32(*self)
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        if let SqlValue::F32(number) = value {
            return Ok(number);
        }
        let wide = f64::from_value(value)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "compared with the wide number right below"
        )]
        let narrow = wide as f32;
        if f64::from(narrow).to_bits() == wide.to_bits() || wide.is_nan() {
            return Ok(narrow);
        }
        Err(out_of_range(wide, "f32 without losing digits"))
    }

    fn is_same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Value for String {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Text(Cow::Borrowed(self))
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Text(text) => Ok(text.into_owned()),
            other => Err(mismatch("text", &other)),
        }
    }

    #[inline]
    fn read_plain(row: &dyn Row, index: usize) -> Option<Self> {
        row.text(index).map(str::to_owned)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for Vec<u8> {
    const TYPE: ColumnType = ColumnType::Bytes;

    fn to_value(&self) -> SqlValue<'_> {
        SqlValue::Bytes(Cow::Borrowed(self))
    }

    fn from_value(value: SqlValue<'_>) -> Result<Self> {
        match value {
            SqlValue::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(mismatch("bytes", &other)),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}
