//! What the tests share: statements run, rows kept.

use activerecord_backend_sqlite::Sqlite;
use activerecord_core::{Backend, Connection, Error, Result, Row, RowSink, SqlValue, Statement, Written};
use std::ops::ControlFlow;
use tempfile::TempDir;

pub(super) type Cells = Vec<SqlValue<'static>>;

/// A sink that keeps rows until it has as many as it wants.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) rows: Vec<Cells>,
    pub(super) enough: Option<usize>,
}

impl RowSink for Kept {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        let cells = (0..row.width()).map(|index| Ok(row.cell(index)?.into_owned()));
        self.rows.push(cells.collect::<Result<_>>()?);
        if self.enough == Some(self.rows.len()) {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    }
}

pub(super) fn memory() -> Box<dyn Connection> {
    Sqlite::memory().connect().unwrap()
}

/// A database in a file of its own, which lives as long as the directory.
pub(super) fn file() -> (TempDir, Sqlite) {
    let directory = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::file(directory.path().join("test.db"));
    (directory, sqlite)
}

/// Runs statements one after the other.
pub(super) fn run(connection: &mut dyn Connection, statements: &[&str]) {
    for sql in statements {
        connection.execute(&Statement::new(sql, &[])).unwrap();
    }
}

pub(super) fn execute(
    connection: &mut dyn Connection,
    sql: &str,
    params: &[SqlValue<'_>],
) -> Result<Written> {
    connection.execute(&Statement::new(sql, params))
}

pub(super) fn query(
    connection: &mut dyn Connection,
    sql: &str,
    params: &[SqlValue<'_>],
) -> Result<Vec<Cells>> {
    let mut kept = Kept::default();
    connection.query(&Statement::new(sql, params), &mut kept)?;
    Ok(kept.rows)
}

/// The first cell of the first row.
pub(super) fn one(connection: &mut dyn Connection, sql: &str) -> SqlValue<'static> {
    query(connection, sql, &[]).unwrap().remove(0).remove(0)
}

/// The error of a statement that must fail.
pub(super) fn failure(connection: &mut dyn Connection, sql: &str) -> Error {
    match query(connection, sql, &[]) {
        Ok(rows) => panic!("`{sql}` gave {} rows and no error", rows.len()),
        Err(failure) => failure,
    }
}

pub(super) fn text(text: &str) -> SqlValue<'static> {
    SqlValue::Text(text.to_owned().into())
}
