//! The order of rows.

use super::column::{TypedColumn, column, described};
use crate::error::Result;
use crate::record::Table;
use crate::sql::SqlText;
use std::fmt;
use std::marker::PhantomData;

/// A column to order by. Nulls come first ascending and last descending, on every database, unless said otherwise.
pub struct Order<R> {
    column: usize,
    descending: bool,
    nulls_first: Option<bool>,
    record: PhantomData<fn() -> R>,
}

impl<R> Order<R> {
    pub(super) fn new(column: usize, descending: bool) -> Self {
        Self {
            column,
            descending,
            nulls_first: None,
            record: PhantomData,
        }
    }

    /// Puts nulls first.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.nulls_first = Some(true);
        self
    }

    /// Puts nulls last.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.nulls_first = Some(false);
        self
    }

    pub(super) fn column(&self) -> usize {
        self.column
    }

    pub(super) fn render(&self, table: &Table, text: &mut SqlText) -> Result<()> {
        if let Some(first) = self.nulls_first {
            let dialect = text.dialect;
            let mut rendered = SqlText::new(dialect);
            column(self.column, table, &mut rendered)?;
            dialect.write_order(&rendered.sql, self.descending, first, &mut text.sql);
            return Ok(());
        }
        column(self.column, table, text)?;
        text.push(if self.descending { " DESC" } else { " ASC" });
        // Where there are no nulls an order without a word of them is one that an index can serve.
        if described(self.column, table)?.nullable {
            text.push(text.dialect.null_order(self.descending));
        }
        Ok(())
    }

    /// The order of a key's column.
    pub(super) fn ascending_key(column: usize) -> Self {
        Self::new(column, false)
    }
}

impl<R> Clone for Order<R> {
    fn clone(&self) -> Self {
        Self {
            column: self.column,
            descending: self.descending,
            nulls_first: self.nulls_first,
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Order<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Order")
            .field("column", &self.column)
            .field("descending", &self.descending)
            .finish()
    }
}

/// One order or several, as a tuple, an array or a `Vec`. A column alone is ascending.
pub trait IntoOrders<R> {
    /// Gives them in their order.
    fn into_orders(self) -> Vec<Order<R>>;
}

impl<R> IntoOrders<R> for Order<R> {
    fn into_orders(self) -> Vec<Self> {
        vec![self]
    }
}

/// A column alone is ascending.
impl<R, V> IntoOrders<R> for TypedColumn<R, V> {
    fn into_orders(self) -> Vec<Order<R>> {
        vec![self.asc()]
    }
}

impl<R> IntoOrders<R> for Vec<Order<R>> {
    fn into_orders(self) -> Self {
        self
    }
}

impl<R, const N: usize> IntoOrders<R> for [Order<R>; N] {
    fn into_orders(self) -> Vec<Order<R>> {
        self.into()
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<R, $($name: IntoOrders<R>),+> IntoOrders<R> for ($($name,)+) {
            fn into_orders(self) -> Vec<Order<R>> {
                #[expect(non_snake_case, reason = "a variable is named as its type parameter")]
                let ($($name,)+) = self;
                let mut all = Vec::new();
                $(all.extend($name.into_orders());)+
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
