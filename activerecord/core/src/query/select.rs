//! Some columns of the rows.

use super::Query;
use super::builder::Parts;
use super::column::{TypedColumn, described};
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::record::{Column, FromRow, Prepared, Record, Table};
use crate::sql::{Dialect, SqlText};
use crate::value::{SqlValue, Value};
use std::fmt;
use std::marker::PhantomData;

/// A query for some columns of a record's rows.
#[must_use = "a query does nothing until one of its verbs is called"]
pub struct Select<R, T> {
    pub(super) query: Query<R>,
    /// The columns by position, or those that the type names.
    columns: Option<Vec<usize>>,
    output: PhantomData<fn() -> T>,
}

impl<R: Record, T: FromRow> Select<R, T> {
    pub(super) fn new(query: Query<R>, columns: Vec<usize>) -> Self {
        Self {
            query,
            columns: Some(columns),
            output: PhantomData,
        }
    }

    pub(super) fn named(query: Query<R>) -> Self {
        Self {
            query,
            columns: None,
            output: PhantomData,
        }
    }

    /// Takes equal rows once: `SELECT DISTINCT`.
    pub fn distinct(mut self) -> Self {
        self.query = self.query.distinct();
        self
    }

    pub(super) fn map(mut self, change: impl FnOnce(Parts<R>) -> Parts<R>) -> Self {
        self.query.parts = change(self.query.parts);
        self
    }

    /// The SQL that [`all`](Select::all) would send, and its parameters, for looking at.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) for a query that makes no sense.
    pub fn to_sql<H: Handle>(self, db: &H) -> Result<(String, Vec<SqlValue<'static>>)> {
        self.render(db.dialect()).map(Prepared::into_parts)
    }

    pub(super) fn render(self, dialect: &'static dyn Dialect) -> Result<Prepared> {
        let columns = self.columns.map_or_else(positions::<R, T>, Ok)?;
        let distinct = self.query.parts.distinct;
        let mut project = |text: &mut SqlText| match distinct {
            true => different_names(&columns, R::table(), text),
            false => names(&columns, R::table(), text),
        };
        self.query
            .parts
            .select(dialect, Some(&mut project))
            .map(Prepared::from)
    }
}

fn positions<R: Record, T: FromRow>() -> Result<Vec<usize>> {
    let names =
        T::COLUMNS.ok_or_else(|| Error::invalid("this type reads by position; use `select` with columns"))?;
    let table = R::table();
    let find = |name: &&str| {
        let position = table.columns.iter().position(|column| column.name == *name);
        position.ok_or_else(|| Error::invalid(format!("`{}` has no column `{name}` to select", table.name)))
    };
    names.iter().map(find).collect()
}

/// A column of distinct rows, told apart as its type compares.
pub(super) fn different(text: &mut SqlText, column: &Column) {
    text.name(column.name);
    let collation = text.dialect.collation(column.column_type);
    if !collation.is_empty() {
        text.push(collation).push(" AS ").name(column.name);
    }
}

fn different_names(columns: &[usize], table: &Table, text: &mut SqlText) -> Result<()> {
    for (position, column) in columns.iter().enumerate() {
        text.push(if position > 0 { ", " } else { "" });
        different(text, described(*column, table)?);
    }
    Ok(())
}

/// The columns, as they are.
pub(super) fn names(columns: &[usize], table: &Table, text: &mut SqlText) -> Result<()> {
    for (position, column) in columns.iter().enumerate() {
        text.push(if position > 0 { ", " } else { "" })
            .name(described(*column, table)?.name);
    }
    Ok(())
}

impl<R, T> Clone for Select<R, T> {
    fn clone(&self) -> Self {
        Self {
            query: self.query.clone(),
            columns: self.columns.clone(),
            output: PhantomData,
        }
    }
}

impl<R, T> fmt::Debug for Select<R, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Select")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// Columns to select: one, or a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a selection of columns",
    note = "return a column or a tuple of columns, as in `.select(|u| (u.id, u.name))`"
)]
pub trait Selection<R> {
    /// What a row reads as.
    type Output: FromRow;

    /// Gives the columns' positions.
    fn columns(self) -> Vec<usize>;
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<R, $($name: Value),+> Selection<R> for ($(TypedColumn<R, $name>,)+) {
            type Output = ($($name,)+);

            fn columns(self) -> Vec<usize> {
                #[expect(non_snake_case, reason = "a variable is named as its type parameter")]
                let ($($name,)+) = self;
                vec![$($name.index()),+]
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);

/// One column reads as its type alone.
impl<R, V: Value + FromRow> Selection<R> for TypedColumn<R, V> {
    type Output = V;

    fn columns(self) -> Vec<usize> {
        vec![self.index()]
    }
}
