//! A statement, up to its first row.

use super::Server;
use super::statements::Statements;
use crate::error::{Failure, is_stale, is_unpreparable};
use crate::value::encode;
use crate::wire::{Prepared, Wire};
use activerecord_core::{Error, Statement, first_word};
use mysql_common::named_params::ParsedNamedParams;

/// Why a statement has no answer.
pub(super) enum Stopped {
    /// It was not sent.
    Refused(Error),
    /// The server did not accept it, so nothing of it was run.
    Unread(Failure),
    /// It was run, or may have been.
    Failed(Failure),
}

/// Runs a statement up to its first row, which is left to be read.
///
/// # Cancel safety
///
/// Dropped, it leaves the driver in the middle of an answer, and the driver says so.
pub(super) async fn start<W: Wire>(
    wire: &mut W,
    statement: &Statement<'_>,
    server: &Server,
    statements: &Statements<W::Prepared>,
    effect_alone: bool,
) -> Result<(), Stopped> {
    match try_once(wire, statement, server, statements).await {
        Err(Stopped::Unread(failure)) if is_stale(&failure) => {
            try_once(wire, statement, server, statements).await
        }
        Err(Stopped::Unread(failure))
            if is_unpreparable(&failure) && effect_alone && statement.params.is_empty() =>
        {
            // The server has read the whole text as one statement before it says so.
            wire.query(statement.sql).await.map_err(Stopped::Failed)
        }
        ended => ended,
    }
}

/// Prepares a statement, unless it was kept, and runs it.
async fn try_once<W: Wire>(
    wire: &mut W,
    statement: &Statement<'_>,
    server: &Server,
    statements: &Statements<W::Prepared>,
) -> Result<(), Stopped> {
    let values = encode(statement, server).map_err(Stopped::Refused)?;
    let prepared = match statements.get(statement.sql) {
        Some(prepared) => prepared,
        None => prepare(wire, statement.sql, statements).await?,
    };
    // The driver would close the connection over it.
    if usize::from(prepared.params()) != values.len() {
        return Err(Stopped::Refused(miscounted(prepared.params(), values.len())));
    }
    match wire.execute(&prepared, values).await {
        Ok(()) => Ok(()),
        Err(failure) if is_stale(&failure) => {
            statements.forget(statement.sql);
            wire.close(prepared).await.map_err(Stopped::Unread)?;
            Err(Stopped::Unread(failure))
        }
        Err(failure) => Err(Stopped::Failed(failure)),
    }
}

/// Prepares a statement and keeps it.
async fn prepare<W: Wire>(
    wire: &mut W,
    sql: &str,
    statements: &Statements<W::Prepared>,
) -> Result<W::Prepared, Stopped> {
    refuse_names(sql)?;
    let prepared = wire.prepare(sql).await.map_err(Stopped::Unread)?;
    if let Some(left_out) = statements.keep(sql, prepared.clone()) {
        wire.close(left_out).await.map_err(Stopped::Unread)?;
    }
    Ok(prepared)
}

/// `mysql_async` would take `:name` for a parameter, and rewrite the text; both modes take the same texts.
fn refuse_names(sql: &str) -> Result<(), Stopped> {
    if !sql.contains(':') {
        return Ok(());
    }
    match ParsedNamedParams::parse(sql.as_bytes()) {
        Ok(parsed) if parsed.params().is_empty() => Ok(()),
        _ => Err(Stopped::Refused(named())),
    }
}

#[cold]
fn named() -> Error {
    Error::invalid(
        "a `:` in front of a lower-case letter would be read as a parameter by name; write `?` for each parameter, and \
         pass text with such a colon as a parameter",
    )
}

#[cold]
fn miscounted(expected: u16, given: usize) -> Error {
    Error::invalid(format!(
        "the statement has {expected} parameters, {given} were given"
    ))
}

/// Whether a statement begins as one that has no effect beside its rows.
pub(crate) fn only_reads(sql: &str) -> bool {
    ["SELECT", "SHOW", "VALUES", "TABLE", "EXPLAIN", "DESCRIBE", "DESC"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(first_word(sql)))
}
