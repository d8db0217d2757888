//! What a raw text begins with, as far as transactions are concerned.

use crate::error::{Error, ErrorKind, Result};

/// Refuses text that begins or ends a transaction: what is known of the transaction would no longer be true. A
/// savepoint of the program's own changes nothing of that. For backends, before a statement is sent.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported).
#[inline]
pub fn refuse_control(sql: &str) -> Result<()> {
    match controls_nothing(sql) {
        true => Ok(()),
        false => refuse_control_word(sql),
    }
}

/// Whether a text shows at a glance that it neither begins nor ends a transaction or a savepoint, as nearly all do. For
/// backends.
#[inline]
pub fn controls_nothing(sql: &str) -> bool {
    // One by one: a jump table is guessed wrong where texts take turns.
    let sql = sql.as_bytes();
    sql.starts_with(b"SELECT")
        || [b"INSERT", b"UPDATE", b"DELETE"]
            .iter()
            .any(|word| sql.starts_with(*word))
}

fn refuse_control_word(sql: &str) -> Result<()> {
    let (first, rest) = next_word(sql);
    let is = |word: &str| word.eq_ignore_ascii_case(first);
    let (second, _) = next_word(rest);
    let begins = is("BEGIN") || is("START") && second.eq_ignore_ascii_case("TRANSACTION");
    let ends = ["COMMIT", "END", "ABORT"].into_iter().any(is) || is("ROLLBACK") && !is_to_savepoint(rest);
    let prepares = is("PREPARE") && second.eq_ignore_ascii_case("TRANSACTION");
    if begins || ends || prepares {
        let message = "transactions are begun by `transaction` or `begin`, and ended by their own handle, not by raw SQL";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    if (is("SAVEPOINT") || is("RELEASE") || is("ROLLBACK")) && sql.to_ascii_lowercase().contains("ar_") {
        let message = "savepoints named `ar_..` are those of nested transactions; give this one another name";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

/// Whether what follows `ROLLBACK` goes back to a savepoint.
fn is_to_savepoint(rest: &str) -> bool {
    let (word, rest) = next_word(rest);
    let word = match ["TRANSACTION", "WORK"]
        .iter()
        .any(|noise| noise.eq_ignore_ascii_case(word))
    {
        true => next_word(rest).0,
        false => word,
    };
    word.eq_ignore_ascii_case("TO")
}

/// The first word of a statement, behind spaces and comments. For backends.
pub fn first_word(sql: &str) -> &str {
    next_word(sql).0
}

/// Whether a text begins as one that gives rows and does nothing else.
#[cfg(feature = "native")]
pub(crate) fn begins_as_read(sql: &str) -> bool {
    ["SELECT", "VALUES"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(first_word(sql)))
}

/// The next word and what follows it, behind all that databases skip: spaces, comments, a byte order mark and
/// semicolons without a statement.
fn next_word(sql: &str) -> (&str, &str) {
    let skipped = |character: char| character.is_whitespace() || character == ';' || character == '\u{feff}';
    let mut rest = sql.trim_start_matches(skipped);
    while let Some(behind) = behind_comment(rest) {
        rest = behind.trim_start_matches(skipped);
    }
    let end = rest.find(|character: char| !character.is_ascii_alphabetic());
    rest.split_at(end.unwrap_or(rest.len()))
}

/// What follows the comment that a text starts with, to whichever database it is one.
fn behind_comment(text: &str) -> Option<&str> {
    let behind = |end: &str| text.split_once(end).map_or("", |(_, behind)| behind);
    // MySQL and MariaDB run what is in these, behind the number of a version.
    if let Some(inside) = ["/*!", "/*M!"].iter().find_map(|open| text.strip_prefix(open)) {
        return Some(inside.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    match text.as_bytes() {
        [b'-', b'-', ..] | [b'#', ..] => Some(behind("\n")),
        // Some databases nest comments, so the end of one may be left over.
        [b'/', b'*', ..] | [b'*', b'/', ..] => Some(behind("*/")),
        _ => None,
    }
}
