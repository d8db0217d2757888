//! What our SQL needs and SQLite lacks.

mod add;
#[cfg(feature = "decimal")]
mod decimal;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, Result, ffi};

/// Same input, same output, and no effect: so they may be used in indexes and in the views of any file.
const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Registers the functions, aggregates and collations with a connection.
pub(crate) fn register(connection: &mut Connection) -> Result<()> {
    connection.create_scalar_function("activerecord_fold", 1, PURE, folded)?;
    connection.create_scalar_function("activerecord_add", 3, PURE, add::added)?;
    #[cfg(feature = "decimal")]
    decimal::register(connection)?;
    Ok(())
}

/// Gives the text in lower case. Letter by letter, so that a part of a text folds to a part of its fold; the sigma at
/// the end of a Greek word is a sigma.
pub(crate) fn fold(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .map(|letter| if letter == 'ς' { 'σ' } else { letter })
        .collect()
}

fn folded(context: &Context<'_>) -> Result<ToSqlOutput<'static>> {
    match context.get_raw(0) {
        ValueRef::Text(text) if !is_folded(text) => Ok(ToSqlOutput::Owned(Value::Text(fold(
            &String::from_utf8_lossy(text),
        )))),
        _ => Ok(ToSqlOutput::Arg(0)),
    }
}

/// An error by its code alone: with a message of ours SQLite would forget the code.
fn refused(code: i32) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), None)
}

fn is_folded(text: &[u8]) -> bool {
    text.iter()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}
