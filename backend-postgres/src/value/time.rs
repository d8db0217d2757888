//! Dates and times, which PostgreSQL counts from the year 2000 in microseconds.

use super::Refusal;
use activerecord_core::ErrorKind;
use bytes::{BufMut, BytesMut};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// 2000-01-01, in days and microseconds from 1970-01-01.
const EPOCH_DAYS: i64 = 10_957;
const EPOCH: i64 = 946_684_800_000_000;

fn days(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN)
        .and_utc()
        .timestamp()
        .div_euclid(86_400)
        - EPOCH_DAYS
}

pub(super) fn write_date(date: NaiveDate, out: &mut BytesMut) {
    // Core sends no year past 9999.
    out.put_i32(i32::try_from(days(date)).unwrap_or(i32::MAX));
}

pub(super) fn write_time(time: NaiveTime, out: &mut BytesMut) -> Result<(), Refusal> {
    exact(time)?;
    out.put_i64(
        i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1_000),
    );
    Ok(())
}

pub(super) fn write_instant(at: NaiveDateTime, out: &mut BytesMut) -> Result<(), Refusal> {
    exact(at.time())?;
    out.put_i64(at.and_utc().timestamp_micros() - EPOCH);
    Ok(())
}

/// Refuses what PostgreSQL would round.
fn exact(time: NaiveTime) -> Result<(), Refusal> {
    match time.nanosecond() % 1_000 {
        0 => Ok(()),
        _ => Err(Refusal::Value(
            ErrorKind::Invalid,
            "a time finer than a microsecond, which PostgreSQL would round; cut it by `trunc_subsecs(6)`"
                .into(),
        )),
    }
}

/// A date; `None` for an infinite one and one that chrono does not know.
pub(super) fn read_date(days: i32) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1)?;
    let distance = Days::new(days.unsigned_abs().into());
    match days {
        i32::MIN | i32::MAX => None,
        0.. => epoch.checked_add_days(distance),
        _ => epoch.checked_sub_days(distance),
    }
}

/// A time of day; `None` for 24:00, which chrono does not know.
pub(super) fn read_time(micros: i64) -> Option<NaiveTime> {
    let (time, days) = NaiveTime::MIN.overflowing_add_signed(TimeDelta::microseconds(micros));
    (days == 0).then_some(time)
}

/// A date and time; `None` for an infinite one and one that chrono does not know.
pub(super) fn read_instant(micros: i64) -> Option<NaiveDateTime> {
    match micros {
        i64::MIN | i64::MAX => None,
        micros => Some(DateTime::from_timestamp_micros(micros.checked_add(EPOCH)?)?.naive_utc()),
    }
}
