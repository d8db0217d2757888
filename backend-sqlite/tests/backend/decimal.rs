//! Decimal numbers: their order, their sums.

use super::support::{failure, memory, one, query, run, text};
use activerecord_backend_sqlite::DIALECT;
use activerecord_core::{ColumnType, Connection, Dialect, ErrorKind, SqlValue};

const MOST: &str = "79228162514264337593543950335";

fn numbers(numbers: &[&str]) -> Box<dyn Connection> {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (n TEXT)"]);
    for number in numbers {
        let statement = activerecord_core::Statement::new("INSERT INTO t VALUES (?)", &[]);
        let params = [text(number)];
        connection
            .execute(&activerecord_core::Statement {
                params: &params,
                ..statement
            })
            .unwrap();
    }
    connection
}

fn sum(values: &[&str]) -> SqlValue<'static> {
    one(
        &mut *numbers(values),
        &format!("SELECT {}(n) FROM t", DIALECT.sum(ColumnType::Decimal)),
    )
}

#[test]
fn they_are_ordered_by_their_size() {
    let mut connection = numbers(&["10", "9.5", "-3", "0.30", "zebra", "-20.1", "apple", MOST]);
    let sql = format!(
        "SELECT n FROM t ORDER BY n{}",
        DIALECT.collation(ColumnType::Decimal)
    );
    let order: Vec<_> = query(&mut *connection, &sql, &[])
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(
        order,
        ["-20.1", "-3", "0.30", "9.5", "10", MOST, "apple", "zebra"].map(text)
    );
}

#[test]
fn they_are_compared_by_their_size() {
    let mut connection = numbers(&["10.00", "9"]);
    let collation = DIALECT.collation(ColumnType::Decimal);
    let equal = format!("SELECT n FROM t WHERE n{collation} = ?");
    assert_eq!(
        query(&mut *connection, &equal, &[text("10")]).unwrap(),
        [[text("10.00")]]
    );
    let largest = format!("SELECT max(n{collation}) FROM t");
    assert_eq!(one(&mut *connection, &largest), text("10.00"));
}

#[test]
fn sums_keep_every_digit() {
    assert_eq!(sum(&["0.1", "0.2"]), text("0.3"));
    assert_eq!(sum(&["1.50", "2.50"]), text("4.00"));
    assert_eq!(sum(&["-0.7", "0.9", "-0.9"]), text("-0.7"));
    assert_eq!(
        sum(&["1234567890123456789012345.678", "0.001"]),
        text("1234567890123456789012345.679")
    );
    assert_eq!(
        sum(&["9999999999999.99999999999999", "0.00000000000001"]),
        text("10000000000000.00000000000000")
    );
    // Only zeros are dropped to make room.
    assert_eq!(sum(&[MOST, "0.00"]), text(MOST));
    assert_eq!(sum(&[]), SqlValue::Null);
}

#[test]
fn no_order_of_the_rows_overflows_where_the_sum_does_not() {
    assert_eq!(sum(&[MOST, MOST, &format!("-{MOST}")]), text(MOST));
    assert_eq!(sum(&["0.5", MOST, "0.5", "-1"]), text(MOST));
}

#[test]
fn integers_and_nulls_are_taken() {
    let mut connection = memory();
    let rows = "(SELECT 1 AS n UNION ALL SELECT NULL UNION ALL SELECT '2.5')";
    assert_eq!(
        one(
            &mut *connection,
            &format!("SELECT activerecord_decimal_sum(n) FROM {rows}")
        ),
        text("3.5")
    );
    assert_eq!(
        one(
            &mut *connection,
            &format!("SELECT activerecord_decimal_avg(n) FROM {rows}")
        ),
        text("1.75")
    );
    assert_eq!(
        one(&mut *connection, "SELECT activerecord_decimal_sum(NULL)"),
        SqlValue::Null
    );
}

#[test]
fn averages() {
    let average = |values: &[&str]| {
        let sql = format!("SELECT {}(n) FROM t", DIALECT.avg(ColumnType::Decimal));
        one(&mut *numbers(values), &sql)
    };
    assert_eq!(average(&["1", "2"]), text("1.5"));
    assert_eq!(average(&["1", "0", "0"]), text("0.3333333333333333333333333333"));
    assert_eq!(average(&[]), SqlValue::Null);
}

#[test]
fn what_cannot_be_summed_exactly_is_an_error() {
    let overflow = "SELECT activerecord_decimal_sum(n) FROM t";
    for values in [[MOST, "1"], [MOST, "0.1"]] {
        let failed = failure(&mut *numbers(&values), overflow);
        assert_eq!(failed.kind(), ErrorKind::OutOfRange, "{failed:?}");
    }
    for cell in ["'many'", "1.5", "x'00'"] {
        let failed = failure(
            &mut *memory(),
            &format!("SELECT activerecord_decimal_sum({cell})"),
        );
        assert_eq!(failed.kind(), ErrorKind::InvalidText, "{failed:?}");
    }
}
