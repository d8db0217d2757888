//! Typed columns, and what they are compared with.

use super::aggregate::Function;
use super::condition::Node;
use super::{Aggregate, Assignment, Condition, Order};
use crate::error::{Error, Result};
use crate::record::{Record, Table};
use crate::sql::{SqlText, TextMatch};
use crate::value::{ColumnType, Numeric, SqlValue, Value};
use std::fmt;
use std::marker::PhantomData;

/// A column of a record, with the type of its values.
pub struct TypedColumn<R, V> {
    index: usize,
    types: PhantomData<fn() -> (R, V)>,
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub enum Operand {
    /// A column of the record, by position.
    Column(usize),
    /// A value.
    Value(SqlValue<'static>),
    /// An aggregate of a column, in `having`.
    #[doc(hidden)]
    Aggregate(Function, usize),
}

/// What a column can be compared with: its own type, a null for a column that may be null, `&str` for text, or
/// another column of the same type.
#[diagnostic::on_unimplemented(
    message = "a column of `{V}` cannot be compared with `{Self}`",
    label = "another type than the column's",
    note = "compare with a value of the column's own type"
)]
pub trait IntoOperand<V> {
    /// Gives the side of the comparison.
    fn into_operand(self) -> Operand;
}

impl<V: Value> IntoOperand<V> for V {
    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value().into_owned())
    }
}

impl<V: Value> IntoOperand<Option<V>> for V {
    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value().into_owned())
    }
}

impl IntoOperand<String> for &str {
    fn into_operand(self) -> Operand {
        Operand::Value(SqlValue::Text(self.to_owned().into()))
    }
}

impl IntoOperand<Option<String>> for &str {
    fn into_operand(self) -> Operand {
        IntoOperand::<String>::into_operand(self)
    }
}

impl<V: Value> IntoOperand<V> for &V {
    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value().into_owned())
    }
}

impl<V: Value> IntoOperand<Option<V>> for &V {
    fn into_operand(self) -> Operand {
        Operand::Value(self.to_value().into_owned())
    }
}

impl<R, V> IntoOperand<V> for TypedColumn<R, V> {
    fn into_operand(self) -> Operand {
        Operand::Column(self.index)
    }
}

impl Operand {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Value(SqlValue::Null))
    }

    pub(crate) fn render(self, table: &Table, text: &mut SqlText) -> Result<()> {
        match self {
            Self::Value(value) => {
                text.bind(value);
            }
            Self::Column(index) => column(index, table, text)?,
            Self::Aggregate(function, index) => function.render(index, table, text)?,
        }
        Ok(())
    }
}

/// Appends a column as it is compared and ordered.
pub(super) fn column(index: usize, table: &Table, text: &mut SqlText) -> Result<()> {
    let column = described(index, table)?;
    let collation = text.dialect.collation(column.column_type);
    text.name(column.name).push(collation);
    Ok(())
}

/// The column's description; a position comes from the derive, which counts right.
pub(super) fn described(index: usize, table: &Table) -> Result<&'static crate::record::Column> {
    table
        .columns
        .get(index)
        .ok_or_else(|| Error::invalid(format!("`{}` has no column {index}", table.name)))
}

impl<R, V> TypedColumn<R, V> {
    /// Names a column by its position; the derive calls it.
    pub const fn new(index: usize) -> Self {
        Self {
            index,
            types: PhantomData,
        }
    }

    pub(crate) fn index(self) -> usize {
        self.index
    }

    fn compare(self, operator: &'static str, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::ordered(Operand::Column(self.index), operator, other.into_operand())
    }

    /// `column = value`, or `column IS NULL` for `None`.
    pub fn eq(self, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::equal(Operand::Column(self.index), other.into_operand(), true)
    }

    /// `column <> value`, or `column IS NOT NULL` for `None`. A column that is null meets neither this nor
    /// [`eq`](TypedColumn::eq) of a value.
    pub fn ne(self, other: impl IntoOperand<V>) -> Condition<R> {
        Condition::equal(Operand::Column(self.index), other.into_operand(), false)
    }

    /// `column < value`
    pub fn lt(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" < ", other)
    }

    /// `column <= value`
    pub fn le(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" <= ", other)
    }

    /// `column > value`
    pub fn gt(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" > ", other)
    }

    /// `column >= value`
    pub fn ge(self, other: impl IntoOperand<V>) -> Condition<R> {
        self.compare(" >= ", other)
    }

    /// `column BETWEEN low AND high`, both included.
    pub fn between(self, low: impl IntoOperand<V>, high: impl IntoOperand<V>) -> Condition<R> {
        match (low.into_operand(), high.into_operand()) {
            (Operand::Value(low), Operand::Value(high)) if !low.is_null() && !high.is_null() => {
                Condition::new(Node::Between(Operand::Column(self.index), low, high))
            }
            _ => Condition::new(Node::Invalid("`between` needs two values that are not null")),
        }
    }

    /// `column IN (values)`; no row for an empty list.
    pub fn in_list<I: IntoOperand<V>>(self, values: impl IntoIterator<Item = I>) -> Condition<R> {
        self.list(values, true)
    }

    /// `column NOT IN (values)`; every row for an empty list.
    pub fn not_in_list<I: IntoOperand<V>>(self, values: impl IntoIterator<Item = I>) -> Condition<R> {
        self.list(values, false)
    }

    fn list<I: IntoOperand<V>>(self, values: impl IntoIterator<Item = I>, within: bool) -> Condition<R> {
        let values = values.into_iter().map(|value| match value.into_operand() {
            Operand::Value(value) => Some(value),
            Operand::Column(_) | Operand::Aggregate(..) => None,
        });
        Condition::new(values.collect::<Option<Vec<_>>>().map_or(
            Node::Invalid("a list to compare with holds values, not columns"),
            |values| Node::In(Operand::Column(self.index), values, within),
        ))
    }

    fn null(self, null: bool) -> Condition<R> {
        Condition::new(Node::Null(Operand::Column(self.index), null))
    }

    /// `column IS NULL`
    pub fn is_null(self) -> Condition<R> {
        self.null(true)
    }

    /// `column IS NOT NULL`
    pub fn is_not_null(self) -> Condition<R> {
        self.null(false)
    }

    /// Ascending; nulls come first, on every database.
    pub fn asc(self) -> Order<R> {
        Order::new(self.index, false)
    }

    /// Descending; nulls come last, on every database.
    pub fn desc(self) -> Order<R> {
        Order::new(self.index, true)
    }

    /// `COUNT(column)`: the rows where it is not null.
    pub fn count(self) -> Aggregate<R, i64> {
        Aggregate::new(Function::Count, self.index)
    }

    /// `COUNT(DISTINCT column)`
    pub fn count_distinct(self) -> Aggregate<R, i64> {
        Aggregate::new(Function::CountDistinct, self.index)
    }

    /// `MIN(column)`
    pub fn min(self) -> Aggregate<R, V> {
        Aggregate::new(Function::Min, self.index)
    }

    /// `MAX(column)`
    pub fn max(self) -> Aggregate<R, V> {
        Aggregate::new(Function::Max, self.index)
    }
}

impl<R, V: Value> TypedColumn<R, V> {
    /// `SET column = value`, for [`update_all`](crate::Query::update_all).
    pub fn set(self, value: impl IntoOperand<V>) -> Assignment<R> {
        Assignment::set(self.index, value.into_operand())
    }
}

impl<R, V: Numeric> TypedColumn<R, V> {
    /// `SET column = column + value`, for [`update_all`](crate::Query::update_all). A null stays null; a sum that
    /// the column's type cannot hold exactly fails with [`OutOfRange`](crate::ErrorKind::OutOfRange).
    pub fn increment(self, value: impl IntoOperand<V>) -> Assignment<R> {
        Assignment::increment(self.index, value.into_operand())
    }

    /// `SUM(column)`: an `i64` for integers, exact for decimals.
    pub fn sum(self) -> Aggregate<R, V::Sum> {
        Aggregate::new(Function::Sum, self.index)
    }

    /// `AVG(column)`: an `f64`, or for decimals a `Decimal` rounded to 28 digits.
    pub fn avg(self) -> Aggregate<R, V::Avg> {
        Aggregate::new(Function::Avg, self.index)
    }
}

/// A column of text.
pub trait TextColumn: Value {}

impl TextColumn for String {}
impl TextColumn for Option<String> {}

impl<R, V: TextColumn> TypedColumn<R, V> {
    fn text(self, matching: TextMatch, part: impl Into<String>, ignore_case: bool) -> Condition<R> {
        Condition::new(Node::Text(
            Operand::Column(self.index),
            matching,
            part.into(),
            ignore_case,
        ))
    }

    /// `column LIKE pattern`, with the database's own idea of wildcards and case.
    pub fn like(self, pattern: impl Into<String>) -> Condition<R> {
        Condition::new(Node::Like(
            Operand::Column(self.index),
            SqlValue::Text(pattern.into().into()),
        ))
    }

    /// The column contains the text, which stands for itself; case matters.
    pub fn contains(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::Contains, part, false)
    }

    /// The column contains the text; case does not matter.
    pub fn contains_ci(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::Contains, part, true)
    }

    /// The column starts with the text; case matters.
    pub fn starts_with(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::StartsWith, part, false)
    }

    /// The column starts with the text; case does not matter.
    pub fn starts_with_ci(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::StartsWith, part, true)
    }

    /// The column ends with the text; case matters.
    pub fn ends_with(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::EndsWith, part, false)
    }

    /// The column ends with the text; case does not matter.
    pub fn ends_with_ci(self, part: impl Into<String>) -> Condition<R> {
        self.text(TextMatch::EndsWith, part, true)
    }
}

impl<R: Record, V: Value> TypedColumn<R, V> {
    /// The column's name in the database.
    pub fn name(self) -> &'static str {
        R::table()
            .columns
            .get(self.index)
            .map_or("", |column| column.name)
    }

    /// The column's type.
    pub fn column_type(self) -> ColumnType {
        V::TYPE
    }
}

impl<R, V> Clone for TypedColumn<R, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, V> Copy for TypedColumn<R, V> {}

impl<R, V> fmt::Debug for TypedColumn<R, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("TypedColumn").field(&self.index).finish()
    }
}
