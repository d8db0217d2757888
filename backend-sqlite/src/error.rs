//! SQLite's errors, classified by their extended code.

mod ask;
mod tokens;

use activerecord_core::{Error, ErrorKind, Outcome, Violation};
use rusqlite::{Connection, ffi};
use std::ffi::c_int;

/// Says what went wrong by the error alone.
#[cold]
pub(crate) fn from_code(failure: rusqlite::Error) -> Error {
    let kind = match code(&failure) {
        Some(code) => kind(code),
        None => kind_without_code(&failure),
    };
    of_kind(kind, failure)
}

/// Says what went wrong with a statement. Where the code stands for several kinds, the database is asked about the
/// names in the statement; what its message says decides nothing.
#[cold]
pub(crate) fn explain(connection: &Connection, sql: &str, failure: rusqlite::Error) -> Error {
    let kind = match code(&failure) {
        Some(ffi::SQLITE_ERROR) => ask::what_failed(connection, sql, &failure),
        Some(ffi::SQLITE_CONSTRAINT_TRIGGER) => ask::what_a_trigger_refused(connection),
        _ => return from_code(failure),
    };
    let error = of_kind(kind, failure);
    match kind {
        ErrorKind::Syntax | ErrorKind::UndefinedTable | ErrorKind::UndefinedColumn => {
            error.context(format_args!("in `{sql}`"))
        }
        _ => error,
    }
}

/// Says what is known after a commit that failed: nothing after an error of the disk, else that it did not happen.
#[cold]
pub(crate) fn in_commit(error: Error) -> Error {
    if error.kind() != ErrorKind::Io {
        return error;
    }
    let message = "whether the commit took effect is not known: the disk failed while it was written";
    let unknown = Error::new(ErrorKind::CommitUnknown, message).with_outcome(Outcome::Unknown);
    let unknown = error.code().into_iter().fold(unknown, Error::with_code);
    unknown.with_source(error)
}

fn of_kind(kind: ErrorKind, failure: rusqlite::Error) -> Error {
    let mut error = Error::new(kind, message(kind, &failure));
    if let Some(code) = code(&failure) {
        error = error.with_code(code.into());
    }
    if kind.is_violation() {
        error = error.with_violation(violation(kind, words(&failure).unwrap_or_default()));
    }
    error.with_source(failure)
}

fn code(failure: &rusqlite::Error) -> Option<c_int> {
    match failure {
        rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => {
            Some(error.extended_code)
        }
        _ => None,
    }
}

fn kind(code: c_int) -> ErrorKind {
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            ErrorKind::UniqueViolation
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
        // A value of another type than a column of a STRICT table has.
        ffi::SQLITE_CONSTRAINT_DATATYPE => ErrorKind::InvalidText,
        ffi::SQLITE_BUSY_SNAPSHOT => ErrorKind::SerializationFailure,
        ffi::SQLITE_ABORT_ROLLBACK => ErrorKind::TransactionAborted,
        // The low byte is the primary code, which newer extended codes keep too.
        _ => primary_kind(code & 0xff),
    }
}

fn primary_kind(code: c_int) -> ErrorKind {
    match code {
        // PROTOCOL: the lock of the write-ahead log was not to be had.
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL => ErrorKind::LockTimeout,
        ffi::SQLITE_INTERRUPT => ErrorKind::Canceled,
        ffi::SQLITE_READONLY => ErrorKind::ReadOnly,
        ffi::SQLITE_IOERR => ErrorKind::Io,
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB | ffi::SQLITE_FORMAT => ErrorKind::Corrupt,
        ffi::SQLITE_FULL => ErrorKind::StorageFull,
        ffi::SQLITE_CANTOPEN => ErrorKind::NoDatabase,
        ffi::SQLITE_SCHEMA => ErrorKind::StaleStatement,
        ffi::SQLITE_TOOBIG => ErrorKind::ValueTooLong,
        ffi::SQLITE_MISMATCH => ErrorKind::InvalidText,
        ffi::SQLITE_RANGE => ErrorKind::OutOfRange,
        ffi::SQLITE_AUTH | ffi::SQLITE_PERM => ErrorKind::Auth,
        // What a text without a statement in it comes to.
        ffi::SQLITE_MISUSE => ErrorKind::Invalid,
        _ => ErrorKind::Other,
    }
}

fn kind_without_code(failure: &rusqlite::Error) -> ErrorKind {
    match failure {
        rusqlite::Error::MultipleStatement => ErrorKind::Invalid,
        rusqlite::Error::NulError(_) | rusqlite::Error::InvalidPath(_) => ErrorKind::Config,
        _ => ErrorKind::Other,
    }
}

/// SQLite's own words.
fn words(failure: &rusqlite::Error) -> Option<&str> {
    match failure {
        rusqlite::Error::SqliteFailure(_, words) => words.as_deref(),
        rusqlite::Error::SqlInputError { msg, .. } => Some(msg),
        _ => None,
    }
}

fn message(kind: ErrorKind, failure: &rusqlite::Error) -> String {
    let meaning = match (kind, failure) {
        (ErrorKind::Invalid, rusqlite::Error::MultipleStatement) => "the text holds more than one statement",
        (ErrorKind::Invalid, _) => "the text holds no statement",
        (ErrorKind::OutOfRange, _) => "a number is outside what the result can hold",
        (ErrorKind::InvalidText, _) => "a value is not of the type that is asked for",
        (ErrorKind::LockTimeout, _) => "the database is locked, and was not free within the busy timeout",
        (ErrorKind::SerializationFailure, _) => "another connection wrote after this transaction had read",
        (ErrorKind::Canceled, _) => "the statement was interrupted",
        // While a statement runs, SQLite's words may quote a value that is bound; they stay in the source.
        (ErrorKind::Other, _) => "SQLite refused the statement; the source of this error holds its words",
        _ => words(failure).unwrap_or("SQLite refused the statement"),
    };
    match code(failure) {
        Some(code) => format!("{meaning} (SQLite {code})"),
        None => meaning.to_owned(),
    }
}

/// Reads the details of a violation: `UNIQUE constraint failed: users.email, users.name`.
fn violation(kind: ErrorKind, words: &str) -> Violation {
    let mut violation = Violation::default();
    let Some((_, what)) = words.split_once(": ") else {
        return violation;
    };
    let index = what
        .strip_prefix("index '")
        .and_then(|name| name.strip_suffix('\''));
    if kind == ErrorKind::CheckViolation || index.is_some() {
        violation.constraint = Some(index.unwrap_or(what).to_owned());
    } else if let Some((table, _)) = what.split_once('.') {
        let column = |name: &str| name.split_once('.').map_or(name, |(_, column)| column).to_owned();
        violation.table = Some(table.to_owned());
        violation.columns = what.split(", ").map(column).collect();
    }
    violation
}
