//! Every kind of error that a statement can provoke, by a statement that does.

use super::support::{execute, failure, file, memory, one, query, run};
use activerecord_backend_sqlite::Sqlite;
use activerecord_core::{Backend, Connection, Control, Error, ErrorKind, SqlValue, options};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

fn users() -> Box<dyn Connection> {
    let mut connection = memory();
    let tables = [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, age INTEGER, \
         CONSTRAINT grown_up CHECK (age >= 18), UNIQUE (name, age))",
        "CREATE TABLE keys (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
        "CREATE TABLE loose (a)",
        "CREATE UNIQUE INDEX lower_a ON loose (lower(a))",
        "CREATE TABLE exact (n INT) STRICT",
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id REFERENCES users ON DELETE RESTRICT)",
        "INSERT INTO users VALUES (1, 'Ann', 'ann@example.com', 20)",
        "INSERT INTO keys VALUES ('x', 'y')",
        "INSERT INTO loose (rowid, a) VALUES (1, 'x')",
        "INSERT INTO posts VALUES (1, 1)",
    ];
    run(&mut *connection, &tables);
    connection
}

/// A statement, and which rule it breaks: the code, the constraint, the table and its columns.
type Broken = (
    &'static str,
    ErrorKind,
    i64,
    Option<&'static str>,
    Option<&'static str>,
    &'static [&'static str],
);

const BROKEN: [Broken; 11] = {
    use ErrorKind::{CheckViolation, ForeignKeyViolation, InvalidText, NotNullViolation, UniqueViolation};
    let (users, keys, loose) = (Some("users"), Some("keys"), Some("loose"));
    [
        (
            "INSERT INTO users VALUES (2, 'Bob', 'ann@example.com', 20)",
            UniqueViolation,
            2067,
            None,
            users,
            &["email"],
        ),
        (
            "INSERT INTO users VALUES (2, 'Ann', 'b', 20)",
            UniqueViolation,
            2067,
            None,
            users,
            &["name", "age"],
        ),
        (
            "INSERT INTO loose (a) VALUES ('X')",
            UniqueViolation,
            2067,
            Some("lower_a"),
            None,
            &[],
        ),
        (
            "INSERT INTO users VALUES (1, 'Bob', 'b', 20)",
            UniqueViolation,
            1555,
            None,
            users,
            &["id"],
        ),
        (
            "INSERT INTO keys VALUES ('x', 'y')",
            UniqueViolation,
            1555,
            None,
            keys,
            &["a", "b"],
        ),
        (
            "INSERT INTO loose (rowid, a) VALUES (1, 'y')",
            UniqueViolation,
            2579,
            None,
            loose,
            &["rowid"],
        ),
        (
            "INSERT INTO users (name) VALUES (NULL)",
            NotNullViolation,
            1299,
            None,
            users,
            &["name"],
        ),
        (
            "UPDATE users SET age = 17",
            CheckViolation,
            275,
            Some("grown_up"),
            None,
            &[],
        ),
        (
            "INSERT INTO posts VALUES (2, 9)",
            ForeignKeyViolation,
            787,
            None,
            None,
            &[],
        ),
        ("DELETE FROM users", ForeignKeyViolation, 1811, None, None, &[]),
        (
            "INSERT INTO exact VALUES ('many')",
            InvalidText,
            3091,
            None,
            None,
            &[],
        ),
    ]
};

#[test]
fn violations_name_what_was_violated() {
    let mut connection = users();
    for (sql, kind, code, constraint, table, columns) in BROKEN {
        let failure = failure(&mut *connection, sql);
        assert_eq!(
            (failure.kind(), failure.code()),
            (kind, Some(code)),
            "{sql}: {failure:?}"
        );
        assert_eq!(
            (failure.constraint(), failure.table()),
            (constraint, table),
            "{sql}: {failure:?}"
        );
        assert_eq!(failure.columns(), columns, "{sql}: {failure:?}");
    }
}

#[test]
fn what_a_trigger_raises_is_no_foreign_key() {
    let mut connection = users();
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON loose BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY'); END";
    run(&mut *connection, &[trigger]);
    let failure = failure(&mut *connection, "INSERT INTO loose (a) VALUES (2)");
    assert_eq!((failure.kind(), failure.code()), (ErrorKind::Other, Some(1811)));
}

#[test]
fn values_that_do_not_fit() {
    let mut connection = users();
    run(&mut *connection, &["UPDATE users SET age = 9223372036854775807"]);
    let cases = [
        ("SELECT zeroblob(2000000000)", ErrorKind::ValueTooLong, 18),
        (
            "INSERT INTO users (id, name) VALUES ('one', 'Bob')",
            ErrorKind::InvalidText,
            20,
        ),
        (
            "SELECT sum(age) FROM (SELECT age FROM users UNION ALL SELECT 1)",
            ErrorKind::OutOfRange,
            1,
        ),
        (
            "SELECT sum(age), max(name) FROM (SELECT * FROM users UNION ALL SELECT 2, 'b', 'c', 1) WHERE name GLOB '*'",
            ErrorKind::OutOfRange,
            1,
        ),
        ("SELECT abs(-9223372036854775807 - 1)", ErrorKind::OutOfRange, 1),
        ("SELECT json_extract('{', '$')", ErrorKind::Other, 1),
        (
            "SELECT json_extract('{', '$'), sum(age) FROM users",
            ErrorKind::Other,
            1,
        ),
    ];
    for (sql, kind, code) in cases {
        let failure = failure(&mut *connection, sql);
        assert_eq!(
            (failure.kind(), failure.code()),
            (kind, Some(code)),
            "{sql}: {failure:?}"
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_not_decoded() {
    let failure = failure(&mut *memory(), "SELECT CAST(x'61ff' AS TEXT) AS odd");
    assert_eq!(failure.kind(), ErrorKind::Decode);
    assert!(failure.to_string().contains("`odd`"), "{failure}");
}

#[test]
fn a_lock_that_is_not_free_in_time() {
    let (_directory, sqlite) = file();
    let sqlite = sqlite.busy_timeout(Duration::ZERO);
    let (mut one, mut other) = (sqlite.connect().unwrap(), sqlite.connect().unwrap());
    one.control(Control::Begin(&options())).unwrap();
    let busy = other.control(Control::Begin(&options())).unwrap_err();
    assert_eq!((busy.kind(), busy.code()), (ErrorKind::LockTimeout, Some(5)));
    assert!(busy.is_retryable());
    assert!(!other.is_in_transaction());
}

#[test]
fn a_transaction_that_read_before_another_wrote() {
    let (_directory, sqlite) = file();
    let (mut one, mut other) = (sqlite.connect().unwrap(), sqlite.connect().unwrap());
    run(&mut *one, &["CREATE TABLE t (a)"]);
    one.control(Control::Begin(&options().deferred())).unwrap();
    query(&mut *one, "SELECT * FROM t", &[]).unwrap();
    run(&mut *other, &["INSERT INTO t VALUES (1)"]);
    let stale = failure(&mut *one, "INSERT INTO t VALUES (2)");
    assert_eq!(
        (stale.kind(), stale.code()),
        (ErrorKind::SerializationFailure, Some(517))
    );
    assert!(stale.is_retryable());
}

#[test]
fn a_write_where_only_reading_is_allowed() {
    let (_directory, sqlite) = file();
    run(&mut *sqlite.connect().unwrap(), &["CREATE TABLE t (a)"]);
    let mut reader = sqlite.read_only().connect().unwrap();
    assert_eq!(one(&mut *reader, "SELECT count(*) FROM t"), SqlValue::I64(0));
    let refused = failure(&mut *reader, "INSERT INTO t VALUES (1)");
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::ReadOnly, Some(8)));
}

#[test]
fn a_database_that_is_full() {
    let mut connection = memory();
    run(
        &mut *connection,
        &["CREATE TABLE t (a)", "PRAGMA max_page_count = 10"],
    );
    let full = failure(&mut *connection, "INSERT INTO t VALUES (zeroblob(1000000))");
    assert_eq!((full.kind(), full.code()), (ErrorKind::StorageFull, Some(13)));
}

#[test]
fn a_file_that_is_damaged() {
    let (directory, sqlite) = file();
    let mut connection = sqlite.connect().unwrap();
    run(
        &mut *connection,
        &["CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"],
    );
    drop(connection);
    let path = directory.path().join("test.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let page = bytes.len() / 2;
    bytes[page..].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let damaged = failure(&mut *sqlite.connect().unwrap(), "SELECT * FROM t");
    assert_eq!(damaged.kind(), ErrorKind::Corrupt);
}

/// The memory of a process cannot be read at its beginning.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_cannot_be_read() {
    let failed = Sqlite::file("/proc/self/mem")
        .read_only()
        .connect()
        .err()
        .unwrap();
    assert_eq!(failed.kind(), ErrorKind::Io, "{failed:?}");
}

/// Interrupts from another thread until the statement has felt it.
fn interrupted(connection: &mut dyn Connection, sql: &str) -> Error {
    let (interrupter, felt) = (connection.interrupter().unwrap(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !felt.load(Ordering::Acquire) {
                interrupter.interrupt();
                std::thread::yield_now();
            }
        });
        let outcome = query(connection, sql, &[]);
        felt.store(true, Ordering::Release);
        outcome.unwrap_err()
    })
}

#[test]
fn a_statement_that_is_interrupted() {
    let mut connection = memory();
    let stopped = interrupted(&mut *connection, ENDLESS);
    assert_eq!((stopped.kind(), stopped.code()), (ErrorKind::Canceled, Some(9)));
    assert_eq!(one(&mut *connection, "SELECT 1"), SqlValue::I64(1));
}

#[test]
fn where_sqlite_ended_the_transaction_nothing_more_is_done_in_its_name() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (a UNIQUE)"]);
    connection.control(Control::Begin(&options())).unwrap();
    run(&mut *connection, &["INSERT INTO t VALUES (1)"]);
    let ended = failure(&mut *connection, "INSERT OR ROLLBACK INTO t VALUES (1)");
    assert_eq!(ended.kind(), ErrorKind::UniqueViolation);
    assert!(!connection.is_in_transaction());
    for control in [
        Control::Commit,
        Control::Savepoint(1),
        Control::Release(1),
        Control::RollbackTo(1),
    ] {
        let late = connection.control(control).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::TransactionAborted, "{control:?}");
    }
    connection.control(Control::Rollback).unwrap();
    assert_eq!(one(&mut *connection, "SELECT count(*) FROM t"), SqlValue::I64(0));
}

#[test]
fn an_error_keeps_its_source_and_shows_no_bound_value() {
    let mut connection = users();
    let secret = [SqlValue::Text("hunter2".into())];
    let failed = query(&mut *connection, "SELECT json_extract('{}', ?)", &secret).unwrap_err();
    assert!(!format!("{failed} {failed:?}").contains("hunter2"), "{failed:?}");
    assert!(std::error::Error::source(&failed).is_some());
    let insert = "INSERT INTO users (id, name) VALUES (1, ?)";
    let failed = execute(&mut *connection, insert, &secret).unwrap_err();
    assert!(!format!("{failed} {failed:?}").contains("hunter2"), "{failed:?}");
}
