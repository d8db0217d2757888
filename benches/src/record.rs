//! The record, and what is done with it.

use activerecord::prelude::*;
use std::fmt::Debug;

/// The record of the benchmarks: three columns, as in diesel's own suite.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "users")]
pub struct User {
    /// The key.
    #[record(primary_key, generated)]
    pub id: i64,
    /// A name.
    pub name: String,
    /// A colour that may be unknown.
    pub hair_color: Option<String>,
}

impl User {
    /// The `number`th user, unsaved.
    pub fn numbered(number: i64) -> Self {
        Self {
            id: 0,
            name: format!("User {number}"),
            hair_color: Some("brown".into()),
        }
    }
}

/// The same for the bare drivers.
#[derive(Debug, Clone, PartialEq)]
pub struct RawUser {
    /// The key.
    pub id: i64,
    /// A name.
    pub name: String,
    /// A colour that may be unknown.
    pub hair_color: Option<String>,
}

/// The columns as drivers give them.
impl From<(i64, String, Option<String>)> for RawUser {
    fn from((id, name, hair_color): (i64, String, Option<String>)) -> Self {
        Self { id, name, hair_color }
    }
}

/// How many rows the table of the read benchmarks has.
pub const ROWS: i64 = 10_000;

/// What an update changes a row to, in turns.
pub const COLORS: [&str; 2] = ["black", "brown"];

/// A key that walks over the table.
#[inline]
pub fn next(key: &mut i64) -> i64 {
    *key = (*key + 7919) % ROWS;
    *key + 1
}

/// The value of a step that a benchmark cannot go on without.
///
/// # Panics
///
/// Where there is none: a benchmark that fails has no figure.
pub fn must<T, E: Debug>(result: std::result::Result<T, E>) -> T {
    #[expect(clippy::unwrap_used, reason = "a benchmark that fails has no figure")]
    result.unwrap()
}
