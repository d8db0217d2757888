//! Faults of the values that are sent.

use crate::saboteur::fault::Fault;
use crate::saboteur::fault::Sabotage::Text as Change;
use crate::saboteur::text::Text;
use activerecord::SqlValue;

const TYPES: &[&str] = &["types", "crud", "tracking", "queries"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("the first two parameters are swapped", &["crud"], Change(swapped)),
    Fault::new("the parameters are shifted by one", &["crud"], Change(shifted)),
    Fault::new("text is cut after 8 bytes", TYPES, Change(text_cut)),
    Fault::new("text is cut at NUL", TYPES, Change(text_cut_at_nul)),
    Fault::new(
        "spaces at the end of text are trimmed",
        TYPES,
        Change(text_trimmed),
    ),
    Fault::new("empty text is null", TYPES, Change(empty_text_is_null)),
    Fault::new("text is lower case", TYPES, Change(lower_case)),
    Fault::new("text is ASCII", TYPES, Change(ascii)),
    Fault::new("bytes are cut at NUL", TYPES, Change(bytes_cut)),
    Fault::new(
        "floats are rounded to single precision",
        TYPES,
        Change(floats_rounded),
    ),
    Fault::new("negative zero is zero", TYPES, Change(zero_without_sign)),
    Fault::new(
        "integers go through a float",
        TYPES,
        Change(integers_through_float),
    ),
    Fault::new("integers are clamped to 32 bits", TYPES, Change(integers_clamped)),
    Fault::new("a truth value is always true", TYPES, Change(always_true)),
    Fault::new("a null is zero", TYPES, Change(null_is_zero)),
    Fault::new(
        "instants lose what is below a second",
        TYPES,
        Change(whole_seconds),
    ),
    Fault::new("decimals lose their scale", TYPES, Change(decimals_without_scale)),
];

/// Changes every parameter that a function has something to say about.
fn each(text: &mut Text, change: impl Fn(&SqlValue<'static>) -> Option<SqlValue<'static>>) {
    for param in &mut text.params {
        if let Some(changed) = change(param) {
            *param = changed;
        }
    }
}

fn texts(text: &mut Text, change: impl Fn(&str) -> String) {
    each(text, |param| match param {
        SqlValue::Text(text) => Some(SqlValue::Text(change(text).into())),
        _ => None,
    });
}

fn swapped(text: &mut Text) {
    if text.params.len() > 1 {
        text.params.swap(0, 1);
    }
}

fn shifted(text: &mut Text) {
    let count = text.params.len();
    text.params.rotate_left(1.min(count));
}

fn text_cut(text: &mut Text) {
    texts(text, |text| text.chars().take(8).collect());
}

fn text_cut_at_nul(text: &mut Text) {
    texts(text, |text| {
        text.chars().take_while(|character| *character != '\0').collect()
    });
}

fn text_trimmed(text: &mut Text) {
    texts(text, |text| text.trim_end().to_owned());
}

fn empty_text_is_null(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::Text(text) if text.is_empty() => Some(SqlValue::Null),
        _ => None,
    });
}

fn lower_case(text: &mut Text) {
    texts(text, str::to_lowercase);
}

fn ascii(text: &mut Text) {
    texts(text, |text| {
        let plain = |character: char| if character.is_ascii() { character } else { '?' };
        text.chars().map(plain).collect()
    });
}

fn bytes_cut(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::Bytes(bytes) => {
            let cut: Vec<u8> = bytes.iter().copied().take_while(|byte| *byte != 0).collect();
            Some(SqlValue::Bytes(cut.into()))
        }
        _ => None,
    });
}

#[expect(clippy::cast_possible_truncation, reason = "the fault")]
fn floats_rounded(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::F64(number) => Some(SqlValue::F64(f64::from(*number as f32))),
        _ => None,
    });
}

fn zero_without_sign(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::F64(number) => Some(SqlValue::F64(number + 0.0)),
        SqlValue::F32(number) => Some(SqlValue::F32(number + 0.0)),
        _ => None,
    });
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the fault"
)]
fn integers_through_float(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::I64(number) => Some(SqlValue::I64(*number as f64 as i64)),
        _ => None,
    });
}

fn integers_clamped(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::I64(number) => Some(SqlValue::I64((*number).clamp(i32::MIN.into(), i32::MAX.into()))),
        _ => None,
    });
}

fn always_true(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::Bool(_) => Some(SqlValue::Bool(true)),
        _ => None,
    });
}

fn null_is_zero(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::Null => Some(SqlValue::I64(0)),
        _ => None,
    });
}

fn whole_seconds(text: &mut Text) {
    use chrono::Timelike;
    each(text, |param| match param {
        SqlValue::Timestamp(instant) => instant.with_nanosecond(0).map(SqlValue::Timestamp),
        _ => None,
    });
}

fn decimals_without_scale(text: &mut Text) {
    each(text, |param| match param {
        SqlValue::Decimal(number) => Some(SqlValue::Decimal(number.normalize())),
        _ => None,
    });
}
