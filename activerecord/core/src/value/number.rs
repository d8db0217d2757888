//! What sums and averages of a column are.

use super::Value;

/// A column type that can be added up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added up",
    label = "`sum` and `avg` need a column of numbers"
)]
pub trait Numeric: Value {
    /// The type of a sum: `i64` for integers, or an error where it does not fit.
    type Sum: Value;
    /// The type of an average: `f64`, or `Decimal` for decimals.
    type Avg: Value;
}

macro_rules! numeric {
    ($sum:ty: $($type:ty),+) => {
        $(impl Numeric for $type {
            type Sum = $sum;
            type Avg = f64;
        })+
    };
}

numeric!(i64: i8, i16, i32, i64, u8, u16, u32, u64);
numeric!(f64: f32, f64);

#[cfg(feature = "decimal")]
impl Numeric for rust_decimal::Decimal {
    type Sum = Self;
    type Avg = Self;
}

impl<V: Numeric> Numeric for Option<V> {
    type Sum = V::Sum;
    type Avg = V::Avg;
}

/// A column type whose values have a least and a greatest one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no least or greatest value in a database",
    note = "a type of one's own implements `Ordered` in one line: `type Plain = Self`"
)]
pub trait Ordered: Value {
    /// The type without its `Option`.
    type Plain: Value;
}

macro_rules! ordered {
    ($($type:ty),+) => {
        $(impl Ordered for $type {
            type Plain = Self;
        })+
    };
}

ordered!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, String);
#[cfg(feature = "decimal")]
ordered!(rust_decimal::Decimal);
#[cfg(feature = "chrono")]
ordered!(
    chrono::NaiveDate,
    chrono::NaiveTime,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>
);

impl<V: Ordered> Ordered for Option<V> {
    type Plain = V::Plain;
}
