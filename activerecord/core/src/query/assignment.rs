//! What `update_all` sets.

use super::column::{Operand, described};
use crate::error::{Error, ErrorKind, Result};
use crate::record::Table;
use crate::sql::SqlText;
use std::fmt;
use std::marker::PhantomData;

/// One `column = value` of an update.
pub struct Assignment<R> {
    column: usize,
    value: Operand,
    /// Whether the value is added to the column.
    added: bool,
    record: PhantomData<fn() -> R>,
}

impl<R> Assignment<R> {
    pub(super) fn set(column: usize, value: Operand) -> Self {
        Self {
            column,
            value,
            added: false,
            record: PhantomData,
        }
    }

    pub(super) fn increment(column: usize, value: Operand) -> Self {
        Self {
            column,
            value,
            added: true,
            record: PhantomData,
        }
    }

    /// Whether it reads a column that another one sets.
    fn reads(&self, other: &Self) -> bool {
        matches!(self.value, Operand::Column(column) if column == other.column) && self.column != other.column
    }

    pub(super) fn render(self, table: &Table, text: &mut SqlText) -> Result<()> {
        let described = described(self.column, table)?;
        text.name(described.name).push(" = ");
        if !self.added {
            return self.value.render(table, text);
        }
        if self.value.is_null() {
            return Err(Error::invalid(format!(
                "`increment` of `{}` by null; `set` it to null if that is meant",
                described.name
            )));
        }
        let [open, plus, close] = text.dialect.addition(described.column_type);
        text.push(open).name(described.name).push(plus);
        self.value.render(table, text)?;
        text.push(close);
        Ok(())
    }
}

/// Orders assignments so that each reads the row as it was, where the database makes them one after the other.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported) where no order does so.
pub(super) fn in_turn<R>(mut set: Vec<Assignment<R>>) -> Result<Vec<Assignment<R>>> {
    let mut ordered = Vec::with_capacity(set.len());
    while !set.is_empty() {
        // One whose column no other still has to read.
        let unread = |at: &usize| !set.iter().any(|other| other.reads(&set[*at]));
        let next = (0..set.len()).find(unread).ok_or_else(circular)?;
        ordered.push(set.remove(next));
    }
    Ok(ordered)
}

#[cold]
fn circular() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "this database assigns one column after the other, so columns cannot be set to each other's values in one \
         update; keep one of the values elsewhere in between",
    )
}

impl<R> fmt::Debug for Assignment<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Assignment")
            .field("column", &self.column)
            .field("value", &self.value)
            .finish()
    }
}

/// One assignment or several, as a tuple, an array or a `Vec`.
pub trait IntoAssignments<R> {
    /// Gives them in their order.
    fn into_assignments(self) -> Vec<Assignment<R>>;
}

impl<R> IntoAssignments<R> for Assignment<R> {
    fn into_assignments(self) -> Vec<Self> {
        vec![self]
    }
}

impl<R> IntoAssignments<R> for Vec<Assignment<R>> {
    fn into_assignments(self) -> Self {
        self
    }
}

impl<R, const N: usize> IntoAssignments<R> for [Assignment<R>; N] {
    fn into_assignments(self) -> Vec<Assignment<R>> {
        self.into()
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<R, $($name: IntoAssignments<R>),+> IntoAssignments<R> for ($($name,)+) {
            fn into_assignments(self) -> Vec<Assignment<R>> {
                #[expect(non_snake_case, reason = "a variable is named as its type parameter")]
                let ($($name,)+) = self;
                let mut all = Vec::new();
                $(all.extend($name.into_assignments());)+
                all
            }
        }
    };
}

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
