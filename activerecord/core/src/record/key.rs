//! Which row is meant: a key or a condition.

use super::Record;
use crate::query::Condition;
use crate::value::SqlValue;
use smallvec::SmallVec;

/// What `find`, `find_one` and `exists` look for: the record's own key type, or a [`Condition`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the primary key of `{R}`",
    label = "neither the key's type nor a condition",
    note = "pass the key (a tuple for a composite one, in the order of the fields), or a condition from \
            `{R}::columns()`"
)]
pub trait IntoKey<R> {
    /// Gives what to look for.
    fn into_lookup(self) -> Lookup<R>;
}

/// A key or a condition.
#[derive(Debug)]
#[non_exhaustive]
pub enum Lookup<R> {
    /// The key's columns, in the order of the fields.
    Key(SmallVec<[SqlValue<'static>; 2]>),
    /// A condition; the first row in the order of the key is meant.
    Condition(Condition<R>),
}

impl<R> Lookup<R> {
    /// A key of one column, for the derive. It is written once, where it stays.
    #[doc(hidden)]
    #[inline]
    pub fn by_cell(cell: SqlValue<'static>) -> Self {
        Self::Key(SmallVec::from_buf_and_len([cell, SqlValue::Null], 1))
    }

    /// A key by its cells, for the derive.
    #[doc(hidden)]
    #[inline]
    pub fn by_key<const COLUMNS: usize>(cells: [SqlValue<'static>; COLUMNS]) -> Self {
        Self::Key(cells.into_iter().collect())
    }
}

impl<R: Record> IntoKey<R> for Condition<R> {
    fn into_lookup(self) -> Lookup<R> {
        Lookup::Condition(self)
    }
}
