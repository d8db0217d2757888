//! Groups of rows and their aggregates.

use super::aggregate::Function;
use super::column::{TypedColumn, column};
use super::condition::Node;
use super::select::names;
use super::{Aggregate, Condition, Query};
use crate::engine::Plain;
use crate::error::{Error, Result};
use crate::handle::{Handle, Returns};
use crate::record::{Accepts, FindMapped, FromRow, NamedRow, Prepared, Record};
use crate::sql::{Dialect, SqlText};
use crate::value::{Numeric, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// A query for the groups of a record's rows.
///
/// ```text
/// Employee::query()
///     .group_by(|e| e.department)
///     .count(|e| e.id, "employee_count")
///     .avg(|e| e.salary, "avg_salary")
///     .having(|e| e.id.count().gt(5))
///     .aggregate(&db)
/// // SELECT "department", COUNT("id") AS "employee_count", AVG("salary") AS "avg_salary"
/// // FROM "employees" GROUP BY "department" HAVING (COUNT("id") > ?)
/// ```
#[must_use = "a query does nothing until one of its verbs is called"]
pub struct Grouped<R> {
    query: Query<R>,
    columns: Vec<usize>,
    aggregates: Vec<(Function, usize, &'static str)>,
    having: Vec<Node>,
}

impl<R: Record> Grouped<R> {
    pub(super) fn new(query: Query<R>, columns: Vec<usize>) -> Self {
        Self {
            query,
            columns,
            aggregates: Vec::new(),
            having: Vec::new(),
        }
    }

    fn with<V>(mut self, aggregate: &Aggregate<R, V>, name: &'static str) -> Self {
        let (function, column) = aggregate.parts();
        self.aggregates.push((function, column, name));
        self
    }

    /// `COUNT(column) AS name`: the rows where the column is not null, an `i64`.
    pub fn count<V>(self, column: impl FnOnce(R::Columns) -> TypedColumn<R, V>, name: &'static str) -> Self {
        self.with(&column(R::columns()).count(), name)
    }

    /// `COUNT(DISTINCT column) AS name`, an `i64`.
    pub fn count_distinct<V>(
        self,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
        name: &'static str,
    ) -> Self {
        self.with(&column(R::columns()).count_distinct(), name)
    }

    /// `SUM(column) AS name`: an `i64` for integers, exact for decimals.
    pub fn sum<V: Numeric>(
        self,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
        name: &'static str,
    ) -> Self {
        self.with(&column(R::columns()).sum(), name)
    }

    /// `AVG(column) AS name`: an `f64`, or for decimals a `Decimal` rounded to 28 digits.
    pub fn avg<V: Numeric>(
        self,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
        name: &'static str,
    ) -> Self {
        self.with(&column(R::columns()).avg(), name)
    }

    /// `MIN(column) AS name`, of the column's type.
    pub fn min<V>(self, column: impl FnOnce(R::Columns) -> TypedColumn<R, V>, name: &'static str) -> Self {
        self.with(&column(R::columns()).min(), name)
    }

    /// `MAX(column) AS name`, of the column's type.
    pub fn max<V>(self, column: impl FnOnce(R::Columns) -> TypedColumn<R, V>, name: &'static str) -> Self {
        self.with(&column(R::columns()).max(), name)
    }

    /// Keeps the groups that meet a condition on their aggregates; several calls all have to be met.
    pub fn having(mut self, condition: impl FnOnce(R::Columns) -> Condition<R>) -> Self {
        self.having.push(condition(R::columns()).node);
        self
    }

    /// Orders the groups by columns they are grouped by.
    pub fn order_by<O: super::IntoOrders<R>>(mut self, orders: impl FnOnce(R::Columns) -> O) -> Self {
        self.query = self.query.order_by(orders);
        self
    }

    /// Takes at most so many groups.
    pub fn limit(mut self, groups: u64) -> Self {
        self.query = self.query.limit(groups);
        self
    }

    /// Leaves so many groups out.
    pub fn offset(mut self, groups: u64) -> Self {
        self.query = self.query.offset(groups);
        self
    }

    /// Reads the groups, their cells to be read by name.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) where two cells have one name;
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a sum past `i64`.
    pub fn aggregate<H: Handle>(self, db: &H) -> Returns<'_, H, Vec<NamedRow>>
    where
        H::Mode: Accepts<R>,
    {
        self.aggregate_as::<NamedRow>().all(db)
    }

    /// Reads the groups as a type: a struct with `#[derive(FromRow)]` by name, a tuple by position.
    pub fn aggregate_as<T: FromRow>(self) -> Aggregated<R, T> {
        Aggregated {
            grouped: self,
            output: PhantomData,
        }
    }

    /// The SQL that would be sent, and its parameters, for looking at.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) for a query that makes no sense.
    pub fn to_sql<H: Handle>(self, db: &H) -> Result<(String, Vec<SqlValue<'static>>)> {
        self.render(db.dialect()).map(Prepared::into_parts)
    }

    fn render(self, dialect: &'static dyn Dialect) -> Result<Prepared> {
        let table = R::table();
        let aliases = self.aggregates.iter().map(|(_, _, name)| *name);
        let grouped = self
            .columns
            .iter()
            .filter_map(|column| table.columns.get(*column).map(|column| column.name));
        no_duplicate(grouped.chain(aliases).collect())?;
        for order in &self.query.parts.orders {
            if !self.columns.contains(&order.column()) {
                return Err(not_grouped(super::column::described(order.column(), table)?.name));
            }
        }
        let (columns, aggregates) = (&self.columns, &self.aggregates);
        let mut project = |text: &mut SqlText| {
            names(columns, table, text)?;
            for (function, column, name) in aggregates {
                text.push(", ");
                function.render(*column, table, text)?;
                text.push(" AS ").name(name);
            }
            Ok(())
        };
        let mut group = |text: &mut SqlText| {
            for (position, index) in columns.iter().enumerate() {
                text.push(if position > 0 { ", " } else { "" });
                column(*index, table, text)?;
            }
            Ok(())
        };
        let text = self
            .query
            .parts
            .grouped(dialect, &mut project, &mut group, self.having)?;
        Ok(text.into())
    }
}

#[cold]
fn not_grouped(column: &str) -> Error {
    Error::invalid(format!(
        "groups cannot be ordered by `{column}`, which they are not grouped by: a group has many of it"
    ))
}

fn no_duplicate(mut names: Vec<&str>) -> Result<()> {
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::invalid(format!(
            "two cells of the groups are named `{}`",
            pair[0]
        ))),
        None => Ok(()),
    }
}

impl<R> Clone for Grouped<R> {
    fn clone(&self) -> Self {
        Self {
            query: self.query.clone(),
            columns: self.columns.clone(),
            aggregates: self.aggregates.clone(),
            having: self.having.clone(),
        }
    }
}

impl<R> fmt::Debug for Grouped<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Grouped")
            .field("aggregates", &self.aggregates)
            .finish_non_exhaustive()
    }
}

/// Groups that are read as a type.
#[must_use = "a query does nothing until one of its verbs is called"]
pub struct Aggregated<R, T> {
    grouped: Grouped<R>,
    output: PhantomData<fn() -> T>,
}

impl<R: Record, T: FromRow> Aggregated<R, T> {
    /// Reads the groups.
    ///
    /// # Errors
    ///
    /// As for [`Grouped::aggregate`].
    pub fn all<H: Handle>(self, db: &H) -> Returns<'_, H, Vec<T>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.grouped.render(db.dialect());
        db.perform(Plain::of(statement.map(FindMapped::new)))
    }
}

impl<R, T> Clone for Aggregated<R, T> {
    fn clone(&self) -> Self {
        Self {
            grouped: self.grouped.clone(),
            output: PhantomData,
        }
    }
}

impl<R, T> fmt::Debug for Aggregated<R, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.grouped.fmt(out)
    }
}

/// What to group by: a column, or a tuple of up to four.
pub trait GroupColumns<R> {
    /// Gives the columns' positions.
    fn positions(self) -> Vec<usize>;
}

impl<R, V> GroupColumns<R> for TypedColumn<R, V> {
    fn positions(self) -> Vec<usize> {
        vec![self.index()]
    }
}

impl<R, A, B> GroupColumns<R> for (TypedColumn<R, A>, TypedColumn<R, B>) {
    fn positions(self) -> Vec<usize> {
        vec![self.0.index(), self.1.index()]
    }
}

impl<R, A, B, C> GroupColumns<R> for (TypedColumn<R, A>, TypedColumn<R, B>, TypedColumn<R, C>) {
    fn positions(self) -> Vec<usize> {
        vec![self.0.index(), self.1.index(), self.2.index()]
    }
}

impl<R, A, B, C, D> GroupColumns<R>
    for (
        TypedColumn<R, A>,
        TypedColumn<R, B>,
        TypedColumn<R, C>,
        TypedColumn<R, D>,
    )
{
    fn positions(self) -> Vec<usize> {
        vec![self.0.index(), self.1.index(), self.2.index(), self.3.index()]
    }
}
