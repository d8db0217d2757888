//! A record bound to its row.

use super::scope::Scope;
use super::state::{self, Before, Known, Previous, State, Status};
use super::{ColumnSet, Record};
use crate::error::{Error, ErrorKind, Result};
use crate::value::SqlValue;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A record bound to its row: what `save`, `find` and queries give back.
///
/// It derefs to the record and knows whether the row is new, persisted, deleted or in doubt. The first mutable
/// borrow takes a copy of the record, so rows that are only read cost nothing; `save` then compares field by field
/// (floats by their bits) and writes the changed columns alone.
///
/// Two fields at once need one borrow, `let user = user.record_mut()`. Changes made through interior mutability
/// (a `Cell` in a field) are not seen.
///
/// A rollback also undoes what its transaction did to the state: a row inserted in it is new again, its generated
/// key cleared; the program's own edits stay.
pub struct Active<R: Record> {
    record: R,
    state: State<R>,
}

/// One changed field of an [`Active`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The field's name.
    pub field: &'static str,
    /// The value in the database.
    pub old: SqlValue<'static>,
    /// The value now.
    pub new: SqlValue<'static>,
}

impl<R: Record> Active<R> {
    /// Binds a record to a row that does not exist yet; `save` inserts it.
    pub fn new(record: R) -> Self {
        Self {
            record,
            state: State::new(Status::New),
        }
    }

    pub(crate) fn of_row(record: R) -> Self {
        Self {
            record,
            state: State::loaded(),
        }
    }

    /// Borrows the record mutably; two fields can then be borrowed at once.
    pub fn record_mut(&mut self) -> &mut R {
        state::settle(&mut self.record, &mut self.state);
        let has_copy = |known: &mut Known<R>| known.base.is_some() || known.status == Status::New;
        if !self.state.known_mut().is_some_and(has_copy) {
            let copy = self.record.clone();
            self.state.change(|known| known.base = Some(copy));
        }
        &mut self.record
    }

    /// Undoes the changes made since the row was read or written.
    pub fn reset(&mut self) {
        state::settle(&mut self.record, &mut self.state);
        let Some(known) = self.state.known_mut() else {
            return;
        };
        if let Some(base) = known.base.take() {
            self.record = base;
        }
        if known.status == Status::Persisted && known.undo.is_none() {
            self.state = State::loaded();
        }
    }

    /// Says that a write which was cut off did not take effect, where the program knows it from elsewhere. A new
    /// record can then be saved again, a persisted one written again.
    pub fn assume_not_written(&mut self) {
        state::settle(&mut self.record, &mut self.state);
        self.end_failed();
    }

    /// Gives the record alone.
    pub fn into_inner(mut self) -> R {
        state::settle(&mut self.record, &mut self.state);
        self.record
    }

    /// Whether the row does not exist yet.
    pub fn is_new(&self) -> bool {
        self.status() == Status::New
    }

    /// Whether the row is in the database, as far as this `Active` knows.
    pub fn is_persisted(&self) -> bool {
        self.status() == Status::Persisted
    }

    /// Whether the row was deleted through this `Active`.
    pub fn is_deleted(&self) -> bool {
        self.status() == Status::Deleted
    }

    /// Whether a write was cut off, so that its effect is not known. Writes are refused until
    /// [`refresh`](Active::refresh), or [`assume_not_written`](Active::assume_not_written).
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.status(), Status::InDoubt(_))
    }

    /// Whether `save` has something to write: a new row, or a changed field.
    pub fn is_dirty(&self) -> bool {
        self.is_new() || !self.changed().is_empty()
    }

    /// The fields that differ from the row, in their order. A new record has none: it differs from no row.
    pub fn changes(&self) -> Vec<Change> {
        let Some(base) = state::base(&self.state) else {
            return Vec::new();
        };
        let columns = R::table().columns_in(self.changed());
        let change = |(index, column): (usize, &'static super::Column)| Change {
            field: column.field,
            old: base.value(index).into_owned(),
            new: self.value(index).into_owned(),
        };
        columns.map(change).collect()
    }

    pub(super) fn status(&self) -> Status {
        state::status(&self.state)
    }

    /// The columns that differ from the row.
    pub(super) fn changed(&self) -> ColumnSet {
        state::base(&self.state).map_or(ColumnSet::EMPTY, |base| self.changed_from(base))
    }

    /// The record as the database has it.
    pub(super) fn persisted(&self) -> &R {
        state::base(&self.state).unwrap_or(self)
    }

    /// Whether a write may begin now, and what it begins with.
    ///
    /// # Errors
    ///
    /// [`Deleted`](ErrorKind::Deleted) and [`InDoubt`](ErrorKind::InDoubt), where nothing may be written.
    pub(super) fn check_writable(&mut self) -> Result<Before> {
        state::settle(&mut self.record, &mut self.state);
        match self.status() {
            Status::New => Ok(Before::New),
            Status::Persisted => Ok(Before::Persisted),
            Status::Deleted => Err(deleted::<R>()),
            Status::InDoubt(_) => Err(in_doubt::<R>()),
        }
    }

    /// Marks the record in doubt for the length of a write.
    pub(super) fn begin_write(&mut self) {
        self.state
            .change(|known| known.status = state::doubt(known.status));
    }

    /// Ends a write that failed with nothing applied: everything is as before.
    pub(super) fn end_failed(&mut self) {
        self.state = state::undoubted(self.take_state());
    }

    /// Ends a write that took effect, unless its transaction is rolled back.
    pub(super) fn end_written(&mut self, status: Status, scope: Option<Arc<Scope>>, filled_in: ColumnSet) {
        let edited = match &scope {
            Some(_) => self.changed(),
            None => ColumnSet::EMPTY,
        };
        let previous = state::undoubted(self.take_state());
        self.state = match scope {
            Some(scope) => Known::written(status, scope, Previous::State(previous), filled_in, edited).into(),
            None if status == Status::Persisted => State::loaded(),
            None => State::new(status),
        };
    }

    /// Ends an update that took effect. The copy of the row, once taken, is kept: a record that is written once is
    /// likely to be written again.
    pub(super) fn end_updated(&mut self, columns: ColumnSet, scope: Option<Arc<Scope>>) {
        match (self.state.known_mut(), scope) {
            (
                Some(Known {
                    status,
                    base: Some(base),
                    undo: None,
                }),
                None,
            ) => {
                base.copy_values(&self.record, columns);
                *status = Status::Persisted;
            }
            (_, scope) => self.end_written(Status::Persisted, scope, ColumnSet::EMPTY),
        }
    }

    /// Binds a record that was inserted in a transaction, or in none.
    pub(super) fn of_insert(record: R, scope: Option<Arc<Scope>>, filled_in: ColumnSet) -> Self {
        Self {
            record,
            state: match scope {
                Some(scope) => State::inserted(scope, filled_in),
                None => State::loaded(),
            },
        }
    }

    fn take_state(&mut self) -> State<R> {
        std::mem::replace(&mut self.state, State::loaded())
    }

    pub(super) fn replace_record(&mut self, record: R) {
        self.record = record;
    }

    /// Takes a fresh row: nothing is in doubt and nothing is changed. A transaction that is still open keeps its
    /// word on what was before it.
    pub(super) fn refreshed(&mut self, record: R) {
        state::settle(&mut self.record, &mut self.state);
        self.record = record;
        match self.state.known_mut() {
            Some(known) if known.undo.is_some() => {
                known.base = None;
                known.status = Status::Persisted;
            }
            _ => self.state = State::loaded(),
        }
    }
}

#[cold]
fn deleted<R: Record>() -> Error {
    let message = format!(
        "this row of `{}` was deleted through this record already",
        R::table().name
    );
    Error::new(ErrorKind::Deleted, message)
}

#[cold]
fn in_doubt<R: Record>() -> Error {
    let message = format!(
        "an earlier write of this row of `{}` was cut off and may or may not have taken effect; `refresh` the \
         record first, or say `assume_not_written`",
        R::table().name
    );
    Error::new(ErrorKind::InDoubt, message)
}

impl<R: Record> Deref for Active<R> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        state::current(&self.record, &self.state)
    }
}

impl<R: Record> DerefMut for Active<R> {
    fn deref_mut(&mut self) -> &mut R {
        self.record_mut()
    }
}

/// A copy knows what the original knows, except the transaction around it: both are undone by a rollback.
impl<R: Record> Clone for Active<R> {
    fn clone(&self) -> Self {
        Self {
            record: self.record.clone(),
            state: self.state.clone(),
        }
    }
}

/// The same record in the same state.
impl<R: Record + PartialEq> PartialEq for Active<R> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other && self.status() == other.status()
    }
}

/// An unsaved record.
impl<R: Record> From<R> for Active<R> {
    fn from(record: R) -> Self {
        Self::new(record)
    }
}

impl<R: Record + fmt::Debug> fmt::Debug for Active<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Active")
            .field("status", &self.status())
            .field("record", &**self)
            .finish()
    }
}

impl<R: Record + fmt::Display> fmt::Display for Active<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

#[cfg(feature = "serde")]
impl<R: Record + serde::Serialize> serde::Serialize for Active<R> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}
