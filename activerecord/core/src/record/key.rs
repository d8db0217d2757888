//! Which row is meant: a key or a condition.

use super::Record;
use crate::query::Condition;
use crate::value::SqlValue;

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
    /// The key of one column.
    Key([SqlValue<'static>; 1]),
    /// The key of several columns, in the order of the fields.
    Composite(Vec<SqlValue<'static>>),
    /// A condition; the first row in the order of the key is meant.
    Condition(Condition<R>),
}

impl<R: Record> IntoKey<R> for Condition<R> {
    fn into_lookup(self) -> Lookup<R> {
        Lookup::Condition(self)
    }
}
