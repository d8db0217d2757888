//! Values as they go to the server.

use crate::connection::Server;
use crate::flavour::Flavour;
use activerecord_core::{Error, ErrorKind, Result, SqlValue, Statement};
use mysql_common::value::Value;

/// Gives the values of a statement's parameters as the driver sends them.
///
/// # Errors
///
/// [`Invalid`](ErrorKind::Invalid), [`InvalidText`](ErrorKind::InvalidText) or
/// [`ValueTooLong`](ErrorKind::ValueTooLong), naming the parameter, where one cannot be sent as it is.
pub(crate) fn encode(statement: &Statement<'_>, server: &Server) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(statement.params.len());
    let mut bytes = statement.sql.len();
    for (index, param) in statement.params.iter().enumerate() {
        let value = encoded(param, server.flavour).map_err(|refusal| refusal.at(index + 1))?;
        bytes += length(&value);
        values.push(value);
    }
    if bytes + ROOM > server.largest_packet {
        return Err(too_large(&values, server.largest_packet));
    }
    Ok(values)
}

/// What the protocol adds to the values of a statement that is not of many parameters.
const ROOM: usize = 1024;

fn length(value: &Value) -> usize {
    match value {
        Value::Bytes(bytes) => bytes.len() + 11,
        _ => 15,
    }
}

/// The driver would close the connection over it.
#[cold]
fn too_large(values: &[Value], largest_packet: usize) -> Error {
    let largest = values.iter().enumerate().max_by_key(|(_, value)| length(value));
    let (position, length) = largest.map_or((0, 0), |(index, value)| (index + 1, length(value)));
    let message = format!(
        "parameter {position}: the statement is larger than the {largest_packet} bytes that the server takes \
         (`max_allowed_packet`), {length} of them of this parameter"
    );
    Error::new(ErrorKind::ValueTooLong, message).with_parameter(position.max(1))
}

/// Why a value cannot be sent.
struct Refusal(ErrorKind, &'static str);

impl Refusal {
    #[cold]
    fn at(self, position: usize) -> Error {
        Error::new(self.0, format!("parameter {position}: {}", self.1)).with_parameter(position)
    }
}

#[inline]
fn encoded(value: &SqlValue<'_>, flavour: Flavour) -> Result<Value, Refusal> {
    match value {
        SqlValue::Null => Ok(Value::NULL),
        SqlValue::Bool(truth) => Ok(Value::Int(i64::from(*truth))),
        SqlValue::I64(number) => Ok(Value::Int(*number)),
        SqlValue::U64(number) => Ok(Value::UInt(*number)),
        SqlValue::F32(number) => {
            check_float(f64::from(*number), flavour)?;
            Ok(Value::Float(*number))
        }
        SqlValue::F64(number) => {
            check_float(*number, flavour)?;
            Ok(Value::Double(*number))
        }
        SqlValue::Text(text) | SqlValue::Json(text) => encoded_text(text),
        SqlValue::Bytes(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        other => encoded_other(other),
    }
}

fn encoded_other(value: &SqlValue<'_>) -> Result<Value, Refusal> {
    match value {
        #[cfg(feature = "chrono")]
        SqlValue::Date(date) => temporal::date_time(*date, chrono::NaiveTime::MIN),
        #[cfg(feature = "chrono")]
        SqlValue::Time(time) => temporal::time(*time),
        #[cfg(feature = "chrono")]
        SqlValue::DateTime(value) => temporal::date_time(value.date(), value.time()),
        #[cfg(feature = "chrono")]
        SqlValue::Timestamp(value) => temporal::date_time(value.date_naive(), value.time()),
        #[cfg(feature = "uuid")]
        SqlValue::Uuid(uuid) => Ok(Value::Bytes(uuid.as_bytes().to_vec())),
        #[cfg(feature = "decimal")]
        SqlValue::Decimal(number) => Ok(Value::Bytes(number.to_string().into_bytes())),
        SqlValue::Refused(why) => Err(Refusal(ErrorKind::Invalid, why)),
        _ => Err(Refusal(
            ErrorKind::Unsupported,
            "MySQL cannot keep a value of this type",
        )),
    }
}

#[inline]
fn check_float(number: f64, flavour: Flavour) -> Result<(), Refusal> {
    match number.is_finite() {
        true if number != 0.0 || number.is_sign_positive() || flavour == Flavour::Mysql => Ok(()),
        _ => Err(odd_float(number)),
    }
}

#[cold]
fn odd_float(number: f64) -> Refusal {
    let why = if number.is_nan() {
        "NaN, which MySQL has no number for"
    } else if number.is_infinite() {
        "an infinite number, which MySQL has none for"
    } else {
        "-0.0, which MariaDB would keep as 0.0"
    };
    Refusal(ErrorKind::Invalid, why)
}

/// Text as it is; with a NUL it would be another text on other databases.
#[inline]
fn encoded_text(text: &str) -> Result<Value, Refusal> {
    // Without an early end the loop runs over many bytes at a time.
    if text.bytes().fold(false, |found, byte| found | (byte == 0)) {
        return Err(Refusal(ErrorKind::InvalidText, "text that holds a NUL character"));
    }
    Ok(Value::Bytes(text.as_bytes().to_vec()))
}

#[cfg(feature = "chrono")]
mod temporal {
    //! Dates and times.

    use super::Refusal;
    use activerecord_core::ErrorKind;
    use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
    use mysql_common::value::Value;

    pub(super) fn date_time(date: NaiveDate, time: NaiveTime) -> Result<Value, Refusal> {
        let micros = micros(time)?;
        let year = u16::try_from(date.year()).ok().filter(|year| *year <= 9999);
        let year = year.ok_or(Refusal(
            ErrorKind::Invalid,
            "a year outside 0000 to 9999, where MySQL's calendar ends",
        ))?;
        let [month, day] = [date.month(), date.day()].map(small);
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(small);
        Ok(Value::Date(year, month, day, hour, minute, second, micros))
    }

    pub(super) fn time(time: NaiveTime) -> Result<Value, Refusal> {
        let micros = micros(time)?;
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(small);
        Ok(Value::Time(false, 0, hour, minute, second, micros))
    }

    /// The server would round what is finer.
    fn micros(time: NaiveTime) -> Result<u32, Refusal> {
        let nanos = time.nanosecond();
        if nanos >= 1_000_000_000 {
            return Err(Refusal(ErrorKind::Invalid, "a leap second, which cannot be kept"));
        }
        if !nanos.is_multiple_of(1000) {
            return Err(Refusal(
                ErrorKind::Invalid,
                "a time finer than microseconds, which MySQL would round",
            ));
        }
        Ok(nanos / 1000)
    }

    /// A part of a date or of a time, none of which is above 59.
    fn small(part: u32) -> u8 {
        u8::try_from(part).unwrap_or(u8::MAX)
    }
}
