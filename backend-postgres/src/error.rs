//! PostgreSQL's errors, classified by their SQLSTATE.

pub(crate) mod ask;
mod words;

use self::words::Words;
use crate::value::{Refusal, Refused};
use activerecord_core::{Error, ErrorKind, Outcome, Violation};
use std::error::Error as StdError;
use std::io;
use tokio_postgres::error::DbError;

/// Says what went wrong by the error alone.
#[cold]
pub(crate) fn explain(failure: tokio_postgres::Error) -> Error {
    match failure.as_db_error() {
        Some(answer) => of_answer(answer),
        None => lost(failure),
    }
}

/// The same for a statement, whose text is shown where it is what is wrong.
#[cold]
pub(crate) fn explain_in(sql: &str, failure: tokio_postgres::Error) -> Error {
    let error = explain(failure);
    match error.kind() {
        ErrorKind::Syntax | ErrorKind::UndefinedTable | ErrorKind::UndefinedColumn => {
            error.context(format_args!("in `{sql}`"))
        }
        _ => error,
    }
}

fn of_answer(answer: &DbError) -> Error {
    let kind = match is_stale(answer) {
        true => ErrorKind::StaleStatement,
        false => kind(answer.code().code()),
    };
    let mut error = Error::new(kind, message(kind, answer)).with_sqlstate(answer.code().code());
    if kind.is_violation() {
        error = error.with_violation(violation(answer));
    }
    error.with_source(Words::of(answer))
}

/// Whether a kept statement no longer gives what it was prepared for. The code stands for other things as well; the
/// routine that raised it is a name in PostgreSQL's source, in no language and the same since version 8.3.
fn is_stale(answer: &DbError) -> bool {
    answer.code().code() == "0A000" && answer.routine() == Some("RevalidateCachedQuery")
}

/// The kind of a SQLSTATE.
fn kind(state: &str) -> ErrorKind {
    match state {
        "23505" => ErrorKind::UniqueViolation,
        "23503" | "23001" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23514" => ErrorKind::CheckViolation,
        "23P01" => ErrorKind::ExclusionViolation,
        "22001" => ErrorKind::ValueTooLong,
        "22003" | "22008" => ErrorKind::OutOfRange,
        "22021" | "22P02" | "22P05" | "22007" | "22030" | "22032" => ErrorKind::InvalidText,
        "40P01" => ErrorKind::Deadlock,
        "40001" => ErrorKind::SerializationFailure,
        "55P03" => ErrorKind::LockTimeout,
        // A stop of ours ends with this code too; the connection knows which it was.
        "57014" => ErrorKind::StatementTimeout,
        "25006" => ErrorKind::ReadOnly,
        "25P02" => ErrorKind::TransactionAborted,
        "26000" => ErrorKind::StaleStatement,
        "57P01" | "57P02" | "57P05" | "25P03" => ErrorKind::ConnectionLost,
        "53300" | "57P03" => ErrorKind::TooManyConnections,
        "53100" => ErrorKind::StorageFull,
        "XX001" | "XX002" => ErrorKind::Corrupt,
        "58030" => ErrorKind::Io,
        "28000" | "28P01" | "42501" => ErrorKind::Auth,
        "3D000" => ErrorKind::NoDatabase,
        "42P01" | "3F000" => ErrorKind::UndefinedTable,
        "42703" => ErrorKind::UndefinedColumn,
        _ => kind_of_class(state.get(..2).unwrap_or_default()),
    }
}

fn kind_of_class(class: &str) -> ErrorKind {
    match class {
        "08" => ErrorKind::ConnectionLost,
        "0A" => ErrorKind::Unsupported,
        "42" => ErrorKind::Syntax,
        _ => ErrorKind::Other,
    }
}

/// What PostgreSQL says, unless it may quote a value that is bound.
fn message(kind: ErrorKind, answer: &DbError) -> String {
    let state = answer.code().code();
    let meaning = match (kind, state.get(..2)) {
        (ErrorKind::OutOfRange, _) => "a number or time is outside what its type can hold",
        (ErrorKind::InvalidText, _) => "a value is not of the type that is asked for",
        (ErrorKind::ValueTooLong, _) => "a value is longer than its column allows",
        (ErrorKind::LockTimeout, _) => "a lock was not free within the lock timeout",
        // Raised by functions and by the code of users, or about data.
        (_, Some("22" | "38" | "39" | "P0" | "HV" | "44")) | (ErrorKind::Other, _) => {
            "PostgreSQL refused the statement; the source of this error holds its words"
        }
        _ => answer.message(),
    };
    format!("{meaning} (PostgreSQL {state})")
}

fn violation(answer: &DbError) -> Violation {
    Violation {
        constraint: answer.constraint().map(str::to_owned),
        table: answer.table().map(str::to_owned),
        columns: answer.column().map(str::to_owned).into_iter().collect(),
    }
}

/// The parameter that was not sent, and with it nothing.
pub(crate) fn refused(failure: &tokio_postgres::Error) -> Option<&Refused> {
    failure.source()?.downcast_ref()
}

/// Whether the server took a parameter for text because its place told nothing.
pub(crate) fn is_untyped(failure: &tokio_postgres::Error) -> bool {
    refused(failure).is_some_and(|refused| matches!(refused.why, Refusal::Untyped(_)))
}

/// Whether a kept statement may fail because the schema has changed since it was prepared. It has not begun to run.
pub(crate) fn may_be_outdated(failure: &tokio_postgres::Error) -> bool {
    failure.as_db_error().is_some_and(|answer| {
        let state = answer.code().code();
        state == "26000" || state.starts_with("42") || is_stale(answer)
    })
}

/// Whether the server could not read the text.
pub(crate) fn is_syntax(failure: &tokio_postgres::Error) -> bool {
    failure
        .as_db_error()
        .is_some_and(|answer| answer.code().code() == "42601")
}

/// Says which of so many parameters was not sent, and why.
#[cold]
pub(crate) fn of_refused(refused: &Refused, params: usize) -> Error {
    let kind = match refused.why {
        Refusal::Value(kind, _) => kind,
        Refusal::Untyped(_) => ErrorKind::Invalid,
    };
    let number = params.saturating_sub(refused.after);
    Error::new(kind, format!("parameter {number}: {refused}")).with_parameter(number)
}

/// No answer, or one that makes no sense: the connection is of no further use.
fn lost(failure: tokio_postgres::Error) -> Error {
    let message = match failure.is_closed() {
        true => "the connection to PostgreSQL was closed",
        false => "the connection to PostgreSQL failed",
    };
    Error::new(ErrorKind::ConnectionLost, message).with_source(failure)
}

/// Says why a session did not begin. What has no code is about the login, unless the connection broke.
#[cold]
pub(crate) fn in_login(failure: tokio_postgres::Error) -> Error {
    let broke = |cause: &io::Error| {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut, UnexpectedEof,
        };
        let broken = [
            BrokenPipe,
            ConnectionAborted,
            ConnectionReset,
            NotConnected,
            TimedOut,
            UnexpectedEof,
        ];
        broken.contains(&cause.kind())
    };
    let cause = failure
        .source()
        .and_then(|cause| cause.downcast_ref::<io::Error>());
    if failure.as_db_error().is_some() || failure.is_closed() || cause.is_some_and(broke) {
        return explain(failure);
    }
    // The driver's words name what is missing, and no password.
    let why = failure.source().map(ToString::to_string).unwrap_or_default();
    Error::new(ErrorKind::Auth, format!("the login failed: {why}")).with_source(failure)
}

/// Says what is known after a commit without an answer: nothing.
#[cold]
pub(crate) fn in_commit(error: Error) -> Error {
    if error.kind() != ErrorKind::ConnectionLost {
        return error;
    }
    let message = "whether the commit took effect is not known: the connection broke before the answer came";
    Error::new(ErrorKind::CommitUnknown, message)
        .with_outcome(Outcome::Unknown)
        .with_source(error)
}
