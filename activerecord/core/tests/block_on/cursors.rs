//! Rows that are pulled.

use super::support::{Kept, connect, use_it};
use activerecord_core::{Connection, Cursor};
use std::sync::atomic::Ordering;

fn open(connection: Box<dyn Connection>, sql: &str) -> Box<dyn Cursor> {
    connection
        .open_cursor(sql.into(), Vec::new())
        .map_err(|(error, _)| error)
        .unwrap()
}

#[test]
fn all_rows() {
    let (seen, connection) = connect();
    let mut cursor = open(connection, "SELECT");
    let mut kept = Kept::default();
    while cursor.fill(4, &mut kept).unwrap() {}
    assert_eq!(kept.0, (1..=10).collect::<Vec<_>>());
    assert!(!cursor.fill(4, &mut kept).unwrap(), "there is no more");
    use_it(&mut *cursor.close());
    assert_eq!(seen.cancels.load(Ordering::SeqCst), 0);
}

#[test]
fn some_rows_of_a_short_answer_are_not_worth_a_stop() {
    let (seen, connection) = connect();
    let mut cursor = open(connection, "SELECT");
    assert!(cursor.fill(4, &mut Kept::default()).unwrap());
    use_it(&mut *cursor.close());
    assert_eq!(seen.cancels.load(Ordering::SeqCst), 0);
}

#[test]
fn some_rows_of_a_long_answer_are_stopped() {
    let (seen, connection) = connect();
    let mut cursor = open(connection, "SELECT ENDLESS");
    assert!(cursor.fill(4, &mut Kept::default()).unwrap());
    use_it(&mut *cursor.close());
    assert_eq!(seen.cancels.load(Ordering::SeqCst), 1);
}

#[test]
fn a_write_and_a_transaction_are_not_stopped_with_their_rows() {
    for (sql, in_transaction) in [("UPDATE ENDLESS RETURNING", false), ("SELECT ENDLESS", true)] {
        let (seen, connection) = connect();
        seen.in_transaction.store(in_transaction, Ordering::SeqCst);
        let mut cursor = open(connection, sql);
        assert!(cursor.fill(4, &mut Kept::default()).unwrap());
        cursor.close();
        assert_eq!(seen.cancels.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn a_cursor_that_does_not_open_gives_the_connection_back() {
    let (_, connection) = connect();
    let Err((_, mut connection)) = connection.open_cursor("PANIC IN THE TASK".into(), Vec::new()) else {
        panic!("it was to fail");
    };
    assert!(!connection.is_usable());
}
