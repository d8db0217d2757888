//! The verbs of queries, the same in both modes.

use super::aggregate::Function;
use super::{Aggregate, IntoAssignments, Query, Select, TypedColumn};
use crate::engine::{Plain, Then};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::{Handle, Iterate, Returns};
use crate::record::{Accepts, Active, ChangeRows, Exists, FindAll, FindOne, FromRow, Prepared, Record};
use crate::sql::SqlText;
use crate::value::{Numeric, Ordered, Value};

/// The one row of two that were asked for at most.
fn only<T>(mut rows: Vec<T>) -> Result<T> {
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(row),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            "the query found no row where one was expected",
        )),
        (Some(_), false) => Err(Error::new(
            ErrorKind::TooManyRows,
            "the query found several rows where one was expected",
        )),
    }
}

impl<R: Record> Query<R> {
    /// Reads all rows.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) for a query that makes no sense, or whatever the database says.
    pub fn all<H: Handle>(self, db: &H) -> Returns<'_, H, Vec<Active<R>>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.render_select(db.dialect());
        db.perform(Plain::of(statement.map(FindAll::new)))
    }

    /// Reads the first row if there is one, in the order of the key unless another was given.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn first<H: Handle>(self, db: &H) -> Returns<'_, H, Option<Active<R>>>
    where
        H::Mode: Accepts<R>,
    {
        let text = self.parts.ordered().limited(1).select(db.dialect(), None);
        db.perform(Plain::of(text.map(Prepared::from).map(FindOne::new)))
    }

    /// Reads the one row.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) where there is none, [`TooManyRows`](ErrorKind::TooManyRows) where there
    /// are several; else as for [`all`](Query::all).
    pub fn one<H: Handle>(self, db: &H) -> Returns<'_, H, Active<R>>
    where
        H::Mode: Accepts<R>,
    {
        let text = self.parts.limited(2).select(db.dialect(), None);
        db.perform(Then::new(text.map(Prepared::from).map(FindAll::new), only))
    }

    /// Counts the rows: `SELECT COUNT(*) FROM table`; a limit counts.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn count<H: Handle>(self, db: &H) -> Returns<'_, H, i64>
    where
        H::Mode: Accepts<R>,
    {
        let mut project = |text: &mut SqlText| {
            text.push("COUNT(*)");
            Ok(())
        };
        let text = self.parts.aggregate(db.dialect(), &mut project);
        let find = text.map(Prepared::from).map(FindOne::<(i64,)>::new);
        db.perform(Then::new(find, |row| Ok(row.map_or(0, |(count,)| count))))
    }

    /// Whether there is a row: `SELECT 1 FROM table LIMIT 1`.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn exists<H: Handle>(self, db: &H) -> Returns<'_, H, bool>
    where
        H::Mode: Accepts<R>,
    {
        let text = self.parts.exists(db.dialect());
        db.perform(Plain::of(text.map(Prepared::from).map(Exists::new)))
    }

    /// Counts the different values of a column: `SELECT COUNT(DISTINCT column) FROM table`.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn count_distinct<H: Handle, V>(
        self,
        db: &H,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
    ) -> Returns<'_, H, i64>
    where
        H::Mode: Accepts<R>,
    {
        let find = self.single::<H, i64, i64>(db, &column(R::columns()).count_distinct());
        db.perform(Then::new(find, |row| {
            Ok(row.and_then(|(count,)| count).unwrap_or(0))
        }))
    }

    /// Adds a column up: `SELECT SUM(column) FROM table`. An `i64` for integers, exact for decimals; `None` where
    /// there is no value.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`](ErrorKind::OutOfRange) for a sum past the type's range; else as for [`all`](Query::all).
    pub fn sum<H: Handle, V: Numeric>(
        self,
        db: &H,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
    ) -> Returns<'_, H, Option<V::Sum>>
    where
        H::Mode: Accepts<R>,
    {
        let find = self.single(db, &column(R::columns()).sum());
        db.perform(Then::new(find, value::<V::Sum>))
    }

    /// Averages a column: `SELECT AVG(column) FROM table`. An `f64`, or a `Decimal` rounded to 28 digits; `None` where there is no
    /// value.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn avg<H: Handle, V: Numeric>(
        self,
        db: &H,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
    ) -> Returns<'_, H, Option<V::Avg>>
    where
        H::Mode: Accepts<R>,
    {
        let find = self.single(db, &column(R::columns()).avg());
        db.perform(Then::new(find, value::<V::Avg>))
    }

    /// The least value of a column: `SELECT MIN(column) FROM table`; `None` where there is no value.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn min<H: Handle, V: Ordered>(
        self,
        db: &H,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
    ) -> Returns<'_, H, Option<V::Plain>>
    where
        H::Mode: Accepts<R>,
    {
        let find = self.single(db, &column(R::columns()).min());
        db.perform(Then::new(find, value::<V::Plain>))
    }

    /// The greatest value of a column: `SELECT MAX(column) FROM table`; `None` where there is no value.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all).
    pub fn max<H: Handle, V: Ordered>(
        self,
        db: &H,
        column: impl FnOnce(R::Columns) -> TypedColumn<R, V>,
    ) -> Returns<'_, H, Option<V::Plain>>
    where
        H::Mode: Accepts<R>,
    {
        let find = self.single(db, &column(R::columns()).max());
        db.perform(Then::new(find, value::<V::Plain>))
    }

    /// Sets columns of all the query's rows in one statement and gives their number. Hooks do not run.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) without a condition, unless [`all_rows`](Query::all_rows) was said; else
    /// whatever the database says.
    pub fn update_all<H: Handle, A: IntoAssignments<R>>(
        self,
        db: &H,
        set: impl FnOnce(R::Columns) -> A,
    ) -> Returns<'_, H, u64>
    where
        H::Mode: Accepts<R>,
    {
        let text = self
            .parts
            .update(db.dialect(), set(R::columns()).into_assignments());
        db.perform(Plain::of(text.map(Prepared::from).map(ChangeRows::new)))
    }

    /// Deletes all the query's rows in one statement and gives their number. Hooks do not run.
    ///
    /// # Errors
    ///
    /// As for [`update_all`](Query::update_all).
    pub fn delete_all<H: Handle>(self, db: &H) -> Returns<'_, H, u64>
    where
        H::Mode: Accepts<R>,
    {
        let text = self.parts.delete(db.dialect());
        db.perform(Plain::of(text.map(Prepared::from).map(ChangeRows::new)))
    }

    /// Reads the rows one after the other, a few at a time in memory: an iterator from a blocking handle, a stream
    /// from an async one.
    ///
    /// A write through another handle of the database meanwhile goes through its own connection; whether the rows
    /// to come show it is the database's choice (SQLite: they do not, the rows are those of when the iteration
    /// began). On the same transaction it is an error, since the connection is busy; on a database in one connection
    /// (`:memory:`) it waits for the iteration to end, until a [`PoolTimeout`](crate::ErrorKind::PoolTimeout) error.
    ///
    /// # Errors
    ///
    /// As for [`all`](Query::all); each row can fail too.
    pub fn iterate<H: Iterate>(self, db: &H) -> Returns<'_, H, H::Rows<Active<R>>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.render_select(db.dialect());
        db.open_rows(statement.map(Into::into))
    }

    fn single<H: Handle, A, T: Value>(
        self,
        db: &H,
        aggregate: &Aggregate<R, A>,
    ) -> Result<FindOne<(Option<T>,)>> {
        let (function, column) = aggregate.parts();
        let mut project = |text: &mut SqlText| Function::render(function, column, R::table(), text);
        self.parts
            .aggregate(db.dialect(), &mut project)
            .map(Prepared::from)
            .map(FindOne::new)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that `Then` asks for")]
fn value<T>(row: Option<(Option<T>,)>) -> Result<Option<T>> {
    Ok(row.and_then(|(value,)| value))
}

impl<R: Record, T: FromRow> Select<R, T> {
    /// Reads all rows.
    ///
    /// # Errors
    ///
    /// As for [`Query::all`].
    pub fn all<H: Handle>(self, db: &H) -> Returns<'_, H, Vec<T>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.render(db.dialect());
        db.perform(Plain::of(statement.map(FindAll::new)))
    }

    /// Reads the first row if there is one, in the order of the key unless another was given.
    ///
    /// # Errors
    ///
    /// As for [`Query::all`].
    pub fn first<H: Handle>(self, db: &H) -> Returns<'_, H, Option<T>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.map(|parts| parts.ordered().limited(1)).render(db.dialect());
        db.perform(Plain::of(statement.map(FindOne::new)))
    }

    /// Reads the one row.
    ///
    /// # Errors
    ///
    /// As for [`Query::one`].
    pub fn one<H: Handle>(self, db: &H) -> Returns<'_, H, T>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.map(|parts| parts.limited(2)).render(db.dialect());
        db.perform(Then::new(statement.map(FindAll::new), only))
    }

    /// Reads the rows one after the other; see [`Query::iterate`].
    ///
    /// # Errors
    ///
    /// As for [`Query::iterate`].
    pub fn iterate<H: Iterate>(self, db: &H) -> Returns<'_, H, H::Rows<T>>
    where
        H::Mode: Accepts<R>,
    {
        let statement = self.render(db.dialect());
        db.open_rows(statement.map(Into::into))
    }
}
