//! Statements, their rows, what they wrote.

use super::support::{Cells, Kept, execute, failure, file, memory, one, query, run, text};
use activerecord_core::{
    Backend, Error, ErrorKind, Outcome, Result, Row, RowSink, SqlValue, Statement, Written,
};
use std::ops::ControlFlow;

#[test]
fn rows_are_pushed_until_the_sink_has_enough() {
    let mut connection = memory();
    let mut kept = Kept {
        enough: Some(2),
        ..Kept::default()
    };
    let sql = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    connection.query(&Statement::new(sql, &[]), &mut kept).unwrap();
    assert_eq!(kept.rows, [[SqlValue::I64(1)], [SqlValue::I64(2)]]);
    assert_eq!(one(&mut *connection, "SELECT 1"), SqlValue::I64(1));
}

#[test]
fn a_row_knows_its_columns() {
    struct Names(Vec<String>);
    impl RowSink for Names {
        fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
            self.0
                .extend((0..=row.width()).map(|index| row.name(index).to_owned()));
            assert_eq!(row.cell(row.width()).unwrap_err().kind(), ErrorKind::Decode);
            Ok(ControlFlow::Continue(()))
        }
    }
    let mut names = Names(Vec::new());
    let statement = Statement::new("SELECT 1 AS one, 2 AS \"two words\"", &[]);
    memory().query(&statement, &mut names).unwrap();
    assert_eq!(names.0, ["one", "two words", ""]);
}

#[test]
fn written_says_what_this_statement_did() {
    let mut connection = memory();
    let made = execute(
        &mut *connection,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n)",
        &[],
    )
    .unwrap();
    assert_eq!(made, Written::default());
    let inserted = execute(&mut *connection, "INSERT INTO t (n) VALUES (1), (2), (3)", &[]).unwrap();
    assert_eq!((inserted.rows, inserted.key), (3, Some(3)));
    // What SQLite counted before must not be counted again.
    for sql in [
        "CREATE TABLE u (a)",
        "SELECT * FROM t",
        "UPDATE t SET n = 0 WHERE id = 9",
        "PRAGMA user_version = 3",
    ] {
        assert_eq!(
            execute(&mut *connection, sql, &[]).unwrap(),
            Written::default(),
            "{sql}"
        );
    }
    let changed = execute(&mut *connection, "UPDATE t SET n = n + 1 RETURNING n", &[]).unwrap();
    assert_eq!(changed.rows, 3);
    assert_eq!(one(&mut *connection, "SELECT sum(n) FROM t"), SqlValue::I64(9));
}

#[test]
fn a_write_whose_rows_are_not_wanted_is_done_all_the_same() {
    let (_directory, sqlite) = file();
    let mut connection = sqlite.connect().unwrap();
    run(&mut *connection, &["CREATE TABLE t (id INTEGER PRIMARY KEY, n)"]);
    let mut kept = Kept {
        enough: Some(1),
        ..Kept::default()
    };
    let insert = Statement::new("INSERT INTO t (n) VALUES (1), (2), (3) RETURNING id", &[]);
    connection.query(&insert, &mut kept).unwrap();
    assert_eq!(
        one(&mut *sqlite.connect().unwrap(), "SELECT count(*) FROM t"),
        SqlValue::I64(3)
    );
}

/// A sink that takes nothing.
struct Unreadable;

impl RowSink for Unreadable {
    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        Err(Error::decode("not what the record has"))
    }
}

#[test]
fn an_unreadable_row_of_a_write_does_not_deny_the_write() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (id INTEGER PRIMARY KEY)"]);
    let insert = Statement::new("INSERT INTO t VALUES (NULL) RETURNING id", &[]);
    let failed = connection.query(&insert, &mut Unreadable).unwrap_err();
    assert_eq!(
        (failed.kind(), failed.outcome()),
        (ErrorKind::Decode, Outcome::Applied)
    );
    assert_eq!(one(&mut *connection, "SELECT count(*) FROM t"), SqlValue::I64(1));
    let select = Statement::new("SELECT id FROM t", &[]);
    assert_eq!(
        connection.query(&select, &mut Unreadable).unwrap_err().outcome(),
        Outcome::NotApplied
    );
}

#[test]
fn a_failure_at_the_end_of_a_write_is_told_though_its_rows_were_not_wanted() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE a (id INTEGER PRIMARY KEY)"]);
    run(
        &mut *connection,
        &["CREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED)"],
    );
    let mut kept = Kept {
        enough: Some(1),
        ..Kept::default()
    };
    let insert = Statement::new("INSERT INTO b VALUES (7) RETURNING a", &[]);
    let failed = connection.query(&insert, &mut kept).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::ForeignKeyViolation);
    assert_eq!(one(&mut *connection, "SELECT count(*) FROM b"), SqlValue::I64(0));
}

#[test]
fn several_statements_in_one_text_are_refused() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (a)"]);
    for sql in [
        "INSERT INTO t VALUES (1); DELETE FROM t",
        "SELECT 1; SELECT 2",
        "",
        " -- nothing\n",
    ] {
        assert_eq!(failure(&mut *connection, sql).kind(), ErrorKind::Invalid, "{sql}");
        assert_eq!(
            execute(&mut *connection, sql, &[]).unwrap_err().kind(),
            ErrorKind::Invalid,
            "{sql}"
        );
    }
    assert_eq!(one(&mut *connection, "SELECT count(*) FROM t"), SqlValue::I64(0));
    assert_eq!(one(&mut *connection, "SELECT 'a;b'; -- the end"), text("a;b"));
}

#[test]
fn the_number_of_parameters_is_checked() {
    let mut connection = memory();
    let given: [Cells; 2] = [vec![], vec![SqlValue::I64(1), SqlValue::I64(2)]];
    for params in given {
        let failed = query(&mut *connection, "SELECT ?", &params).unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Invalid);
        assert!(
            failed
                .to_string()
                .contains(&format!("{} were given", params.len())),
            "{failed}"
        );
    }
    // Nothing stays bound from the time before.
    query(&mut *connection, "SELECT ?", &[SqlValue::I64(1)]).unwrap();
    assert!(query(&mut *connection, "SELECT ?", &[]).is_err());
}

#[test]
fn as_many_parameters_as_it_says_and_no_more() {
    let mut connection = memory();
    let most = connection.max_params();
    let list = |count: usize| format!("SELECT 1 IN (?{})", ", ?".repeat(count - 1));
    let params = vec![SqlValue::Null; most];
    assert!(query(&mut *connection, &list(most), &params).is_ok());
    assert!(query(&mut *connection, &list(most + 1), &vec![SqlValue::Null; most + 1]).is_err());
}

#[test]
fn what_only_reads_is_told() {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (a)"]);
    let cases = [
        ("SELECT 1", true),
        (" -- why\n /* so */ select a FROM t", true),
        ("VALUES (1)", true),
        ("WITH x AS (SELECT 1) SELECT * FROM x", true),
        ("EXPLAIN QUERY PLAN SELECT 1", true),
        ("WITH x AS (SELECT 1) DELETE FROM t", false),
        ("INSERT INTO t VALUES (1) RETURNING a", false),
        ("CREATE TABLE u (a)", false),
        ("BEGIN", false),
        ("COMMIT", false),
        ("SAVEPOINT a", false),
        ("PRAGMA foreign_keys = OFF", false),
        ("ATTACH ':memory:' AS other", false),
        ("VACUUM", false),
    ];
    for (sql, reads) in cases {
        assert_eq!(connection.reads_only(sql).unwrap(), reads, "{sql}");
    }
    assert_eq!(
        connection.reads_only("SELEC 1").unwrap_err().kind(),
        ErrorKind::Syntax
    );
    assert_eq!(
        connection
            .reads_only("SELECT 1; DELETE FROM t")
            .unwrap_err()
            .kind(),
        ErrorKind::Invalid
    );
}
