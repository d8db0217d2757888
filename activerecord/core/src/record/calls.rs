//! The calls that change a record in the caller's hands: what they send, and what becomes of the record.

use super::operations::{
    ChangeRow, FindOne, Insert, InsertAll, Prepared, UpdateWithHooks, gone, inserted, update,
};
use super::state::{Before, Status};
use super::{Active, ColumnSet, Record};
use crate::engine::{Access, Call, End, First, Operation, Session, Started, Step};
use crate::error::{Error, ErrorKind, Outcome, Result, SaveError};
use crate::sql::Dialect;

/// Inserts a record that was given by value.
pub(super) struct InsertOne<R>(R);

impl<R: Record> InsertOne<R> {
    pub(super) fn new(record: R) -> Self {
        Self(record)
    }
}

impl<R: Record> Call for InsertOne<R> {
    type Operation = Insert<R>;
    type Rest = ();
    type Output = Active<R>;
    type Error = SaveError<R>;

    fn start(self) -> Started<Self> {
        Started::Run(Insert::new(self.0), ())
    }

    fn finish((): (), operation: Insert<R>, (): (), end: End) -> Result<Active<R>, SaveError<R>> {
        match end.result {
            Ok(()) => Ok(Active::of_insert(
                operation.record,
                end.scope,
                operation.filled_in,
            )),
            Err(error) => Err(SaveError::new(error, operation.into_given())),
        }
    }
}

/// Inserts records that were given by value.
pub(super) struct InsertMany<R>(Vec<R>);

impl<R: Record> InsertMany<R> {
    pub(super) fn new(records: Vec<R>) -> Self {
        Self(records)
    }
}

impl<R: Record> Call for InsertMany<R> {
    type Operation = InsertAll<R>;
    type Rest = ();
    type Output = Vec<Active<R>>;
    type Error = SaveError<Vec<R>>;

    fn start(self) -> Started<Self> {
        Started::Run(InsertAll::new(self.0), ())
    }

    fn finish(
        (): (),
        operation: InsertAll<R>,
        (): (),
        end: End,
    ) -> Result<Vec<Active<R>>, SaveError<Vec<R>>> {
        match end.result {
            Ok(()) => Ok(inserted(
                operation.records,
                &operation.filled_in,
                end.scope.as_ref(),
            )),
            Err(error) => Err(SaveError::new(error, operation.into_given())),
        }
    }
}

/// Saves an [`Active`] in place.
pub(super) struct Save<'a, R: Record> {
    active: &'a mut Active<R>,
    dialect: &'static dyn Dialect,
    must_be_new: bool,
}

impl<'a, R: Record> Save<'a, R> {
    pub(super) fn new(active: &'a mut Active<R>, dialect: &'static dyn Dialect, must_be_new: bool) -> Self {
        Self {
            active,
            dialect,
            must_be_new,
        }
    }

    /// Which columns an update is to write, none where nothing changed.
    fn changed(&self) -> Result<ColumnSet> {
        match self.must_be_new {
            true => Err(not_new::<R>()),
            false => Ok(self.active.changed()),
        }
    }

    /// Writes the changes of some columns.
    #[inline]
    fn update(&self, changed: ColumnSet) -> Write<R> {
        let (record, base) = (&**self.active, self.active.persisted());
        if !R::ACTIVE {
            return Write::Update(update(record, base, changed, self.dialect));
        }
        Write::WithHooks(Box::new(UpdateWithHooks {
            record: record.clone(),
            base: base.clone(),
        }))
    }
}

/// The write of a save.
pub(super) enum Write<R: Record> {
    Insert(Insert<R>),
    Update(ChangeRow),
    WithHooks(Box<UpdateWithHooks<R>>),
}

impl<R: Record> Operation for Write<R> {
    type Found = ();

    fn access(&self) -> Access {
        Access::Write
    }

    fn is_one_statement(&self) -> bool {
        match self {
            Self::Insert(insert) => insert.is_one_statement(),
            Self::Update(update) => update.is_one_statement(),
            Self::WithHooks(_) => false,
        }
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        found: &'r mut (),
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        match self {
            Self::Insert(insert) => insert.run(session, found).boxed(),
            Self::Update(update) => update.run(session, found).boxed(),
            Self::WithHooks(update) => update.run(session, found).boxed(),
        }
    }
}

impl<'a, R: Record> Call for Save<'a, R> {
    type Operation = Write<R>;
    type Rest = &'a mut Active<R>;
    type Output = ();
    type Error = Error;

    fn start(self) -> Started<Self> {
        let write = match self.active.check_writable() {
            Err(error) => return Started::Ready(Err(error)),
            Ok(Before::New) => Write::Insert(Insert::new((**self.active).clone())),
            Ok(Before::Persisted) => match self.changed() {
                Err(error) => return Started::Ready(Err(error)),
                Ok(changed) if changed.is_empty() => return Started::Ready(Ok(())),
                Ok(changed) => self.update(changed),
            },
        };
        self.active.begin_write();
        Started::Run(write, self.active)
    }

    fn finish(active: &'a mut Active<R>, operation: Write<R>, (): (), end: End) -> Result<()> {
        if let Err(error) = end.result {
            return failed(active, error);
        }
        let filled_in = match operation {
            Write::Update(update) => {
                active.end_updated(update.sent, end.scope);
                return Ok(());
            }
            Write::Insert(insert) => {
                active.replace_record(insert.record);
                insert.filled_in
            }
            Write::WithHooks(update) => {
                active.replace_record(update.record);
                ColumnSet::EMPTY
            }
        };
        active.end_written(Status::Persisted, end.scope, filled_in);
        Ok(())
    }
}

/// A failed write leaves everything as it was, unless its effect is not known.
fn failed<R: Record>(active: &mut Active<R>, error: Error) -> Result<()> {
    if error.outcome() == Outcome::NotApplied {
        active.end_failed();
    }
    Err(error)
}

/// Deletes the row of an [`Active`].
pub(super) struct Delete<'a, R: Record> {
    active: &'a mut Active<R>,
    dialect: &'static dyn Dialect,
}

impl<'a, R: Record> Delete<'a, R> {
    pub(super) fn new(active: &'a mut Active<R>, dialect: &'static dyn Dialect) -> Self {
        Self { active, dialect }
    }

    fn write(&mut self) -> Result<ChangeRow> {
        match self.active.check_writable()? {
            Before::New => Err(never_saved::<R>("deleted")),
            Before::Persisted => Ok(delete(self.active.persisted(), self.dialect)),
        }
    }
}

fn delete<R: Record>(record: &R, dialect: &'static dyn Dialect) -> ChangeRow {
    let statement = Prepared::by_key(&R::table().sql(dialect).delete_by_key, record);
    ChangeRow {
        table: R::table(),
        statement,
        sent: ColumnSet::EMPTY,
    }
}

impl<'a, R: Record> Call for Delete<'a, R> {
    type Operation = ChangeRow;
    type Rest = &'a mut Active<R>;
    type Output = ();
    type Error = Error;

    fn start(mut self) -> Started<Self> {
        match self.write() {
            Err(error) => Started::Ready(Err(error)),
            Ok(write) => {
                self.active.begin_write();
                Started::Run(write, self.active)
            }
        }
    }

    fn finish(active: &'a mut Active<R>, _: ChangeRow, (): (), end: End) -> Result<()> {
        if let Err(error) = end.result {
            return failed(active, error);
        }
        active.end_written(Status::Deleted, end.scope, ColumnSet::EMPTY);
        Ok(())
    }
}

/// Deletes the row of a plain record.
pub(super) struct DeleteRecord(ChangeRow);

impl DeleteRecord {
    pub(super) fn new<R: Record>(record: &R, dialect: &'static dyn Dialect) -> Self {
        Self(delete(record, dialect))
    }
}

impl Call for DeleteRecord {
    type Operation = ChangeRow;
    type Rest = ();
    type Output = ();
    type Error = Error;

    fn start(self) -> Started<Self> {
        Started::Run(self.0, ())
    }

    fn finish((): (), _: ChangeRow, (): (), end: End) -> Result<()> {
        end.result
    }
}

/// Reads the row of an [`Active`] again.
pub(super) struct Refresh<'a, R: Record> {
    active: &'a mut Active<R>,
    dialect: &'static dyn Dialect,
}

impl<'a, R: Record> Refresh<'a, R> {
    pub(super) fn new(active: &'a mut Active<R>, dialect: &'static dyn Dialect) -> Self {
        Self { active, dialect }
    }
}

fn select_again<R: Record>(record: &R, dialect: &'static dyn Dialect) -> Prepared {
    Prepared::by_key(&R::table().sql(dialect).select_by_key, record)
}

impl<'a, R: Record> Call for Refresh<'a, R> {
    type Operation = FindOne<R>;
    type Rest = &'a mut Active<R>;
    type Output = ();
    type Error = Error;

    fn start(self) -> Started<Self> {
        if self.active.is_new() {
            return Started::Ready(Err(never_saved::<R>("read again")));
        }
        if is_nameless(self.active) {
            return Started::Ready(Err(nameless::<R>()));
        }
        let statement = select_again(self.active.persisted(), self.dialect);
        let find = match self.active.is_in_doubt() {
            true => FindOne::behind_writes(statement),
            false => FindOne::new(statement),
        };
        Started::Run(find, self.active)
    }

    fn finish(active: &'a mut Active<R>, _: FindOne<R>, found: First<R>, end: End) -> Result<()> {
        let found = end.value(found)?.ok_or_else(|| gone(R::table()))?;
        active.refreshed(found);
        Ok(())
    }
}

/// Reads the row of a plain record again.
pub(super) struct RefreshRecord<'a, R: Record> {
    record: &'a mut R,
    dialect: &'static dyn Dialect,
}

impl<'a, R: Record> RefreshRecord<'a, R> {
    pub(super) fn new(record: &'a mut R, dialect: &'static dyn Dialect) -> Self {
        Self { record, dialect }
    }
}

impl<'a, R: Record> Call for RefreshRecord<'a, R> {
    type Operation = FindOne<R>;
    type Rest = &'a mut R;
    type Output = ();
    type Error = Error;

    fn start(self) -> Started<Self> {
        let find = FindOne::new(select_again(self.record, self.dialect));
        Started::Run(find, self.record)
    }

    fn finish(record: &'a mut R, _: FindOne<R>, found: First<R>, end: End) -> Result<()> {
        *record = end.value(found)?.ok_or_else(|| gone(R::table()))?;
        Ok(())
    }
}

/// Whether nothing tells which row an insert that was cut off may have made: its key was to be generated.
fn is_nameless<R: Record>(active: &Active<R>) -> bool {
    let unset = active.unset();
    active.status() == Status::InDoubt(Before::New) && R::table().key.iter().any(|key| unset.contains(*key))
}

#[cold]
fn nameless<R: Record>() -> Error {
    let message = format!(
        "an insert into `{}` was cut off before the key that it generates was known; look for the row by other \
         columns, or say `assume_not_written`",
        R::table().name
    );
    Error::new(ErrorKind::InDoubt, message)
}

#[cold]
fn never_saved<R: Record>(what: &str) -> Error {
    let message = format!(
        "this record of `{}` was never saved, so no row of it can be {what}",
        R::table().name
    );
    Error::invalid(message)
}

#[cold]
fn not_new<R: Record>() -> Error {
    let message = format!(
        "this record of `{}` has a row already; `save` writes its changes",
        R::table().name
    );
    Error::invalid(message)
}
