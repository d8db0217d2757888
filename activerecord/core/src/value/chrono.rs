//! Dates and times by chrono.

use super::{ColumnType, SqlValue, Value, mismatch};
use crate::error::{Error, Result};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

const YEAR: &str = "a year outside 0001 to 9999 cannot be kept in the same order on every database";
const LEAP: &str = "a leap second cannot be kept by a database";

fn refusal(date: Option<NaiveDate>, time: Option<NaiveTime>) -> Option<&'static str> {
    if date.is_some_and(|date| !(1..=9999).contains(&date.year())) {
        return Some(YEAR);
    }
    time.is_some_and(|time| time.nanosecond() >= 1_000_000_000)
        .then_some(LEAP)
}

fn checked(value: SqlValue<'_>, date: Option<NaiveDate>, time: Option<NaiveTime>) -> SqlValue<'_> {
    refusal(date, time).map_or(value, SqlValue::Refused)
}

#[cold]
fn unreadable(what: &str, text: &str) -> Error {
    Error::decode(format!(
        "expected {what}, found text of {} bytes in another form",
        text.len()
    ))
}

/// Reads `YYYY-MM-DD HH:MM:SS` with `T` or a space between and any fraction of a second.
fn date_time(text: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let mut read = formats
        .iter()
        .map(|format| NaiveDateTime::parse_from_str(text, format));
    read.find_map(Result::ok)
}

/// Reads the same with `Z`, an offset, or neither, which means UTC.
fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    date_time(text.trim_end_matches('Z')).map(|naive| naive.and_utc())
}

// Sessions run in UTC, so a column with a time zone and one without differ in nothing that a value would show.
macro_rules! temporal {
    ($type:ty, $variant:ident, $what:literal, $read:expr, $parts:expr $(, $other:ident => $convert:expr)?) => {
        impl Value for $type {
            const TYPE: ColumnType = ColumnType::$variant;

            fn to_value(&self) -> SqlValue<'_> {
                let (date, time) = $parts(self);
                checked(SqlValue::$variant(*self), date, time)
            }

            fn from_value(value: SqlValue<'_>) -> Result<Self> {
                match value {
                    SqlValue::$variant(value) => Ok(value),
                    $(SqlValue::$other(value) => Ok($convert(value)),)?
                    SqlValue::Text(text) => $read(&text).ok_or_else(|| unreadable($what, &text)),
                    other => Err(mismatch($what, &other)),
                }
            }

            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }
    };
}

temporal!(
    NaiveDate,
    Date,
    "a date (YYYY-MM-DD)",
    |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
    |date: &NaiveDate| (Some(*date), None)
);
temporal!(
    NaiveTime,
    Time,
    "a time of day (HH:MM:SS)",
    |text: &str| NaiveTime::parse_from_str(text, "%H:%M:%S%.f").ok(),
    |time: &NaiveTime| (None, Some(*time))
);
temporal!(
    NaiveDateTime,
    DateTime,
    "a date and time (YYYY-MM-DD HH:MM:SS)",
    date_time,
    |value: &NaiveDateTime| (Some(value.date()), Some(value.time())),
    Timestamp => |value: DateTime<Utc>| value.naive_utc()
);
temporal!(
    DateTime<Utc>,
    Timestamp,
    "a timestamp (YYYY-MM-DD HH:MM:SS+00:00)",
    timestamp,
    |value: &DateTime<Utc>| (Some(value.date_naive()), Some(value.time())),
    DateTime => |value: NaiveDateTime| value.and_utc()
);
