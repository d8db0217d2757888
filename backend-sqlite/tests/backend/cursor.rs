//! Rows that are pulled.

use super::support::{Kept, memory, one, run};
use activerecord_core::{Connection, ErrorKind, SqlValue, Statement};

const NUMBERS: &str =
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";

fn numbers(kept: &Kept) -> Vec<i64> {
    let number = |row: &Vec<SqlValue<'_>>| match row[0] {
        SqlValue::I64(number) => number,
        _ => panic!("no number"),
    };
    kept.rows.iter().map(number).collect()
}

#[test]
fn rows_come_a_few_at_a_time() {
    let mut cursor = memory()
        .open_cursor(NUMBERS.to_owned(), vec![SqlValue::I64(5)])
        .ok()
        .unwrap();
    let mut kept = Kept::default();
    assert!(cursor.fill(2, &mut kept).unwrap());
    assert_eq!(numbers(&kept), [1, 2]);
    assert!(cursor.fill(2, &mut kept).unwrap());
    assert!(!cursor.fill(2, &mut kept).unwrap());
    assert!(!cursor.fill(2, &mut kept).unwrap());
    assert_eq!(numbers(&kept), [1, 2, 3, 4, 5]);
    cursor.close();
}

#[test]
fn a_sink_with_enough_can_go_on_later() {
    let mut cursor = memory()
        .open_cursor(NUMBERS.to_owned(), vec![SqlValue::I64(5)])
        .ok()
        .unwrap();
    let mut kept = Kept {
        enough: Some(3),
        ..Kept::default()
    };
    assert!(cursor.fill(100, &mut kept).unwrap());
    assert_eq!(numbers(&kept), [1, 2, 3]);
    assert!(!cursor.fill(100, &mut kept).unwrap());
    assert_eq!(numbers(&kept), [1, 2, 3, 4, 5]);
}

#[test]
fn a_cursor_closed_early_gives_a_free_connection_back() {
    let mut connection = memory();
    run(
        &mut *connection,
        &["CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2), (3)"],
    );
    let mut kept = Kept::default();
    for _ in 0..3 {
        let mut cursor = connection
            .open_cursor("SELECT a FROM t".to_owned(), Vec::new())
            .ok()
            .unwrap();
        assert!(cursor.fill(1, &mut kept).unwrap());
        connection = cursor.close();
    }
    assert_eq!(numbers(&kept), [1, 1, 1]);
    // A statement that was still running would hold the table.
    run(&mut *connection, &["DROP TABLE t"]);
    assert!(!connection.is_in_transaction());
}

#[test]
fn what_cannot_be_opened_gives_the_connection_back() {
    let connection = memory();
    let (failed, connection) = connection
        .open_cursor("SELECT * FROM missing".to_owned(), Vec::new())
        .err()
        .unwrap();
    assert_eq!(failed.kind(), ErrorKind::UndefinedTable);
    let (failed, mut connection) = connection
        .open_cursor("SELECT ?".to_owned(), Vec::new())
        .err()
        .unwrap();
    assert_eq!(failed.kind(), ErrorKind::Invalid);
    assert_eq!(one(&mut *connection, "SELECT 1"), SqlValue::I64(1));
}

#[test]
fn a_failure_on_the_way_is_told_once_and_the_connection_stays_good() {
    let sql = "SELECT abs(i) FROM (SELECT 1 AS i UNION ALL SELECT -9223372036854775807 - 1)";
    let mut cursor = memory().open_cursor(sql.to_owned(), Vec::new()).ok().unwrap();
    let mut kept = Kept::default();
    assert!(cursor.fill(1, &mut kept).unwrap());
    assert_eq!(
        cursor.fill(1, &mut kept).unwrap_err().kind(),
        ErrorKind::OutOfRange
    );
    assert!(!cursor.fill(1, &mut kept).unwrap());
    let mut connection: Box<dyn Connection> = cursor.close();
    connection
        .query(&Statement::new("SELECT 2", &[]), &mut kept)
        .unwrap();
    assert_eq!(numbers(&kept), [1, 2]);
}
