//! Opening a database, and every setting read back.

use super::support::{failure, file, memory, one, run, text};
use activerecord_backend_sqlite::Sqlite;
use activerecord_core::{Backend, ErrorKind, SqlValue};
use std::time::Duration;

#[test]
fn every_setting_is_read_back() {
    let (_directory, sqlite) = file();
    let mut connection = sqlite
        .busy_timeout(Duration::from_millis(1234))
        .connect()
        .unwrap();
    let settings = [
        ("busy_timeout", 1234),
        ("foreign_keys", 1),
        ("synchronous", 1),
        ("mmap_size", 128 << 20),
        ("journal_size_limit", 64 << 20),
        ("cache_size", 2000),
        ("trusted_schema", 0),
        ("query_only", 0),
    ];
    for (name, value) in settings {
        assert_eq!(
            one(&mut *connection, &format!("PRAGMA {name}")),
            SqlValue::I64(value),
            "{name}"
        );
    }
    assert_eq!(one(&mut *connection, "PRAGMA journal_mode"), text("wal"));
    // A defensive connection cannot be talked into writing its schema by hand.
    run(&mut *connection, &["PRAGMA writable_schema = ON"]);
    assert_eq!(one(&mut *connection, "PRAGMA writable_schema"), SqlValue::I64(0));
}

#[test]
fn a_misspelt_column_in_quotes_is_no_string() {
    let mut connection = memory();
    assert_eq!(
        failure(&mut *connection, r#"SELECT "no_such_column""#).kind(),
        ErrorKind::UndefinedColumn
    );
    run(&mut *connection, &["CREATE TABLE t (a)"]);
    let index = failure(&mut *connection, r#"CREATE INDEX i ON t ("b")"#);
    assert_eq!(index.kind(), ErrorKind::UndefinedColumn);
}

#[test]
fn a_database_in_memory_says_that_it_is_its_connection() {
    assert!(Sqlite::memory().capabilities().single_connection);
    assert!(Sqlite::file(":memory:").capabilities().single_connection);
    let (_directory, sqlite) = file();
    assert!(!sqlite.capabilities().single_connection);
    assert!(sqlite.capabilities().single_writer);
}

#[test]
fn a_missing_directory_is_no_database() {
    let (directory, _) = file();
    let missing = Sqlite::file(directory.path().join("none").join("app.db"));
    let failure = missing.connect().err().unwrap();
    assert_eq!(failure.kind(), ErrorKind::NoDatabase);
    assert!(failure.to_string().contains("app.db"), "{failure}");
    let directory = Sqlite::file(directory.path()).connect().err().unwrap();
    assert_eq!(directory.kind(), ErrorKind::NoDatabase);
}

#[test]
fn only_the_mode_that_creates_creates() {
    let (directory, _) = file();
    let path = directory.path().join("new.db");
    for mode in ["ro", "rw"] {
        let url = format!("sqlite://{}?mode={mode}", path.display());
        let failure = Sqlite::from_url(&url).unwrap().connect().err().unwrap();
        assert_eq!(failure.kind(), ErrorKind::NoDatabase, "{mode}");
    }
    assert!(!path.exists());
    Sqlite::file(&path).connect().unwrap();
    assert!(path.exists());
}

#[test]
fn a_file_that_is_no_database_is_refused_when_it_is_opened() {
    let (directory, _) = file();
    let path = directory.path().join("letter.txt");
    std::fs::write(&path, "Dear database, ".repeat(100)).unwrap();
    assert_eq!(
        Sqlite::file(&path).connect().err().unwrap().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(
        Sqlite::file(&path).read_only().connect().err().unwrap().kind(),
        ErrorKind::Corrupt
    );
}

#[test]
fn a_path_is_a_path_and_no_uri() {
    let (directory, _) = file();
    let path = directory.path().join("file:odd?mode=memory");
    Sqlite::file(&path).connect().unwrap();
    assert!(path.exists());
}

#[test]
fn many_connections_may_open_a_new_file_at_once() {
    let (_directory, sqlite) = file();
    std::thread::scope(|scope| {
        let open = || sqlite.connect().map(drop);
        let opened: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
        opened
            .into_iter()
            .for_each(|opened| opened.join().unwrap().unwrap());
    });
}
