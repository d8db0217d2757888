//! The verbs of records, the same in both modes.

use super::calls::{Delete, DeleteRecord, InsertMany, InsertOne, Refresh, RefreshRecord, Save};
use super::operations::{Exists, FindAll, FindOne, Prepared, Wanted, gone, none_meets};
use super::{Accepts, Active, IntoKey, Record};
use crate::engine::{Plain, Then};
use crate::error::SaveError;
use crate::handle::{Handle, Returns};
use crate::query::Query;

/// The verbs of a record. Every record has them; each takes a database handle, and the handle decides the mode.
///
/// # Cancel safety
///
/// See [`Pending`](crate::Pending): a write that is dropped leaves its `Active` in doubt; a read leaves nothing.
pub trait ActiveRecord: Record {
    /// Inserts the record and binds it to its row: `INSERT INTO table (columns) VALUES (?, ..)`.
    ///
    /// A generated key that is unset (`None`, or zero for a plain integer) is filled in by the database; any other
    /// key is kept.
    ///
    /// # Errors
    ///
    /// A violation's kind, or whatever the database says; the error hands the record back.
    fn save<H: Handle>(self, db: &H) -> Returns<'_, H, Active<Self>, SaveError<Self>>
    where
        H::Mode: Accepts<Self>,
    {
        db.perform(InsertOne::new(self))
    }

    /// Inserts the record, as [`save`](ActiveRecord::save) does for a record that is not bound to a row.
    ///
    /// # Errors
    ///
    /// As for [`save`](ActiveRecord::save).
    fn insert<H: Handle>(self, db: &H) -> Returns<'_, H, Active<Self>, SaveError<Self>>
    where
        H::Mode: Accepts<Self>,
    {
        self.save(db)
    }

    /// Inserts many records in one transaction, in few statements of many rows, and binds them in their order.
    ///
    /// # Errors
    ///
    /// As for [`save`](ActiveRecord::save); then none of the rows is inserted and the error hands all records
    /// back.
    fn insert_all<H: Handle>(
        db: &H,
        records: Vec<Self>,
    ) -> Returns<'_, H, Vec<Active<Self>>, SaveError<Vec<Self>>>
    where
        H::Mode: Accepts<Self>,
    {
        db.perform(InsertMany::new(records))
    }

    /// Deletes the row with this record's key: `DELETE FROM table WHERE key = ?`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such row.
    fn delete<'a, H: Handle>(&'a self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<Self>,
    {
        db.perform(DeleteRecord::new(self, db.dialect()))
    }

    /// Reads the row with this record's key again: `SELECT columns FROM table WHERE key = ?`.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such row.
    fn refresh<'a, H: Handle>(&'a mut self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<Self>,
    {
        db.perform(RefreshRecord::new(self, db.dialect()))
    }

    /// Reads the row with a key, or the first one that meets a condition.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is none.
    fn find<H: Handle>(db: &H, key: impl IntoKey<Self>) -> Returns<'_, H, Active<Self>>
    where
        H::Mode: Accepts<Self>,
    {
        let statement = Prepared::lookup::<Self>(key, Wanted::Row, db.dialect());
        let by_key = statement.as_ref().is_ok_and(Prepared::is_fixed);
        let one = move |found: Option<Active<Self>>| match (found, by_key) {
            (Some(found), _) => Ok(found),
            (None, true) => Err(gone(Self::table())),
            (None, false) => Err(none_meets(Self::table())),
        };
        db.perform(Then::new(statement.map(FindOne::new), one))
    }

    /// Reads the row with a key, or the first one that meets a condition, if there is one:
    /// `SELECT columns FROM table WHERE key = ?`.
    ///
    /// # Errors
    ///
    /// Whatever the database says.
    fn find_one<H: Handle>(db: &H, key: impl IntoKey<Self>) -> Returns<'_, H, Option<Active<Self>>>
    where
        H::Mode: Accepts<Self>,
    {
        let statement = Prepared::lookup::<Self>(key, Wanted::Row, db.dialect());
        db.perform(Plain::of(statement.map(FindOne::new)))
    }

    /// Reads all rows: `SELECT columns FROM table`.
    ///
    /// # Errors
    ///
    /// Whatever the database says.
    fn find_all<H: Handle>(db: &H) -> Returns<'_, H, Vec<Active<Self>>>
    where
        H::Mode: Accepts<Self>,
    {
        let statement = Query::<Self>::new().render_select(db.dialect());
        db.perform(Plain::of(statement.map(FindAll::new)))
    }

    /// Whether there is a row with a key, or one that meets a condition.
    ///
    /// # Errors
    ///
    /// Whatever the database says.
    fn exists<H: Handle>(db: &H, key: impl IntoKey<Self>) -> Returns<'_, H, bool>
    where
        H::Mode: Accepts<Self>,
    {
        let statement = Prepared::lookup::<Self>(key, Wanted::Existence, db.dialect());
        db.perform(Plain::of(statement.map(Exists::new)))
    }

    /// Starts a query.
    fn query() -> Query<Self> {
        Query::new()
    }
}

impl<R: Record> ActiveRecord for R {}

impl<R: Record> Active<R> {
    /// Inserts a new record, or writes the changed columns of a persisted one, or nothing where none changed:
    /// `UPDATE table SET changed = ? WHERE key = ?`, the key being the one that was loaded.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where the row is gone, [`Deleted`](crate::ErrorKind::Deleted) and
    /// [`InDoubt`](crate::ErrorKind::InDoubt) by the record's state, a violation's kind, or whatever the database
    /// says. The record and its state are then as before.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll it leaves the record in doubt.
    pub fn save<'a, H: Handle>(&'a mut self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<R>,
    {
        db.perform(Save::new(self, db.dialect(), false))
    }

    /// Inserts a record that is new.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) where it is not new; else as for [`save`](Active::save).
    ///
    /// # Cancel safety
    ///
    /// As for [`save`](Active::save).
    pub fn insert<'a, H: Handle>(&'a mut self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<R>,
    {
        db.perform(Save::new(self, db.dialect(), true))
    }

    /// Deletes the row, by the key that was loaded. The record's values stay.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where somebody else deleted the row,
    /// [`Deleted`](crate::ErrorKind::Deleted) where it was deleted through this `Active` before,
    /// [`Invalid`](crate::ErrorKind::Invalid) where it is new.
    ///
    /// # Cancel safety
    ///
    /// As for [`save`](Active::save).
    pub fn delete<'a, H: Handle>(&'a mut self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<R>,
    {
        db.perform(Delete::new(self, db.dialect()))
    }

    /// Reads the row again, by the key that was loaded. Changes not saved are lost, and doubts are settled.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such row, [`Invalid`](crate::ErrorKind::Invalid)
    /// where the record was never saved, [`InDoubt`](crate::ErrorKind::InDoubt) where an insert was cut off whose
    /// key was to be generated, so that nothing tells its row.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it changes nothing.
    pub fn refresh<'a, H: Handle>(&'a mut self, db: &'a H) -> Returns<'a, H, ()>
    where
        H::Mode: Accepts<R>,
    {
        db.perform(Refresh::new(self, db.dialect()))
    }
}
