//! How values are kept, and what is refused.

use super::support::{memory, query, text};
use activerecord_core::{ErrorKind, SqlValue};

/// What comes back for a value, and what SQLite calls its type.
fn kept(value: SqlValue<'_>) -> (SqlValue<'static>, SqlValue<'static>) {
    let params = [value.as_ref(), value.as_ref()];
    let mut row = query(&mut *memory(), "SELECT ?, typeof(?)", &params)
        .unwrap()
        .remove(0);
    let kind = row.remove(1);
    (row.remove(0), kind)
}

fn check(value: SqlValue<'_>, back: SqlValue<'_>, kind: &str) {
    let (found, found_kind) = kept(value.as_ref());
    assert_eq!(found, back, "{value:?}");
    assert_eq!(found_kind, text(kind), "{value:?}");
}

#[test]
fn values_of_the_language() {
    check(SqlValue::Null, SqlValue::Null, "null");
    check(SqlValue::Bool(true), SqlValue::I64(1), "integer");
    check(SqlValue::Bool(false), SqlValue::I64(0), "integer");
    check(SqlValue::I64(i64::MIN), SqlValue::I64(i64::MIN), "integer");
    check(SqlValue::U64(i64::MAX as u64), SqlValue::I64(i64::MAX), "integer");
    check(SqlValue::F32(0.1), SqlValue::F64(f64::from(0.1_f32)), "real");
    check(SqlValue::F64(f64::INFINITY), SqlValue::F64(f64::INFINITY), "real");
    check(
        SqlValue::F64(f64::MIN_POSITIVE),
        SqlValue::F64(f64::MIN_POSITIVE),
        "real",
    );
    check(text(""), text(""), "text");
    check(text("snow ☃ and 'quotes'"), text("snow ☃ and 'quotes'"), "text");
    check(
        SqlValue::Bytes(vec![].into()),
        SqlValue::Bytes(vec![].into()),
        "blob",
    );
    check(
        SqlValue::Bytes(vec![0, 255].into()),
        SqlValue::Bytes(vec![0, 255].into()),
        "blob",
    );
    check(SqlValue::Json(r#"{"a":1}"#.into()), text(r#"{"a":1}"#), "text");
}

#[test]
fn what_cannot_be_kept_is_refused_by_position() {
    let cases = [
        (SqlValue::F64(f64::NAN), ErrorKind::Invalid),
        (SqlValue::F32(f32::NAN), ErrorKind::Invalid),
        (SqlValue::F64(-0.0), ErrorKind::Invalid),
        (SqlValue::F32(-0.0), ErrorKind::Invalid),
        (SqlValue::U64(i64::MAX as u64 + 1), ErrorKind::OutOfRange),
        (text("a\0b"), ErrorKind::InvalidText),
        (SqlValue::Json("\0".into()), ErrorKind::InvalidText),
        (SqlValue::Refused("not today"), ErrorKind::Invalid),
    ];
    for (value, kind) in cases {
        let failed = query(&mut *memory(), "SELECT ?, ?", &[SqlValue::Null, value.as_ref()]).unwrap_err();
        assert_eq!(failed.kind(), kind, "{value:?}");
        assert!(failed.to_string().starts_with("parameter 2: "), "{failed}");
    }
}

#[cfg(feature = "chrono")]
mod times {
    use super::{check, kept};
    use crate::backend::support::{memory, query, text};
    use activerecord_core::{ErrorKind, SqlValue};
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

    fn at(date: &str, time: &str) -> NaiveDateTime {
        date.parse::<NaiveDate>().unwrap().and_time(time.parse().unwrap())
    }

    #[test]
    fn times_are_text_of_one_length() {
        let noon = at("2024-02-29", "12:00:00");
        check(SqlValue::Date(noon.date()), text("2024-02-29"), "text");
        check(
            SqlValue::Date(NaiveDate::from_ymd_opt(7, 1, 2).unwrap()),
            text("0007-01-02"),
            "text",
        );
        check(SqlValue::Time(noon.time()), text("12:00:00.000000000"), "text");
        check(
            SqlValue::DateTime(noon),
            text("2024-02-29 12:00:00.000000000"),
            "text",
        );
        let precise = at("1969-12-31", "23:59:59.000000001");
        check(
            SqlValue::Timestamp(precise.and_utc()),
            text("1969-12-31 23:59:59.000000001+00:00"),
            "text",
        );
    }

    #[test]
    fn the_order_of_texts_is_the_order_of_times() {
        let times = [
            at("0001-01-01", "00:00:00"),
            at("1969-12-31", "23:59:59.999999999"),
            at("1970-01-01", "00:00:00"),
            at("1970-01-01", "00:00:00.000000001"),
            at("1970-01-01", "00:00:00.5"),
            at("9999-12-31", "23:59:59"),
        ];
        for pair in times.windows(2) {
            let params = [SqlValue::DateTime(pair[0]), SqlValue::DateTime(pair[1])];
            let row = query(&mut *memory(), "SELECT ? < ?", &params).unwrap().remove(0);
            assert_eq!(row, [SqlValue::I64(1)], "{pair:?}");
        }
    }

    #[test]
    fn sqlite_reads_them_as_times_too() {
        let moment = at("2024-02-29", "12:30:00.5").and_utc();
        let row = query(
            &mut *memory(),
            "SELECT unixepoch(?)",
            &[SqlValue::Timestamp(moment)],
        )
        .unwrap()
        .remove(0);
        assert_eq!(row, [SqlValue::I64(moment.timestamp())]);
    }

    #[test]
    fn what_would_lose_its_order_is_refused() {
        let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        for value in [
            SqlValue::Date(NaiveDate::MAX),
            SqlValue::Date(NaiveDate::MIN),
            SqlValue::Timestamp(DateTime::<chrono::Utc>::MAX_UTC),
            SqlValue::Time(leap),
        ] {
            let failed = query(&mut *memory(), "SELECT ?", &[value]).unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::Invalid);
        }
        assert_eq!(kept(SqlValue::Time(NaiveTime::MIN)).0, text("00:00:00.000000000"));
    }
}

#[cfg(feature = "uuid")]
#[test]
fn a_uuid_is_text_in_lower_case() {
    let uuid = uuid::Uuid::from_u128(0xA1A2_A3A4_B1B2_C1C2_D1D2_D3D4_D5D6_D7D8);
    check(
        SqlValue::Uuid(uuid),
        text("a1a2a3a4-b1b2-c1c2-d1d2-d3d4d5d6d7d8"),
        "text",
    );
}

#[cfg(feature = "decimal")]
#[test]
fn a_decimal_number_is_text_with_its_scale() {
    for number in [
        "0",
        "1.50",
        "-0.0000000000000000000000000001",
        "-79228162514264337593543950335",
    ] {
        let value = SqlValue::Decimal(number.parse().unwrap());
        check(value, text(number), "text");
    }
}
