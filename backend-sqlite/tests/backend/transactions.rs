//! Transactions and savepoints.

use super::support::{execute, failure, file, memory, one, run};
use activerecord_core::{Backend, Connection, Control, ErrorKind, Outcome, SqlValue, options};

fn counted(connection: &mut dyn Connection) -> SqlValue<'static> {
    one(connection, "SELECT count(*) FROM t")
}

fn with_table() -> Box<dyn Connection> {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (a)"]);
    connection
}

const INSERT: &str = "INSERT INTO t VALUES (1)";

#[test]
fn commit_and_rollback() {
    let mut connection = with_table();
    for (end, rows) in [(Control::Commit, 1), (Control::Rollback, 1), (Control::Commit, 2)] {
        connection.control(Control::Begin(&options())).unwrap();
        assert!(connection.is_in_transaction());
        run(&mut *connection, &[INSERT]);
        connection.control(end).unwrap();
        assert!(!connection.is_in_transaction());
        assert_eq!(counted(&mut *connection), SqlValue::I64(rows));
    }
    assert!(connection.is_usable());
}

#[test]
fn savepoints_nest() {
    let mut connection = with_table();
    connection.control(Control::Begin(&options())).unwrap();
    run(&mut *connection, &[INSERT]);
    connection.control(Control::Savepoint(1)).unwrap();
    run(&mut *connection, &[INSERT]);
    connection.control(Control::Savepoint(2)).unwrap();
    run(&mut *connection, &[INSERT]);
    connection.control(Control::RollbackTo(2)).unwrap();
    assert_eq!(counted(&mut *connection), SqlValue::I64(2));
    assert!(connection.control(Control::Release(2)).is_err(), "it was removed");
    connection.control(Control::Release(1)).unwrap();
    connection.control(Control::Commit).unwrap();
    assert_eq!(counted(&mut *connection), SqlValue::I64(2));
}

#[test]
fn a_rollback_without_a_transaction_is_no_error_but_a_commit_is() {
    let mut connection = memory();
    connection.control(Control::Rollback).unwrap();
    assert_eq!(
        connection.control(Control::Commit).unwrap_err().kind(),
        ErrorKind::TransactionAborted
    );
    connection.control(Control::Begin(&options())).unwrap();
    assert_eq!(
        connection.control(Control::Begin(&options())).unwrap_err().kind(),
        ErrorKind::Invalid
    );
    assert!(connection.is_in_transaction());
}

#[test]
fn a_writing_transaction_takes_the_lock_at_once_and_a_deferred_one_does_not() {
    let (_directory, sqlite) = file();
    let sqlite = sqlite.busy_timeout(std::time::Duration::ZERO);
    let (mut one, mut other) = (sqlite.connect().unwrap(), sqlite.connect().unwrap());
    one.control(Control::Begin(&options())).unwrap();
    for free in [options().deferred(), options().read_only()] {
        other.control(Control::Begin(&free)).unwrap();
        other.control(Control::Rollback).unwrap();
    }
    assert!(other.control(Control::Begin(&options())).is_err());
}

#[test]
fn a_transaction_that_only_reads_refuses_writes_and_the_next_one_does_not() {
    let mut connection = with_table();
    for end in [Control::Commit, Control::Rollback] {
        connection
            .control(Control::Begin(&options().read_only()))
            .unwrap();
        assert_eq!(counted(&mut *connection), SqlValue::I64(0));
        for sql in [
            INSERT,
            "CREATE TABLE u (a)",
            "DELETE FROM t RETURNING a",
            "PRAGMA user_version = 1",
        ] {
            assert_eq!(
                failure(&mut *connection, sql).kind(),
                ErrorKind::ReadOnly,
                "{sql}"
            );
            assert_eq!(
                execute(&mut *connection, sql, &[]).unwrap_err().kind(),
                ErrorKind::ReadOnly,
                "{sql}"
            );
        }
        connection.control(Control::Savepoint(1)).unwrap();
        connection.control(Control::RollbackTo(1)).unwrap();
        connection.control(end).unwrap();
    }
    run(&mut *connection, &[INSERT]);
    connection.control(Control::Begin(&options())).unwrap();
    run(&mut *connection, &[INSERT]);
    connection.control(Control::Commit).unwrap();
    assert_eq!(counted(&mut *connection), SqlValue::I64(2));
}

#[test]
fn a_foreign_key_that_is_checked_at_the_commit() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE a (id INTEGER PRIMARY KEY)"]);
    run(
        &mut *connection,
        &["CREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED)"],
    );
    connection.control(Control::Begin(&options())).unwrap();
    run(&mut *connection, &["INSERT INTO b VALUES (7)"]);
    let refused = connection.control(Control::Commit).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.outcome()),
        (ErrorKind::ForeignKeyViolation, Outcome::NotApplied)
    );
    assert!(connection.is_in_transaction());
    connection.control(Control::Rollback).unwrap();
    assert!(connection.is_usable());
    assert_eq!(one(&mut *connection, "SELECT count(*) FROM b"), SqlValue::I64(0));
}
