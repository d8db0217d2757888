//! Statements whose text and parameters can be changed.

use activerecord::{SqlValue, Statement};
use std::ops::Range;

/// A statement in hand.
pub(super) struct Text {
    pub(super) sql: String,
    pub(super) params: Vec<SqlValue<'static>>,
}

/// What ends a clause of the queries that the library writes.
const CLAUSES: [&str; 7] = [
    " WHERE ",
    " GROUP BY ",
    " HAVING ",
    " ORDER BY ",
    " LIMIT ",
    " OFFSET ",
    " RETURNING ",
];

impl Text {
    pub(super) fn new(sql: &str, params: &[SqlValue<'_>]) -> Self {
        Self {
            sql: sql.to_owned(),
            params: params.iter().map(|param| param.clone().into_owned()).collect(),
        }
    }

    pub(super) fn statement(&self) -> Statement<'_> {
        Statement::new(&self.sql, &self.params)
    }

    /// Replaces every occurrence of a text without placeholders.
    pub(super) fn replace(&mut self, from: &str, to: &str) {
        self.sql = self.sql.replace(from, to);
    }

    /// Takes a part of the text out, with the parameters that stand in it, and puts another in its place.
    pub(super) fn cut(&mut self, part: Range<usize>, instead: &str) {
        let first = placeholders(&self.sql[..part.start]);
        let count = placeholders(&self.sql[part.clone()]);
        self.params.drain(first..first + count);
        self.sql.replace_range(part, instead);
    }

    /// Takes a clause out.
    pub(super) fn drop_clause(&mut self, keyword: &str) {
        if let Some(part) = self.clause(keyword) {
            self.cut(part, "");
        }
    }

    /// Where a clause is, from its keyword to the next clause or the end of what it is in.
    pub(super) fn clause(&self, keyword: &str) -> Option<Range<usize>> {
        let start = self.sql.find(keyword)?;
        let body = start + keyword.len();
        let rest = &self.sql[body..];
        let next = CLAUSES.iter().filter_map(|clause| rest.find(clause)).min();
        let end = next.unwrap_or(rest.len()).min(closing(rest));
        Some(start..body + end)
    }

    /// The part from a position to the end of the parentheses around it.
    pub(super) fn rest_of_group(&self, start: usize, limit: usize) -> Range<usize> {
        start..limit.min(start + closing(&self.sql[start..]))
    }
}

/// The parenthesis that closes what is around the text, or its end.
fn closing(text: &str) -> usize {
    let mut depth = 0_i32;
    for (position, character) in text.char_indices() {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth < 0 {
            return position;
        }
    }
    text.len()
}

/// How many parameters a part of a text has.
fn placeholders(text: &str) -> usize {
    text.matches('?').count()
}
