//! Aggregates of a column.

use super::Condition;
use super::column::{IntoOperand, Operand, column, described};
use crate::error::Result;
use crate::record::Table;
use crate::sql::SqlText;
use std::fmt;
use std::marker::PhantomData;

/// An aggregate of a column, to compare with in [`having`](crate::Grouped::having).
pub struct Aggregate<R, V> {
    function: Function,
    index: usize,
    types: PhantomData<fn() -> (R, V)>,
}

/// An aggregate function.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

impl Function {
    pub(super) fn render(self, index: usize, table: &Table, text: &mut SqlText) -> Result<()> {
        let described = described(index, table)?;
        let name = match self {
            Self::Count => "COUNT",
            Self::CountDistinct => "COUNT(DISTINCT ",
            Self::Sum => text.dialect.sum(described.column_type),
            Self::Avg => text.dialect.avg(described.column_type),
            Self::Min => "MIN",
            Self::Max => "MAX",
        };
        text.push(name);
        if self != Self::CountDistinct {
            text.push("(");
        }
        column(index, table, text)?;
        text.push(")");
        Ok(())
    }
}

impl<R, V> Aggregate<R, V> {
    pub(super) fn new(function: Function, index: usize) -> Self {
        Self {
            function,
            index,
            types: PhantomData,
        }
    }

    pub(super) fn parts(&self) -> (Function, usize) {
        (self.function, self.index)
    }

    fn operand(self) -> Operand {
        Operand::Aggregate(self.function, self.index)
    }

    fn compare(self, operator: &'static str, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::ordered(self.operand(), operator, other.into_operand())
    }

    /// `aggregate = value`, or `aggregate IS NULL` for `None`.
    pub fn eq(self, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::equal(self.operand(), other.into_operand(), true)
    }

    /// `aggregate <> value`, or `aggregate IS NOT NULL` for `None`.
    pub fn ne(self, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::equal(self.operand(), other.into_operand(), false)
    }

    /// `aggregate < value`
    pub fn lt(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" < ", other)
    }

    /// `aggregate <= value`
    pub fn le(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" <= ", other)
    }

    /// `aggregate > value`
    pub fn gt(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" > ", other)
    }

    /// `aggregate >= value`
    pub fn ge(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" >= ", other)
    }
}

impl<R, V> fmt::Debug for Aggregate<R, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Aggregate")
            .field("function", &self.function)
            .field("column", &self.index)
            .finish()
    }
}
