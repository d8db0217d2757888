//! A statement as it goes to a driver.

use crate::value::SqlValue;

/// SQL text and its parameters, borrowed from the operation that owns them.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The text, a function of the query's shape alone.
    pub sql: &'a str,
    /// The values, in the order of their placeholders.
    pub params: &'a [SqlValue<'a>],
}

impl<'a> Statement<'a> {
    /// Puts a text and its parameters together.
    pub fn new(sql: &'a str, params: &'a [SqlValue<'a>]) -> Self {
        Self { sql, params }
    }
}

/// What a statement that returns no rows did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// The rows inserted, changed or deleted.
    pub rows: u64,
    /// The key that the database last generated on this connection, where it tells.
    pub key: Option<i64>,
    /// Whether triggers wrote further rows, so that the keys of several rows need not be consecutive.
    pub triggered: bool,
}
