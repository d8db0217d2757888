//! Records: what a struct maps to, the row it is bound to, and the verbs.

mod active;
mod calls;
mod from_row;
mod hooks;
mod key;
mod operations;
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
pub(crate) use self::state::Scope;
pub use self::table::{Column, ColumnSet, Table};
pub use self::verbs::ActiveRecord;

use crate::error::Result;
use crate::handle::{Asynchronous, Blocking, Within};
use crate::value::SqlValue;
use smallvec::SmallVec;

/// The cells of a row on their way to the database.
#[doc(hidden)]
pub type Values<'a> = SmallVec<[SqlValue<'a>; 8]>;

/// What a struct maps to. `#[derive(Record)]` writes it; see the facade's documentation for its attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    note = "put `#[derive(Record)]` on the struct"
)]
pub trait Record: Hooks + FromRow + Clone + Send + Sync + Sized + 'static {
    /// The columns, typed, for conditions and orders.
    type Columns: Copy;

    /// Describes the table.
    fn table() -> &'static Table;

    /// Gives the typed columns.
    fn columns() -> Self::Columns;

    /// Gives the cell of a column by position.
    fn value(&self, column: usize) -> SqlValue<'_>;

    /// Appends the cells of a set of columns, in their order.
    #[doc(hidden)]
    fn push_values<'a>(&'a self, columns: ColumnSet, values: &mut Values<'a>) {
        values.extend(columns.iter().map(|column| self.value(column)));
    }

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
