//! SQLite has one code for all of these; each is told from the others without its message.

use super::support::{execute, memory, one, run};
use activerecord_core::{Connection, ErrorKind, SqlValue};

fn kinds(kind: ErrorKind, statements: &[&str]) {
    let mut connection = blog();
    for sql in statements {
        let failure = execute(&mut *connection, sql, &[]).unwrap_err();
        assert_eq!(
            (failure.kind(), failure.code()),
            (kind, Some(1)),
            "{sql}: {failure:?}"
        );
        assert!(failure.to_string().contains(sql), "{failure}");
    }
}

fn blog() -> Box<dyn Connection> {
    let mut connection = memory();
    run(
        &mut *connection,
        &["CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)"],
    );
    run(
        &mut *connection,
        &["CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT)"],
    );
    connection
}

#[test]
fn tables() {
    let statements = [
        "SELECT * FROM missing",
        "SELECT * FROM \"missing\" WHERE \"id\" = ?",
        "SELECT * FROM main.missing",
        "SELECT * FROM users JOIN missing ON missing.id = users.id",
        "SELECT * FROM users WHERE id IN (SELECT id FROM missing)",
        "WITH recent AS (SELECT * FROM users) SELECT * FROM recent, posts JOIN missing ON 1",
        "INSERT INTO missing (a) VALUES (?)",
        "INSERT OR IGNORE INTO \"missing\" DEFAULT VALUES",
        "UPDATE missing SET a = 1",
        "UPDATE OR IGNORE missing SET a = 1",
        "DELETE FROM missing",
        "DROP TABLE missing",
        "ALTER TABLE missing ADD COLUMN a",
    ];
    kinds(ErrorKind::UndefinedTable, &statements);
}

#[test]
fn columns() {
    let statements = [
        "SELECT missing FROM users",
        "SELECT \"users\".\"missing\" FROM \"users\"",
        "SELECT u.missing FROM users AS u",
        "SELECT title FROM users",
        "SELECT * FROM users WHERE missing = ? AND id = ?",
        "SELECT * FROM users ORDER BY missing DESC",
        "SELECT count(*) FROM users GROUP BY [missing]",
        "SELECT count(missing) FROM users",
        "INSERT INTO users (missing) VALUES (1)",
        "INSERT INTO \"users\" (\"name\", \"missing\") VALUES (?, ?)",
        "INSERT INTO main.users (name, missing) VALUES (?, ?)",
        "INSERT INTO users (name) VALUES (1) RETURNING missing",
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (missing) DO NOTHING",
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET missing = 1",
        "UPDATE users SET missing = 1",
        "UPDATE \"users\" SET \"name\" = ?, \"missing\" = ? WHERE \"id\" = ?",
        "UPDATE users SET name = missing",
        "DELETE FROM users WHERE missing = 1",
        "CREATE INDEX i ON users (missing)",
    ];
    kinds(ErrorKind::UndefinedColumn, &statements);
}

#[test]
fn neither() {
    let statements = [
        "SELECT",
        "SELECT * FORM users",
        "SELEC * FROM users",
        "SELECT name name name FROM users",
        "SELECT * FROM users WHERE id = ? AND",
        "SELECT 'unended",
        "SELECT nothing_like_this(1)",
        "SELECT id FROM users, posts",
        "SELECT * FROM users WHERE name IS NOT DISTINCT FROM name AND count(*) > 1",
        "INSERT INTO users VALUES (1)",
        "INSERT INTO users (id, name) VALUES (1)",
        "CREATE TABLE users (id)",
        "DROP INDEX missing",
    ];
    kinds(ErrorKind::Syntax, &statements);
}

#[test]
fn the_search_for_what_is_missing_changes_nothing() {
    let mut connection = blog();
    let statements = [
        "DELETE FROM users WHERE missing",
        "DROP TABLE users missing",
        "PRAGMA user_version = 7 missing",
    ];
    for sql in statements {
        assert!(execute(&mut *connection, sql, &[]).is_err(), "{sql}");
    }
    run(&mut *connection, &["SELECT * FROM users"]);
    assert_eq!(one(&mut *connection, "PRAGMA user_version"), SqlValue::I64(0));
}
