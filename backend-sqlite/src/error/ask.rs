//! What the database is asked after an error whose code does not tell enough.
//!
//! SQLite has one code for a misspelt keyword, a missing table, a missing column and a sum that overflows. Its schema
//! and its own parser tell them apart.

use super::tokens::{Token, tokens};
use activerecord_core::ErrorKind;
use rusqlite::{Connection, Error, Result};

/// Classifies an error of code 1.
pub(super) fn what_failed(connection: &Connection, sql: &str, failure: &Error) -> ErrorKind {
    if tokens(sql).first().is_some_and(|(first, _)| first.is("PRAGMA")) {
        // A pragma may take effect where it is only prepared, so it is not tried again.
        return ErrorKind::Syntax;
    }
    if let Error::SqlInputError { sql, offset, .. } = failure {
        let missing = usize::try_from(*offset).is_ok_and(|offset| is_missing_column(connection, sql, offset));
        return if missing {
            ErrorKind::UndefinedColumn
        } else {
            ErrorKind::Syntax
        };
    }
    let tokens: Vec<_> = tokens(sql).into_iter().map(|(token, _)| token).collect();
    if tables(&tokens).iter().any(|name| !is_table(connection, name)) {
        return ErrorKind::UndefinedTable;
    }
    if targets(&tokens)
        .iter()
        .any(|name| !is_column(connection, &tokens, name))
    {
        return ErrorKind::UndefinedColumn;
    }
    match functions(connection, sql) {
        Err(_) => ErrorKind::Syntax,
        Ok(functions) if may_only_overflow(&functions) => ErrorKind::OutOfRange,
        Ok(_) => ErrorKind::Other,
    }
}

/// Classifies what a trigger raised: `ON DELETE RESTRICT` is one inside SQLite, so where no trigger of the user's
/// own raises anything it was a foreign key.
pub(super) fn what_a_trigger_refused(connection: &Connection) -> ErrorKind {
    let raising = "SELECT 1 FROM (SELECT type, sql FROM sqlite_schema UNION ALL SELECT type, sql FROM sqlite_temp_schema) \
                   WHERE type = 'trigger' AND sql LIKE '%raise%'";
    if exists(connection, raising, &[]) {
        ErrorKind::Other
    } else {
        ErrorKind::ForeignKeyViolation
    }
}

/// Whether the name at this place is one of a column that does not exist: it is no function, SQLite's parser takes
/// another expression in its place, and no table of the statement has it.
fn is_missing_column(connection: &Connection, sql: &str, offset: usize) -> bool {
    let Some((before, rest)) = sql.split_at_checked(offset) else {
        return false;
    };
    let found = tokens(rest);
    let mut parts = 1;
    while found
        .get(parts)
        .is_some_and(|(token, _)| *token == Token::Sign(b'.'))
    {
        parts += 2;
    }
    let Some((Some(name), end)) = found.get(parts - 1).map(|(token, end)| (token.name(), *end)) else {
        return false;
    };
    let is_function = found
        .get(parts)
        .is_some_and(|(token, _)| *token == Token::Sign(b'('));
    let mentioned: Vec<_> = tokens(sql).into_iter().map(|(token, _)| token).collect();
    let is_ambiguous = parts == 1 && is_column(connection, &mentioned, name);
    !is_function && !is_ambiguous && takes_expression(connection, before, &rest[end..])
}

/// Whether SQLite's parser takes an expression here. Nothing is run.
fn takes_expression(connection: &Connection, before: &str, behind: &str) -> bool {
    match connection.prepare(&format!("{before}NULL{behind}")) {
        Err(Error::SqlInputError { offset, .. }) => usize::try_from(offset) != Ok(before.len()),
        _ => true,
    }
}

/// The tables that a statement names, without those that it makes itself.
fn tables<'a>(tokens: &'a [Token<'_>]) -> Vec<&'a str> {
    let names = (1..tokens.len()).filter(|&at| stands_before_table(tokens, at - 1));
    let names = names.filter_map(|at| table_at(tokens, at));
    names.filter(|name| !is_made_here(tokens, name)).collect()
}

fn stands_before_table(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |keyword| at > 0 && tokens[at - 1].is(keyword);
    let keyword = &tokens[at];
    keyword.is("FROM") && !before("DISTINCT")
        || ["JOIN", "INTO", "UPDATE"].iter().any(|word| keyword.is(word))
        || keyword.is("TABLE") && (before("ALTER") || before("DROP"))
}

/// The name of a table here; `DO UPDATE SET`, a subquery and a function have none.
fn table_at<'a>(tokens: &'a [Token<'_>], at: usize) -> Option<&'a str> {
    // UPDATE OR IGNORE
    let at = if tokens.get(at)?.is("OR") { at + 2 } else { at };
    let at = if tokens.get(at + 1) == Some(&Token::Sign(b'.')) {
        at + 2
    } else {
        at
    };
    let is_function =
        tokens.get(at + 1) == Some(&Token::Sign(b'(')) && !tokens.get(at.wrapping_sub(1))?.is("INTO");
    let name = tokens.get(at).filter(|name| !is_function && !name.is("SET"))?;
    name.name()
}

/// Whether a `WITH` gives this name to a query.
fn is_made_here(tokens: &[Token<'_>], name: &str) -> bool {
    let named = |token: &Token<'_>| token.name().is_some_and(|other| other.eq_ignore_ascii_case(name));
    tokens.iter().any(|token| token.is("WITH"))
        && tokens.windows(2).any(|pair| {
            let begins = pair[0].is("WITH") || pair[0].is("RECURSIVE");
            begins && named(&pair[1]) || named(&pair[0]) && pair[1].is("AS")
        })
}

/// The columns that an `INSERT` or an `UPDATE` writes to.
fn targets<'a>(tokens: &'a [Token<'_>]) -> Vec<&'a str> {
    let listed = tokens
        .iter()
        .position(|token| token.is("INTO"))
        .map_or(&[][..], |at| column_list(&tokens[at..]));
    let set = tokens.windows(3).filter(|three| {
        (three[0].is("SET") || three[0] == Token::Sign(b',')) && three[2] == Token::Sign(b'=')
    });
    let set = set.filter_map(|three| three[1].name());
    listed.iter().filter_map(Token::name).chain(set).collect()
}

/// What stands in the parentheses behind the table of an `INSERT`.
fn column_list<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let table = if tokens.get(2) == Some(&Token::Sign(b'.')) {
        3
    } else {
        1
    };
    let end = tokens.iter().position(|token| *token == Token::Sign(b')'));
    match (tokens.get(table + 1), end) {
        (Some(Token::Sign(b'(')), Some(end)) => tokens.get(table + 2..end).unwrap_or_default(),
        _ => &[],
    }
}

fn is_table(connection: &Connection, name: &str) -> bool {
    exists(
        connection,
        "SELECT 1 FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE",
        &[name],
    )
}

/// Whether a table that the statement names has this column.
fn is_column(connection: &Connection, tokens: &[Token<'_>], column: &str) -> bool {
    let row_number = ["rowid", "oid", "_rowid_"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(column));
    let sql = "SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE";
    row_number
        || tokens
            .iter()
            .filter_map(Token::name)
            .any(|table| exists(connection, sql, &[table, column]))
}

fn exists(connection: &Connection, sql: &str, params: &[&str]) -> bool {
    let found = connection.prepare_cached(sql);
    found
        .and_then(|mut found| found.exists(rusqlite::params_from_iter(params)))
        .unwrap_or(false)
}

/// The functions that a statement calls, by its program; an error where it cannot even be prepared.
fn functions(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut program = connection.prepare(&format!("EXPLAIN {sql}"))?;
    // Its parameters stay unbound: nothing is run.
    let steps = program
        .raw_query()
        .mapped(|step| Ok((step.get("opcode")?, step.get("p4")?)));
    let steps: Vec<(String, Option<String>)> = steps.collect::<Result<_>>()?;
    let calls = steps
        .into_iter()
        .filter(|(opcode, _)| opcode.contains("Func") || opcode == "AggStep");
    Ok(calls.filter_map(|(_, function)| function).collect())
}

/// Whether the one thing that can go wrong in these functions is an integer that grows too large.
fn may_only_overflow(functions: &[String]) -> bool {
    const HARMLESS: [&str; 14] = [
        "count",
        "min",
        "max",
        "avg",
        "total",
        "sum",
        "abs",
        "glob",
        "lower",
        "upper",
        "length",
        "ifnull",
        "coalesce",
        "activerecord_fold",
    ];
    let names = || {
        functions
            .iter()
            .map(|called| called.split_once('(').map_or(&**called, |(name, _)| name))
    };
    names().any(|name| name == "sum" || name == "abs") && names().all(|name| HARMLESS.contains(&name))
}
