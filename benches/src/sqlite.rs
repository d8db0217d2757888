//! SQLite: the same table for a handle and for the bare driver.

use crate::RawUser;
use activerecord::prelude::*;
use activerecord::{Connect, ConnectOptions};
use rusqlite::Connection;
use std::path::Path;

const TABLE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, hair_color TEXT)";

const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
                    INSERT INTO users (name, hair_color) SELECT 'User ' || i, 'brown' FROM n";

/// Opens a handle with the table and `rows` rows: in memory, or in a file.
///
/// # Errors
///
/// What the database says.
pub fn database(file: Option<&Path>, rows: i64) -> Result<Database> {
    let url = file.map_or("sqlite::memory:".to_owned(), |file| {
        format!("sqlite://{}", file.display())
    });
    let db = Database::connect(ConnectOptions::new(url))?;
    db.execute(TABLE, ())?;
    db.execute(FILL, (rows,))?;
    Ok(db)
}

/// Opens a bare connection with the same settings, table and rows.
///
/// # Errors
///
/// What the driver says.
pub fn bare(file: Option<&Path>, rows: i64) -> rusqlite::Result<Connection> {
    let connection = match file {
        Some(file) => Connection::open(file)?,
        None => Connection::open_in_memory()?,
    };
    connection.pragma_update(None, "foreign_keys", true)?;
    if file.is_some() {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    for (name, value) in [
        ("synchronous", 1),
        ("mmap_size", 134_217_728),
        ("cache_size", 2000),
    ] {
        // Some of these answer with the value that is in force.
        connection
            .pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(no_answer)?;
    }
    connection.set_prepared_statement_cache_capacity(256);
    connection.execute(TABLE, [])?;
    connection.execute(FILL, [rows])?;
    Ok(connection)
}

fn no_answer(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(error),
    }
}

/// Reads a row by position.
///
/// # Errors
///
/// What the driver says.
pub fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<RawUser> {
    Ok(RawUser {
        id: row.get(0)?,
        name: row.get(1)?,
        hair_color: row.get(2)?,
    })
}
