//! Adding to a column what its type can hold.

use super::refused;
use rusqlite::functions::Context;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Result, ffi};

/// Gives the sum of two numbers of the type that the third argument names; null where one of them is.
pub(super) fn added(context: &Context<'_>) -> Result<ToSqlOutput<'static>> {
    let (one, other) = (context.get_raw(0), context.get_raw(1));
    let column = context.get_raw(2).as_str()?;
    let sum = match (one, other) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => Value::Null,
        _ if column == "decimal" => decimal(one, other)?,
        _ if column.starts_with('f') => Value::Real(float(one, other, column)?),
        (ValueRef::Integer(one), ValueRef::Integer(other)) => Value::Integer(integer(one, other, column)?),
        _ => return Err(refused(ffi::SQLITE_MISMATCH)),
    };
    Ok(ToSqlOutput::Owned(sum))
}

fn integer(one: i64, other: i64, column: &str) -> Result<i64> {
    let (least, most) = match column {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    };
    let sum = one.checked_add(other).filter(|sum| (least..=most).contains(sum));
    sum.ok_or(refused(ffi::SQLITE_RANGE))
}

/// A sum of floats is rounded to the column's precision, as everywhere; one that leaves its range is refused.
fn float(one: ValueRef<'_>, other: ValueRef<'_>, column: &str) -> Result<f64> {
    let (one, other) = (number(one)?, number(other)?);
    let wide = one + other;
    #[expect(clippy::cast_possible_truncation, reason = "rounds to the column's own type")]
    let sum = if column == "f32" {
        f64::from(wide as f32)
    } else {
        wide
    };
    if sum.is_nan() || sum.is_infinite() && one.is_finite() && other.is_finite() {
        return Err(refused(ffi::SQLITE_RANGE));
    }
    Ok(sum)
}

fn number(cell: ValueRef<'_>) -> Result<f64> {
    match cell {
        ValueRef::Real(number) => Ok(number),
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number in a column of floats was one"
        )]
        ValueRef::Integer(number) => Ok(number as f64),
        _ => Err(refused(ffi::SQLITE_MISMATCH)),
    }
}

#[cfg(feature = "decimal")]
fn decimal(one: ValueRef<'_>, other: ValueRef<'_>) -> Result<Value> {
    super::decimal::added(one, other).map(Value::Text)
}

#[cfg(not(feature = "decimal"))]
fn decimal(_: ValueRef<'_>, _: ValueRef<'_>) -> Result<Value> {
    Err(refused(ffi::SQLITE_MISMATCH))
}
