//! How values are bound and read.

use activerecord_core::{Error, ErrorKind, Result, Row, SqlValue};
use rusqlite::types::{ToSqlOutput, ValueRef};

/// Binds the parameters by position.
///
/// # Errors
///
/// [`Invalid`](ErrorKind::Invalid), [`OutOfRange`](ErrorKind::OutOfRange) or [`InvalidText`](ErrorKind::InvalidText)
/// where they are not as many as the statement has or one of them cannot be kept as it is.
#[inline]
pub(crate) fn bind(statement: &mut rusqlite::Statement<'_>, params: &[SqlValue<'_>]) -> Result<()> {
    let expected = statement.parameter_count();
    if params.len() != expected {
        return Err(miscounted(expected, params.len()));
    }
    let mut scratch = Scratch([0; 36]);
    for (index, param) in params.iter().enumerate() {
        let value = match param {
            SqlValue::I64(number) => ValueRef::Integer(*number),
            SqlValue::Text(text) if !holds_nul(text) => ValueRef::Text(text.as_bytes()),
            param => scratch.encode(param).map_err(|refusal| refusal.at(index + 1))?,
        };
        statement
            .raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(value))
            .map_err(|failure| {
                crate::error::from_code(failure).context(format_args!("parameter {}", index + 1))
            })?;
    }
    Ok(())
}

#[cold]
fn miscounted(expected: usize, given: usize) -> Error {
    Error::invalid(format!(
        "the statement has {expected} parameters, {given} were given"
    ))
}

/// Why a value cannot be bound.
struct Refusal(ErrorKind, &'static str);

impl Refusal {
    #[cold]
    fn at(self, position: usize) -> Error {
        Error::new(self.0, format!("parameter {position}: {}", self.1)).with_parameter(position)
    }
}

/// Room for the text of a value that is none by itself: the longest is a UUID.
struct Scratch(
    #[cfg_attr(
        not(any(feature = "chrono", feature = "uuid", feature = "decimal")),
        expect(dead_code, reason = "only the types of these features are written as text")
    )]
    [u8; 36],
);

impl Scratch {
    /// Gives a value as SQLite keeps it.
    #[inline]
    fn encode<'v>(&'v mut self, value: &'v SqlValue<'_>) -> Result<ValueRef<'v>, Refusal> {
        match value {
            SqlValue::Null => Ok(ValueRef::Null),
            SqlValue::Bool(truth) => Ok(ValueRef::Integer(i64::from(*truth))),
            SqlValue::I64(number) => Ok(ValueRef::Integer(*number)),
            SqlValue::U64(number) => integer(*number),
            SqlValue::F32(number) => real(f64::from(*number)),
            SqlValue::F64(number) => real(*number),
            SqlValue::Text(text) | SqlValue::Json(text) => encode_text(text),
            SqlValue::Bytes(bytes) => Ok(ValueRef::Blob(bytes)),
            other => self.encode_as_text(other),
        }
    }

    fn encode_as_text<'v>(&'v mut self, value: &SqlValue<'_>) -> Result<ValueRef<'v>, Refusal> {
        match value {
            #[cfg(feature = "chrono")]
            SqlValue::Date(date) => self.date(*date, None, ""),
            #[cfg(feature = "chrono")]
            SqlValue::Time(time) => self.time(*time),
            #[cfg(feature = "chrono")]
            SqlValue::DateTime(value) => self.date(value.date(), Some(value.time()), ""),
            #[cfg(feature = "chrono")]
            SqlValue::Timestamp(value) => self.date(value.date_naive(), Some(value.time()), "+00:00"),
            #[cfg(feature = "uuid")]
            SqlValue::Uuid(uuid) => Ok(ValueRef::Text(
                uuid.hyphenated().encode_lower(&mut self.0).as_bytes(),
            )),
            #[cfg(feature = "decimal")]
            SqlValue::Decimal(number) => self.write(format_args!("{number}")),
            SqlValue::Refused(why) => Err(Refusal(ErrorKind::Invalid, why)),
            _ => Err(Refusal(
                ErrorKind::Unsupported,
                "SQLite cannot keep a value of this type",
            )),
        }
    }

    #[cfg(feature = "chrono")]
    fn date(
        &mut self,
        date: chrono::NaiveDate,
        time: Option<chrono::NaiveTime>,
        zone: &str,
    ) -> Result<ValueRef<'_>, Refusal> {
        use chrono::{Datelike, Timelike};
        let (year, month, day) = (date.year(), date.month(), date.day());
        if !(0..=9999).contains(&year) {
            return Err(Refusal(
                ErrorKind::Invalid,
                "a year outside 0000 to 9999 would not keep its order",
            ));
        }
        let Some(time) = time else {
            return self.write(format_args!("{year:04}-{month:02}-{day:02}"));
        };
        let (hour, minute, second, nano) = (time.hour(), time.minute(), time.second(), fraction(time)?);
        self.write(format_args!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{nano:09}{zone}"
        ))
    }

    #[cfg(feature = "chrono")]
    fn time(&mut self, time: chrono::NaiveTime) -> Result<ValueRef<'_>, Refusal> {
        use chrono::Timelike;
        let (hour, minute, second, nano) = (time.hour(), time.minute(), time.second(), fraction(time)?);
        self.write(format_args!("{hour:02}:{minute:02}:{second:02}.{nano:09}"))
    }

    #[cfg(any(feature = "chrono", feature = "decimal"))]
    fn write(&mut self, text: std::fmt::Arguments<'_>) -> Result<ValueRef<'_>, Refusal> {
        use std::io::Write;
        let capacity = self.0.len();
        let mut free = self.0.as_mut_slice();
        free.write_fmt(text)
            .map_err(|_| Refusal(ErrorKind::Invalid, "its text is too long"))?;
        let length = capacity - free.len();
        Ok(ValueRef::Text(&self.0[..length]))
    }
}

fn integer(number: u64) -> Result<ValueRef<'static>, Refusal> {
    i64::try_from(number).map(ValueRef::Integer).map_err(|_| {
        Refusal(
            ErrorKind::OutOfRange,
            "SQLite's integers end at 9223372036854775807",
        )
    })
}

#[inline]
fn real(number: f64) -> Result<ValueRef<'static>, Refusal> {
    if number.is_nan() {
        return Err(Refusal(
            ErrorKind::Invalid,
            "NaN, which SQLite would keep as NULL",
        ));
    }
    // A column of type REAL keeps a float without a fraction as an integer, and no integer is negative zero.
    if number == 0.0 && number.is_sign_negative() {
        return Err(Refusal(
            ErrorKind::Invalid,
            "-0.0, which SQLite would keep as 0.0",
        ));
    }
    Ok(ValueRef::Real(number))
}

/// Eight bytes at a time, the last eight once more with some before them: this is done for every text that is sent.
#[inline]
fn holds_nul(text: &str) -> bool {
    let text = text.as_bytes();
    if let Some(last) = text.last_chunk() {
        let (words, _) = text.as_chunks();
        return words.iter().any(|word| has_zero(*word)) || has_zero(*last);
    }
    match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(&[a, b, c, d]), Some(&[e, f, g, h])) => has_zero([a, b, c, d, e, f, g, h]),
        _ => text.contains(&0),
    }
}

/// The lowest zero byte borrows from its own high bit, which no other byte below 0x80 does.
#[inline]
fn has_zero(word: [u8; 8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let word = u64::from_ne_bytes(word);
    word.wrapping_sub(LOW) & !word & (LOW << 7) != 0
}

/// Text as it is; behind a NUL it would be invisible to SQLite's own functions.
#[inline]
fn encode_text(text: &str) -> Result<ValueRef<'_>, Refusal> {
    if holds_nul(text) {
        return Err(Refusal(ErrorKind::InvalidText, "text that holds a NUL character"));
    }
    Ok(ValueRef::Text(text.as_bytes()))
}

#[cfg(feature = "chrono")]
fn fraction(time: chrono::NaiveTime) -> Result<u32, Refusal> {
    let nano = chrono::Timelike::nanosecond(&time);
    if nano >= 1_000_000_000 {
        return Err(Refusal(ErrorKind::Invalid, "a leap second, which cannot be kept"));
    }
    Ok(nano)
}

/// A row where SQLite has it.
pub(crate) struct SqliteRow<'r, 's>(pub(crate) &'r rusqlite::Row<'s>);

impl Row for SqliteRow<'_, '_> {
    #[inline]
    fn cell(&self, index: usize) -> Result<SqlValue<'_>> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Null) => Ok(SqlValue::Null),
            Ok(ValueRef::Integer(number)) => Ok(SqlValue::I64(number)),
            Ok(ValueRef::Real(number)) => Ok(SqlValue::F64(number)),
            Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
                Ok(text) => Ok(SqlValue::Text(text.into())),
                Err(failure) => Err(not_utf8(self.name(index), failure)),
            },
            Ok(ValueRef::Blob(bytes)) => Ok(SqlValue::Bytes(bytes.into())),
            Err(_) => Err(past_the_end(index, self.width())),
        }
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Integer(number)) => Some(number),
            _ => None,
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Text(text)) => std::str::from_utf8(text).ok(),
            _ => None,
        }
    }

    fn width(&self) -> usize {
        self.0.as_ref().column_count()
    }

    fn name(&self, index: usize) -> &str {
        self.0.as_ref().column_name(index).unwrap_or_default()
    }
}

#[cold]
fn not_utf8(column: &str, failure: std::str::Utf8Error) -> Error {
    Error::decode(format!("column `{column}` holds text that is not UTF-8")).with_source(failure)
}

#[cold]
fn past_the_end(index: usize, width: usize) -> Error {
    Error::decode(format!("there is no column {index} in a row of {width}"))
}
