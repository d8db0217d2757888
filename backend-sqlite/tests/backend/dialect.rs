//! The SQL of the dialect, run.

use super::support::{memory, one, query, run, text};
use activerecord_backend_sqlite::{DIALECT, Sqlite};
use activerecord_core::{Backend, ColumnType, Dialect, SqlValue, TextMatch};

fn matches(matching: TextMatch, ignore_case: bool, pattern: &str) -> Vec<SqlValue<'static>> {
    let mut connection = memory();
    run(&mut *connection, &["CREATE TABLE t (s TEXT)"]);
    run(
        &mut *connection,
        &["INSERT INTO t VALUES ('abc'), ('ABC'), ('a*c'), ('a?c'), ('[abc]'), ('ÄÖ%'), ('äö_'), (NULL)"],
    );
    let mut sql = "SELECT s FROM t WHERE ".to_owned();
    DIALECT.text_match("s", "?", ignore_case, &mut sql);
    let pattern = DIALECT.text_pattern(matching, pattern, ignore_case);
    let rows = query(&mut *connection, &sql, &[SqlValue::Text(pattern.into())]).unwrap();
    rows.into_iter().flatten().collect()
}

#[test]
fn a_text_is_found_as_it_is_written() {
    let cases: [(TextMatch, bool, &str, &[&str]); 11] = [
        (TextMatch::Contains, false, "b", &["abc", "[abc]"]),
        (TextMatch::Contains, true, "B", &["abc", "ABC", "[abc]"]),
        (TextMatch::StartsWith, false, "a", &["abc", "a*c", "a?c"]),
        (TextMatch::EndsWith, true, "C", &["abc", "ABC", "a*c", "a?c"]),
        (TextMatch::Contains, false, "*", &["a*c"]),
        (TextMatch::StartsWith, false, "a?", &["a?c"]),
        (TextMatch::StartsWith, false, "[abc]", &["[abc]"]),
        (TextMatch::EndsWith, false, "]", &["[abc]"]),
        (TextMatch::Contains, false, "%", &["ÄÖ%"]),
        (TextMatch::StartsWith, false, "äö", &["äö_"]),
        (TextMatch::StartsWith, true, "ÄÖ", &["ÄÖ%", "äö_"]),
    ];
    for (matching, ignore_case, pattern, found) in cases {
        let expected: Vec<_> = found.iter().map(|found| text(found)).collect();
        assert_eq!(
            matches(matching, ignore_case, pattern),
            expected,
            "{matching:?} {pattern}"
        );
    }
}

#[test]
fn folding_goes_beyond_ascii_and_letter_by_letter() {
    let mut connection = memory();
    assert_eq!(
        one(&mut *connection, "SELECT activerecord_fold('ÄÉΣ Straße')"),
        text("äéσ straße")
    );
    assert_eq!(
        one(&mut *connection, "SELECT activerecord_fold(NULL)"),
        SqlValue::Null
    );
    assert_eq!(
        one(&mut *connection, "SELECT activerecord_fold(12)"),
        SqlValue::I64(12)
    );
    run(
        &mut *connection,
        &["CREATE TABLE t (a)", "CREATE INDEX i ON t (activerecord_fold(a))"],
    );
}

#[test]
fn a_generated_key_is_the_number_of_the_row() {
    let mut connection = memory();
    let kind = DIALECT.column_type(ColumnType::U32, true);
    run(
        &mut *connection,
        &[
            &format!("CREATE TABLE t (id {kind} PRIMARY KEY)"),
            "INSERT INTO t DEFAULT VALUES",
        ],
    );
    assert_eq!(one(&mut *connection, "SELECT id FROM t"), SqlValue::I64(1));
}

#[test]
fn column_types() {
    let cases = [
        (ColumnType::Bool, "INTEGER"),
        (ColumnType::I8, "INTEGER"),
        (ColumnType::U64, "INTEGER"),
        (ColumnType::F32, "REAL"),
        (ColumnType::F64, "REAL"),
        (ColumnType::Text, "TEXT"),
        (ColumnType::Bytes, "BLOB"),
        (ColumnType::Timestamp, "TEXT"),
        (ColumnType::Decimal, "TEXT"),
        (ColumnType::Json, "TEXT"),
        (ColumnType::Uuid, "TEXT"),
    ];
    for (column, name) in cases {
        assert_eq!(DIALECT.column_type(column, false), name, "{column:?}");
    }
    assert!(DIALECT.has_returning());
    assert_eq!(Sqlite::memory().dialect().name(), "sqlite");
    let limit = format!("SELECT 1 LIMIT {} OFFSET 1", DIALECT.no_limit().unwrap());
    assert!(query(&mut *memory(), &limit, &[]).unwrap().is_empty());
}
