//! Exact decimal numbers, which SQLite keeps as text.

use super::{PURE, refused};
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, ffi};
use rust_decimal::Decimal;
use std::cmp::Ordering;

pub(super) fn register(connection: &mut Connection) -> Result<()> {
    connection.create_collation("activerecord_decimal", compare)?;
    connection.create_aggregate_function("activerecord_decimal_sum", 1, PURE, Sum)?;
    connection.create_aggregate_function("activerecord_decimal_avg", 1, PURE, Average)
}

/// The order of the numbers; text that is none comes behind them, in the order of its bytes.
fn compare(one: &str, other: &str) -> Ordering {
    match (Decimal::from_str_exact(one), Decimal::from_str_exact(other)) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => one.cmp(other),
    }
}

/// The exact sum of two numbers.
pub(super) fn added(one: ValueRef<'_>, other: ValueRef<'_>) -> Result<String> {
    let mut total = Total::default();
    total.take(one)?;
    total.take(other)?;
    total.sum().map(|sum| sum.to_string())
}

struct Sum;

impl Aggregate<Total, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Total> {
        Ok(Total::default())
    }

    fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        total.take(context.get_raw(0))
    }

    fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> Result<Option<String>> {
        let total = total.filter(|total| total.count > 0);
        total
            .map(|total| total.sum().map(|sum| sum.to_string()))
            .transpose()
    }
}

struct Average;

impl Aggregate<Total, Option<String>> for Average {
    fn init(&self, _: &mut Context<'_>) -> Result<Total> {
        Ok(Total::default())
    }

    fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        total.take(context.get_raw(0))
    }

    fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> Result<Option<String>> {
        let total = total.filter(|total| total.count > 0);
        total
            .map(|total| total.average().map(|average| average.to_string()))
            .transpose()
    }
}

/// A sum in the making. Whole parts and fractions are added apart, in integers of 128 bits, so that no digit is
/// rounded away and no order of the rows overflows where the sum itself would not.
#[derive(Default)]
struct Total {
    whole: i128,
    /// In units of 10^-28, the smallest that a `Decimal` has.
    fraction: i128,
    /// The most digits behind the point that a number had.
    scale: u32,
    count: u64,
}

impl Total {
    fn take(&mut self, cell: ValueRef<'_>) -> Result<()> {
        match cell {
            ValueRef::Null => Ok(()),
            ValueRef::Integer(number) => self.add(Decimal::from(number)),
            ValueRef::Text(text) => self.add(read(text).ok_or(refused(ffi::SQLITE_MISMATCH))?),
            ValueRef::Real(_) | ValueRef::Blob(_) => Err(refused(ffi::SQLITE_MISMATCH)),
        }
    }

    fn add(&mut self, number: Decimal) -> Result<()> {
        let unit = power_of_ten(number.scale());
        let fraction =
            self.fraction + number.mantissa() % unit * power_of_ten(Decimal::MAX_SCALE - number.scale());
        let whole = number.mantissa() / unit + fraction / power_of_ten(Decimal::MAX_SCALE);
        self.whole = self.whole.checked_add(whole).ok_or(refused(ffi::SQLITE_RANGE))?;
        self.fraction = fraction % power_of_ten(Decimal::MAX_SCALE);
        self.scale = self.scale.max(number.scale());
        self.count += 1;
        Ok(())
    }

    /// The exact sum with its scale, or with a shorter one where only zeros are lost.
    fn sum(&self) -> Result<Decimal> {
        let exact = |scale: &u32| self.fraction % power_of_ten(Decimal::MAX_SCALE - scale) == 0;
        let mut scales = (0..=self.scale).rev().take_while(exact);
        scales
            .find_map(|scale| self.with_scale(scale))
            .ok_or(refused(ffi::SQLITE_RANGE))
    }

    fn with_scale(&self, scale: u32) -> Option<Decimal> {
        let whole = self.whole.checked_mul(power_of_ten(scale))?;
        let mantissa = whole.checked_add(self.fraction / power_of_ten(Decimal::MAX_SCALE - scale))?;
        Decimal::try_from_i128_with_scale(mantissa, scale).ok()
    }

    /// The average to 28 digits.
    fn average(&self) -> Result<Decimal> {
        let average = self.sum()?.checked_div(Decimal::from(self.count));
        let average = average.ok_or(refused(ffi::SQLITE_RANGE))?;
        Ok(average.normalize())
    }
}

fn read(text: &[u8]) -> Option<Decimal> {
    Decimal::from_str_exact(std::str::from_utf8(text).ok()?).ok()
}

/// 10 to the power of at most [`Decimal::MAX_SCALE`], which has room in 94 bits.
fn power_of_ten(exponent: u32) -> i128 {
    10_i128.pow(exponent)
}
