//! Numbers of type `numeric`, as PostgreSQL has them: groups of four digits, from the highest.

use activerecord_core::SqlValue;

/// A number in the bytes of a row.
struct Numeric<'r> {
    groups: &'r [u8],
    /// The power of 10,000 that the first group counts.
    weight: i32,
    negative: bool,
    /// The digits behind the point.
    scale: u32,
}

/// Reads a number: an integer where it has no digits behind the point, a decimal where it has, and as text what is
/// longer than either.
pub(super) fn read(raw: &[u8]) -> Option<SqlValue<'static>> {
    const NAN: u16 = 0xc000;
    const INFINITY: u16 = 0xd000;
    const MINUS_INFINITY: u16 = 0xf000;
    let (head, groups) = raw.split_at_checked(8)?;
    let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let special = match word(4) {
        NAN => "NaN",
        INFINITY => "Infinity",
        MINUS_INFINITY => "-Infinity",
        sign => {
            let number = Numeric {
                groups,
                weight: word(2).cast_signed().into(),
                negative: sign != 0,
                scale: word(6).into(),
            };
            return Some(number.value());
        }
    };
    Some(SqlValue::Text(special.into()))
}

impl Numeric<'_> {
    fn value(&self) -> SqlValue<'static> {
        let mantissa = self.mantissa();
        if self.scale == 0
            && let Some(whole) = mantissa.and_then(integer)
        {
            return whole;
        }
        #[cfg(feature = "decimal")]
        if let Some(decimal) = mantissa.and_then(|mantissa| decimal(mantissa, self.scale)) {
            return SqlValue::Decimal(decimal);
        }
        SqlValue::Text(self.text().into())
    }

    fn group(&self, index: usize) -> u16 {
        let bytes = self.groups.get(2 * index..2 * index + 2);
        bytes.map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn len(&self) -> usize {
        self.groups.len() / 2
    }

    /// All digits without the point, where they are not too many.
    fn mantissa(&self) -> Option<i128> {
        let mut digits = 0_i128;
        for index in 0..self.len() {
            digits = digits
                .checked_mul(10_000)?
                .checked_add(self.group(index).into())?;
        }
        let last = self.weight - i32::try_from(self.len()).ok()? + 1;
        let shift = 4 * last + i32::try_from(self.scale).ok()?;
        let power = 10_i128.checked_pow(shift.unsigned_abs())?;
        let mantissa = if shift < 0 {
            digits / power
        } else {
            digits.checked_mul(power)?
        };
        Some(if self.negative { -mantissa } else { mantissa })
    }

    /// The number as PostgreSQL writes it.
    fn text(&self) -> String {
        use std::fmt::Write;
        let mut text = String::from(if self.negative { "-" } else { "" });
        let group = |power: i32| usize::try_from(self.weight - power).map_or(0, |index| self.group(index));
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", if self.weight < 0 { 0 } else { group(self.weight) });
        for power in (0..self.weight).rev() {
            let _ = write!(text, "{:04}", group(power));
        }
        if self.scale > 0 {
            text.push('.');
            let end = text.len() + self.scale as usize;
            let mut power = -1;
            while text.len() < end {
                let _ = write!(text, "{:04}", group(power));
                power -= 1;
            }
            text.truncate(end);
        }
        text
    }
}

fn integer(mantissa: i128) -> Option<SqlValue<'static>> {
    let signed = i64::try_from(mantissa).map(SqlValue::I64);
    signed
        .or_else(|_| u64::try_from(mantissa).map(SqlValue::U64))
        .ok()
}

/// The decimal of its scale, or of a shorter one where only zeros are lost.
#[cfg(feature = "decimal")]
fn decimal(mut mantissa: i128, mut scale: u32) -> Option<rust_decimal::Decimal> {
    use rust_decimal::Decimal;
    loop {
        if let Ok(decimal) = Decimal::try_from_i128_with_scale(mantissa, scale) {
            return Some(decimal);
        }
        if scale == 0 || mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        scale -= 1;
    }
}
