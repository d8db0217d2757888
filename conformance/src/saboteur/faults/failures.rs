//! Faults of what is told of a failure.

use crate::saboteur::fault::Fault;
use crate::saboteur::fault::Sabotage::Failure;
use activerecord::{Error, ErrorKind, Result, Violation};

const ERRORS: &[&str] = &["errors", "crud", "tracking"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::new(
        "a unique violation has no kind",
        ERRORS,
        Failure(unique_without_kind),
    ),
    Fault::new("a violation names no columns", ERRORS, Failure(without_columns)),
    Fault::new("a violation names no table", ERRORS, Failure(without_violation)),
    Fault::new(
        "a foreign key violation is ignored",
        ERRORS,
        Failure(foreign_key_ignored),
    ),
    Fault::new(
        "a null in a column that takes none is a check",
        ERRORS,
        Failure(null_as_check),
    ),
    Fault::new(
        "every violation is one of a unique column",
        ERRORS,
        Failure(always_unique),
    ),
    Fault::new(
        "a conflict is said to be hopeless",
        &["errors", "transactions"],
        Failure(hopeless),
    ),
    Fault::new(
        "a missing table has no kind",
        ERRORS,
        Failure(missing_without_kind),
    ),
    Fault::new("the database's code is lost", ERRORS, Failure(without_code)),
];

/// The same failure with another kind and what it says of the violation.
fn of_kind(kind: ErrorKind, error: &Error) -> Error {
    let told = Error::new(kind, error.to_string()).with_outcome(error.outcome());
    let told = match error.code() {
        Some(code) => told.with_code(code),
        None => told,
    };
    match error.violation() {
        Some(violation) => told.with_violation(violation.clone()),
        None => told,
    }
}

fn changed(error: Error, from: ErrorKind, to: ErrorKind) -> Result<()> {
    if error.kind() == from {
        return Err(of_kind(to, &error));
    }
    Err(error)
}

fn unique_without_kind(error: Error) -> Result<()> {
    changed(error, ErrorKind::UniqueViolation, ErrorKind::Other)
}

fn without_columns(error: Error) -> Result<()> {
    let Some(violation) = error.violation().cloned() else {
        return Err(error);
    };
    let columns = Vec::new();
    Err(error.with_violation(Violation { columns, ..violation }))
}

fn without_violation(error: Error) -> Result<()> {
    match error.violation() {
        Some(_) => Err(Error::new(error.kind(), error.to_string()).with_outcome(error.outcome())),
        None => Err(error),
    }
}

fn foreign_key_ignored(error: Error) -> Result<()> {
    match error.kind() {
        ErrorKind::ForeignKeyViolation => Ok(()),
        _ => Err(error),
    }
}

fn null_as_check(error: Error) -> Result<()> {
    changed(error, ErrorKind::NotNullViolation, ErrorKind::CheckViolation)
}

fn always_unique(error: Error) -> Result<()> {
    if error.kind().is_violation() {
        return Err(of_kind(ErrorKind::UniqueViolation, &error));
    }
    Err(error)
}

fn hopeless(error: Error) -> Result<()> {
    if error.kind().is_conflict() {
        return Err(of_kind(ErrorKind::Other, &error));
    }
    Err(error)
}

fn missing_without_kind(error: Error) -> Result<()> {
    changed(error, ErrorKind::UndefinedTable, ErrorKind::Other)
}

fn without_code(error: Error) -> Result<()> {
    let told = Error::new(error.kind(), error.to_string()).with_outcome(error.outcome());
    Err(match error.violation() {
        Some(violation) => told.with_violation(violation.clone()),
        None => told,
    })
}
