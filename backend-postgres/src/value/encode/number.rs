//! Numbers, sent exactly or not at all.

use super::{Refusal, too_large, unexpected};
use activerecord_core::{ErrorKind, SqlValue};
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::Type;

type Done = Result<(), Refusal>;

pub(super) fn write_integer(whole: i128, value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Done {
    match *expected {
        Type::INT8 => out.put_i64(whole.try_into().map_err(|_| too_large(expected))?),
        Type::INT4 => out.put_i32(whole.try_into().map_err(|_| too_large(expected))?),
        Type::INT2 => out.put_i16(whole.try_into().map_err(|_| too_large(expected))?),
        Type::OID => out.put_u32(whole.try_into().map_err(|_| too_large(expected))?),
        Type::NUMERIC => write_numeric(whole < 0, whole.unsigned_abs(), 0, out),
        Type::FLOAT8 => out.put_f64(exact_float(whole, f64::MANTISSA_DIGITS, expected)?),
        #[expect(clippy::cast_possible_truncation, reason = "it has no more digits than fit")]
        Type::FLOAT4 => out.put_f32(exact_float(whole, f32::MANTISSA_DIGITS, expected)? as f32),
        Type::TEXT => return Err(Refusal::Untyped(super::own_type(value))),
        _ => return Err(unexpected(value, Type::INT8, expected)),
    }
    Ok(())
}

/// The float that is this integer.
fn exact_float(whole: i128, digits: u32, expected: &Type) -> Result<f64, Refusal> {
    if whole.unsigned_abs() > 1 << digits {
        return Err(inexact(expected));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "checked above: every such integer is a float"
    )]
    Ok(whole as f64)
}

pub(super) fn write_single(real: f32, value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Done {
    match *expected {
        Type::FLOAT4 => out.put_f32(real),
        Type::NUMERIC => return write_digits(&real.to_string(), expected, out),
        Type::TEXT => return Err(unexpected(value, Type::FLOAT4, expected)),
        _ => return write_double(f64::from(real), value, expected, out),
    }
    Ok(())
}

pub(super) fn write_double(real: f64, value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Done {
    match *expected {
        Type::FLOAT8 => out.put_f64(real),
        Type::FLOAT4 => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "compared with the wide number below"
            )]
            let narrow = real as f32;
            if f64::from(narrow).to_bits() != real.to_bits() && !real.is_nan() {
                return Err(inexact(expected));
            }
            out.put_f32(narrow);
        }
        Type::NUMERIC => return write_digits(&real.to_string(), expected, out),
        Type::INT2 | Type::INT4 | Type::INT8 => {
            let whole = whole(real).ok_or_else(|| inexact(expected))?;
            return write_integer(whole.into(), value, expected, out);
        }
        _ => return Err(unexpected(value, Type::FLOAT8, expected)),
    }
    Ok(())
}

/// Writes a float by the shortest digits that it reads from.
fn write_digits(text: &str, expected: &Type, out: &mut BytesMut) -> Done {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}")
        .parse()
        .ok()
        .filter(|_| text.len() <= 34);
    let scale = u32::try_from(fraction.len()).unwrap_or_default();
    write_numeric(negative, digits.ok_or_else(|| inexact(expected))?, scale, out);
    Ok(())
}

/// The integer that this float is, if it is one without doubt.
fn whole(real: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and is in range"
    )]
    (real.fract() == 0.0 && real.abs() <= MOST).then_some(real as i64)
}

#[cfg(feature = "decimal")]
pub(super) fn write_decimal(
    decimal: rust_decimal::Decimal,
    value: &SqlValue<'_>,
    expected: &Type,
    out: &mut BytesMut,
) -> Done {
    match *expected {
        Type::NUMERIC => {
            let mantissa = decimal.mantissa();
            write_numeric(mantissa < 0, mantissa.unsigned_abs(), decimal.scale(), out);
            Ok(())
        }
        Type::INT2 | Type::INT4 | Type::INT8 => {
            let whole = decimal.normalize();
            match whole.scale() {
                0 => write_integer(whole.mantissa(), value, expected, out),
                _ => Err(inexact(expected)),
            }
        }
        _ => Err(unexpected(value, Type::NUMERIC, expected)),
    }
}

#[cold]
fn inexact(expected: &Type) -> Refusal {
    let message = format!(
        "it is not exactly one of PostgreSQL's `{}`, which the server expects here",
        expected.name()
    );
    Refusal::Value(ErrorKind::Invalid, message.into())
}

/// Writes a number as PostgreSQL has it: groups of four digits, from the highest.
fn write_numeric(negative: bool, mantissa: u128, scale: u32, out: &mut BytesMut) {
    const NEGATIVE: u16 = 0x4000;
    // The point stands between two groups.
    let padding = (4 - scale % 4) % 4;
    let mut rest = mantissa * 10_u128.pow(padding);
    let fraction = i16::try_from((scale + padding) / 4).unwrap_or_default();
    let mut groups = [0_i16; 12];
    let mut count = 0;
    while rest != 0 {
        groups[count] = i16::try_from(rest % 10_000).unwrap_or_default();
        rest /= 10_000;
        count += 1;
    }
    let length = i16::try_from(count).unwrap_or_default();
    let weight = if count == 0 { 0 } else { length - fraction - 1 };
    out.put_i16(length);
    out.put_i16(weight);
    out.put_u16(if negative && count > 0 { NEGATIVE } else { 0 });
    out.put_u16(u16::try_from(scale).unwrap_or_default());
    for group in groups[..count].iter().rev() {
        out.put_i16(*group);
    }
}
