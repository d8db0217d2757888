//! What `update_all` sets.

use super::column::{Operand, described};
use crate::error::{Error, Result};
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
