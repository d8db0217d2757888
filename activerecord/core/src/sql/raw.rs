//! Raw SQL: text that the program's author wrote, with `?` for its parameters.

use super::{Dialect, SqlText};
use crate::error::{Error, Result};
use crate::value::SqlValue;
use std::borrow::Cow;

/// Marks SQL text that was put together at run time as safe: its author vouches for it.
///
/// Values belong into parameters. What cannot be one (the name of a table chosen at run time) goes through here,
/// so that one search finds every such place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertSafe<S>(pub S);

/// SQL text: a literal in the program, or one that is vouched for by [`AssertSafe`].
#[diagnostic::on_unimplemented(
    message = "raw SQL must be a literal, not `{Self}`",
    note = "pass values as parameters; text put together at run time goes through `AssertSafe(text)`"
)]
pub trait IntoSql {
    /// Gives the text.
    fn into_sql(self) -> Cow<'static, str>;
}

impl IntoSql for &'static str {
    fn into_sql(self) -> Cow<'static, str> {
        Cow::Borrowed(self)
    }
}

impl IntoSql for AssertSafe<String> {
    fn into_sql(self) -> Cow<'static, str> {
        Cow::Owned(self.0)
    }
}

impl IntoSql for AssertSafe<&'static str> {
    fn into_sql(self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }
}

/// A raw fragment with its parameters.
#[derive(Debug, Clone)]
pub(crate) struct RawSql {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) params: Vec<SqlValue<'static>>,
}

impl RawSql {
    /// Appends the fragment, its `?` rewritten to the dialect's placeholders; those inside literals, quoted
    /// identifiers and comments stay.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) where placeholders and parameters differ in number, or where a
    /// literal or comment does not end (it would swallow the rest of the statement).
    pub(crate) fn render(self, text: &mut SqlText) -> Result<()> {
        let given = self.params.len();
        let mut params = self.params.into_iter();
        let mut rest = &*self.sql;
        while let Some(at) = rest.find(['?', '\'', '"', '`', '[', '-', '/']) {
            text.push(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix('?') {
                if after.starts_with(|next: char| next.is_ascii_digit()) {
                    return Err(numbered(&self.sql));
                }
                let value = params.next().ok_or_else(|| count_error(&self.sql, given))?;
                text.bind(value);
                rest = after;
                continue;
            }
            let length = verbatim(rest).ok_or_else(|| unended(&self.sql))?;
            text.push(&rest[..length]);
            rest = &rest[length..];
        }
        text.push(rest);
        match params.next() {
            Some(_) => Err(count_error(&self.sql, given)),
            None => Ok(()),
        }
    }

    pub(crate) fn into_text(self, dialect: &'static dyn Dialect) -> Result<SqlText> {
        let mut text = SqlText::new(dialect);
        self.render(&mut text)?;
        Ok(text)
    }
}

/// The length of the literal, identifier or comment that starts here, or of the one character that starts none;
/// `None` where it does not end.
fn verbatim(text: &str) -> Option<usize> {
    let ended = |from: usize, end: &str| text[from..].find(end).map(|at| from + at + end.len());
    match text.as_bytes() {
        // A doubled quote ends one literal and starts the next, which reads the same.
        [quote @ (b'\'' | b'"' | b'`'), ..] => ended(1, char::from(*quote).encode_utf8(&mut [0; 4])),
        [b'[', ..] => ended(1, "]").or(Some(1)),
        [b'-', b'-', ..] => ended(2, "\n"),
        [b'/', b'*', ..] => ended(2, "*/"),
        _ => Some(1),
    }
}

#[cold]
fn count_error(sql: &str, given: usize) -> Error {
    Error::invalid(format!(
        "`{sql}` has another number of placeholders `?` than the {given} parameters given"
    ))
}

#[cold]
fn numbered(sql: &str) -> Error {
    Error::invalid(format!(
        "`{sql}` has a numbered placeholder; write `?` for each parameter, in their order"
    ))
}

#[cold]
fn unended(sql: &str) -> Error {
    Error::invalid(format!("a quote or comment in `{sql}` does not end"))
}
