//! Records: what a struct maps to, the row it is bound to, and the verbs.

mod active;
mod calls;
mod from_row;
mod hooks;
mod key;
mod operations;
mod scope;
mod state;
mod table;
mod verbs;

pub use self::active::{Active, Change};
pub use self::from_row::{FromRow, NamedRow};
pub use self::hooks::Hooks;
pub use self::key::{IntoKey, Lookup};
pub(crate) use self::operations::{
    Change as ChangeRows, Exists, FindAll, FindMapped, FindOne, Params, Prepared, Sql,
};
pub(crate) use self::scope::Scope;
pub use self::table::{Column, ColumnSet, Table};
pub use self::verbs::ActiveRecord;

use crate::error::Result;
use crate::handle::{Asynchronous, Blocking, Within};
use crate::value::SqlValue;

/// Places for the cells of rows on their way to the database, to be filled one after the other.
#[doc(hidden)]
#[derive(Debug)]
pub struct Places<'p, 'v>(std::slice::IterMut<'p, SqlValue<'v>>);

impl<'p, 'v> Places<'p, 'v> {
    pub(crate) fn of(places: &'p mut [SqlValue<'v>]) -> Self {
        Self(places.iter_mut())
    }

    /// How many are not filled.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Gives the next place. A cell is written there at once: one that is pushed onto a list, which might have to grow
    /// first, is written twice.
    #[inline(always)]
    pub fn next_place(&mut self) -> Option<&mut SqlValue<'v>> {
        self.0.next()
    }
}

/// What a struct maps to. `#[derive(Record)]` writes it; see the facade's documentation for its attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    note = "put `#[derive(Record)]` on the struct"
)]
pub trait Record: Hooks + FromRow + Clone + Send + Sync + Sized + 'static {
    /// The columns, typed, for conditions and orders.
    type Columns: Copy;

    /// Room for the cells of all columns.
    #[doc(hidden)]
    type Cells<'v>: AsMut<[SqlValue<'v>]> + Send;

    /// Makes that room, with a null in each place.
    #[doc(hidden)]
    fn cells<'v>() -> Self::Cells<'v>;

    /// Describes the table.
    fn table() -> &'static Table;

    /// Gives the typed columns.
    fn columns() -> Self::Columns;

    /// Gives the cell of a column by position.
    fn value(&self, column: usize) -> SqlValue<'_>;

    /// Puts the cells of a set of columns into their places, in their order.
    #[doc(hidden)]
    fn put_values<'a>(&'a self, columns: ColumnSet, places: &mut Places<'_, 'a>);

    /// Takes the values of a set of columns over from another record, in the room that is there, and what fields
    /// without a column hold.
    #[doc(hidden)]
    fn copy_values(&mut self, other: &Self, columns: ColumnSet);

    /// Puts a cell into a column's field.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) where the cell does not hold what the field can take.
    fn set_value(&mut self, column: usize, value: SqlValue<'_>) -> Result<()>;

    /// The columns whose values differ from another record's.
    fn changed_from(&self, other: &Self) -> ColumnSet;

    /// The columns that the database should fill in: generated or default ones whose fields are unset.
    fn unset(&self) -> ColumnSet;

    /// Puts generated or default columns back to unset.
    fn clear(&mut self, columns: ColumnSet);
}

/// A record that works with a blocking [`Database`](crate::Database).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared for a blocking `Database`",
    label = "this handle is a blocking one",
    note = "pass an `AsyncDatabase`, or drop `async` from its `#[record(...)]` so that it works with both"
)]
pub trait SyncRecord {}

/// A record that works with an [`AsyncDatabase`](crate::AsyncDatabase).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared for an `AsyncDatabase`",
    label = "this handle is an async one",
    note = "pass a `Database`, or drop `sync` from its `#[record(...)]` so that it works with both"
)]
pub trait AsyncRecord {}

/// A mode of calling that a record works with.
pub trait Accepts<R> {}

impl<R: SyncRecord> Accepts<R> for Blocking {}
impl<R: AsyncRecord> Accepts<R> for Asynchronous {}
impl<R> Accepts<R> for Within {}
