//! Aggregates of a column.

use super::Condition;
use super::column::{IntoOperand, Operand, column, described};
use crate::error::Result;
use crate::record::Table;
use crate::sql::SqlText;
use crate::value::ColumnType;
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
        let open = match self {
            Self::Count => "COUNT(",
            Self::CountDistinct => "COUNT(DISTINCT ",
            Self::Sum | Self::Avg => {
                return self.render_by_dialect(index, described.column_type, table, text);
            }
            Self::Min => "MIN(",
            Self::Max => "MAX(",
        };
        text.push(open);
        column(index, table, text)?;
        text.push(")");
        Ok(())
    }

    /// A sum or an average, whose types differ from database to database.
    fn render_by_dialect(
        self,
        index: usize,
        column_type: ColumnType,
        table: &Table,
        text: &mut SqlText,
    ) -> Result<()> {
        let dialect = text.dialect;
        let mut rendered = SqlText::new(dialect);
        column(index, table, &mut rendered)?;
        match self {
            Self::Avg => dialect.write_avg(column_type, &rendered.sql, &mut text.sql),
            _ => dialect.write_sum(column_type, &rendered.sql, &mut text.sql),
        }
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
