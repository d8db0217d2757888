//! Operations that write one row, or run one statement.

use super::{Params, Prepared, Sql};
use crate::driver::Written;
use crate::engine::{Access, First, Found, Operation, Session, Step, answer};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::record::{ColumnSet, FromRow, Places, Record, Table};
use crate::sql::{Dialect, FixedSql};
use crate::value::SqlValue;

/// Runs a statement for its effect and gives the rows changed.
pub(crate) struct Change {
    statement: Prepared,
    raw: bool,
}

impl Change {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            raw: false,
        }
    }

    /// Raw SQL, which may leave something on its session.
    pub(crate) fn raw(statement: Prepared) -> Self {
        Self { statement, raw: true }
    }
}

impl Operation for Change {
    type Found = Changed;

    fn access(&self) -> Access {
        Access::Write
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        found: &'r mut Changed,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        if self.raw {
            session.runs_raw(&self.statement.sql);
        }
        let written = session.execute(&self.statement.sql, &self.statement.params);
        written.map(|written| {
            found.0 = written?.rows;
            Ok(())
        })
    }
}

/// How many rows were changed.
#[derive(Default)]
pub(crate) struct Changed(u64);

impl Found for Changed {
    type Value = u64;

    fn into_value(self) -> Result<u64> {
        Ok(self.0)
    }
}

/// Changes or deletes the one row of a record.
pub(in crate::record) struct ChangeRow {
    pub(in crate::record) table: &'static Table,
    pub(in crate::record) statement: Prepared,
    /// The columns that the first parameters are for.
    pub(in crate::record) sent: ColumnSet,
}

impl Operation for ChangeRow {
    type Found = ();

    fn access(&self) -> Access {
        Access::Write
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        _: &'r mut (),
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        let (table, sent) = (self.table, self.sent);
        let written = session.execute(&self.statement.sql, &self.statement.params);
        written.map(move |written| one_row(table, sent, written))
    }
}

/// Names the table, and the column of a value that cannot be sent.
#[cold]
pub(super) fn explain(error: Error, table: &Table, sent: ColumnSet) -> Error {
    let position = error.parameter().and_then(|number| number.checked_sub(1));
    let column = position.and_then(|position| table.columns_in(sent).nth(position));
    let error = error.with_table(table);
    match column {
        Some((_, column)) => error.context(format_args!("column `{}` of `{}`", column.name, table.name)),
        None => error,
    }
}

/// A write of a row that is not there is an error, not a silent zero.
fn one_row(table: &Table, sent: ColumnSet, written: Result<Written>) -> Result<()> {
    match written.map_err(|error| explain(error, table, sent))?.rows {
        0 => Err(gone(table)),
        _ => Ok(()),
    }
}

#[cold]
pub(in crate::record) fn gone(table: &Table) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!(
            "no row of `{}` has this key; it may have been deleted",
            table.name
        ),
    )
}

#[cold]
pub(super) fn ignored(table: &Table) -> Error {
    let message = format!(
        "the database ignored a row for `{}`; a trigger of its can do that",
        table.name
    );
    Error::new(ErrorKind::Other, message)
}

#[cold]
pub(in crate::record) fn none_meets(table: &Table) -> Error {
    let message = format!("no row of `{}` meets the condition", table.name);
    Error::new(ErrorKind::NotFound, message)
}

/// The update of a persisted record: the changed columns, by the key as loaded.
pub(in crate::record) fn update<R: Record>(
    record: &R,
    base: &R,
    changed: ColumnSet,
    dialect: &'static dyn Dialect,
) -> ChangeRow {
    let table = R::table();
    let sql = table.sql(dialect).update(changed);
    let mut params = Params::new();
    for column in changed.iter() {
        params.push(record.value(column).into_owned());
    }
    for column in table.key {
        params.push(base.value(*column).into_owned());
    }
    ChangeRow {
        table,
        statement: Prepared { sql, params },
        sent: changed,
    }
}

/// Inserts one record, with its hooks.
pub(in crate::record) struct Insert<R> {
    pub(in crate::record) record: R,
    /// The record as it was given, kept where hooks may change it.
    given: Option<Box<R>>,
    pub(in crate::record) filled_in: ColumnSet,
}

impl<R: Record> Insert<R> {
    pub(in crate::record) fn new(record: R) -> Self {
        let given = R::ACTIVE.then(|| Box::new(record.clone()));
        Self {
            record,
            given,
            filled_in: ColumnSet::EMPTY,
        }
    }

    /// The record as it was given.
    pub(in crate::record) fn into_given(mut self) -> R {
        self.record.clear(self.filled_in);
        self.given.map_or(self.record, |given| *given)
    }

    fn insert<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        let Self {
            record, filled_in, ..
        } = self;
        insert(session, record).map(|unset| {
            *filled_in = unset?;
            Ok(())
        })
    }

    async fn insert_with_hooks(&mut self, session: &mut Session<'_>) -> Result<()> {
        self.record.before_save(session).await?;
        answer!(self.insert(session))?;
        self.record.after_save(session).await
    }
}

impl<R: Record> Operation for Insert<R> {
    type Found = ();

    fn access(&self) -> Access {
        Access::Write
    }

    fn is_one_statement(&self) -> bool {
        !R::ACTIVE
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        _: &'r mut (),
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        if !R::ACTIVE {
            return self.insert(session).boxed();
        }
        let with_hooks = async move {
            let mut inner = session.begin().await?;
            let result = self.insert_with_hooks(&mut inner).await;
            inner.end(result).await
        };
        Step::Waiting(with_hooks).boxed()
    }
}

/// Inserts a record and fills in what the database gave; tells which columns that are.
#[inline]
pub(super) fn insert<'r, R: Record>(
    session: &'r mut Session<'_>,
    record: &'r mut R,
) -> Step<Result<ColumnSet>, impl Future<Output = Result<ColumnSet>> + Send> {
    let insertion = Insertion::of(record, session.sql_dialect());
    if insertion.returned().is_empty() && session.answers_at_once() {
        let sql = insertion.sql();
        let mut cells = R::cells();
        let params = filled(cells.as_mut(), record, insertion.sent);
        let written = session.execute(&sql, params).ready();
        SqlValue::drop_row(cells);
        if let Some(written) = written {
            return Step::Ready(insertion.told(record, written));
        }
    }
    Step::Waiting(insert_in_steps(session, record, insertion))
}

async fn insert_in_steps<R: Record>(
    session: &mut Session<'_>,
    record: &mut R,
    insertion: Insertion,
) -> Result<ColumnSet> {
    let Insertion {
        table, unset, sent, ..
    } = insertion;
    let (returned, sql) = (insertion.returned(), insertion.sql());
    let returns = session.sql_dialect().has_returning();
    if !returns {
        check_key_is_told(table, unset)?;
    }
    if returned.is_empty() || !returns {
        let written = {
            let mut cells = R::cells();
            let params = filled(cells.as_mut(), record, sent);
            answer!(session.execute(&sql, params))
        };
        insertion.told(record, written)?;
        refill(session, record, returned).await?;
        return Ok(unset);
    }
    let mut row = First::<Cells>::default();
    let result = {
        let mut cells = R::cells();
        let params = filled(cells.as_mut(), record, sent);
        answer!(session.query(&sql, params, &mut row))
    };
    result.map_err(|error| explain(error, table, sent))?;
    let cells = row.0.ok_or_else(|| ignored(table))?;
    for (column, value) in returned.iter().zip(cells.0) {
        fill_in(record, column, value)?;
    }
    Ok(unset)
}

/// The cells of a set of a record's columns, in the room for all of them.
#[inline]
fn filled<'p, 'v, R: Record>(
    places: &'p mut [SqlValue<'v>],
    record: &'v R,
    columns: ColumnSet,
) -> &'p [SqlValue<'v>] {
    let all = places.len();
    let mut rest = Places::of(places);
    record.put_values(columns, &mut rest);
    let used = all - rest.left();
    places.get(..used).unwrap_or_default()
}

/// One row on its way into its table.
#[derive(Clone, Copy)]
struct Insertion {
    table: &'static Table,
    fixed: &'static FixedSql,
    /// The columns that are left to the database.
    unset: ColumnSet,
    /// All others.
    sent: ColumnSet,
}

impl Insertion {
    #[inline]
    fn of<R: Record>(record: &R, dialect: &'static dyn Dialect) -> Self {
        let (table, unset) = (R::table(), record.unset());
        Self {
            table,
            fixed: table.sql(dialect),
            unset,
            sent: table.all().without(unset),
        }
    }

    #[inline]
    fn returned(&self) -> ColumnSet {
        self.fixed.returned(self.unset)
    }

    #[inline]
    fn sql(&self) -> Sql {
        self.fixed.insert(self.unset)
    }

    /// Takes what the database told of the row, and the key that it gave.
    #[inline]
    fn told<R: Record>(&self, record: &mut R, written: Result<Written>) -> Result<ColumnSet> {
        let written = written.map_err(|error| explain(error, self.table, self.sent))?;
        if written.rows == 0 {
            return Err(ignored(self.table));
        }
        let numbered = self.table.numbered_key().filter(|_| !self.unset.is_empty());
        if let Some((column, key)) = numbered.zip(written.key) {
            fill_in(record, column, SqlValue::I64(key))?;
        }
        Ok(self.unset)
    }
}

/// Without `RETURNING` a row is found again by its key, so the key has to be known.
fn check_key_is_told(table: &Table, unset: ColumnSet) -> Result<()> {
    let untold = table
        .key
        .iter()
        .find(|column| unset.contains(**column) && table.numbered_key() != Some(**column));
    match untold {
        Some(column) => Err(untold_key(table, table.columns[*column].name)),
        None => Ok(()),
    }
}

#[cold]
fn untold_key(table: &Table, column: &str) -> Error {
    let message = format!(
        "this database does not tell which `{column}` it gave to a row of `{}`; set it before the row is saved",
        table.name
    );
    Error::new(ErrorKind::Unsupported, message)
}

/// Reads the columns that the database filled in and could not return.
async fn refill<R: Record>(session: &mut Session<'_>, record: &mut R, returned: ColumnSet) -> Result<()> {
    let table = R::table();
    let filled_in = returned.without(table.key.iter().copied().collect());
    if filled_in.is_empty() {
        return Ok(());
    }
    let sql = table.sql(session.sql_dialect()).refill(filled_in);
    let key: Vec<SqlValue<'_>> = table.key.iter().map(|column| record.value(*column)).collect();
    let mut row = First::<Cells>::default();
    let result = answer!(session.query(&sql, &key, &mut row));
    drop(key);
    result.map_err(|error| inserted_but(error, "what the database filled in could not be read"))?;
    let cells = row
        .0
        .ok_or_else(|| inserted_but(gone(table), "it was not found again"))?;
    for (column, value) in filled_in.iter().zip(cells.0) {
        fill_in(record, column, value)?;
    }
    Ok(())
}

#[cold]
fn inserted_but(error: Error, what: &str) -> Error {
    error
        .context(format_args!("the row was inserted, but {what}"))
        .with_outcome(Outcome::Applied)
}

/// The row is there already when its key turns out not to fit the field.
fn fill_in<R: Record>(record: &mut R, column: usize, value: SqlValue<'_>) -> Result<()> {
    let explain = |error: Error| {
        let name = R::table().columns[column].name;
        error
            .context(format_args!("the row was inserted, but column `{name}`"))
            .with_outcome(Outcome::Applied)
    };
    record.set_value(column, value).map_err(explain)
}

/// The cells of a row, by position.
struct Cells(Vec<SqlValue<'static>>);

impl FromRow for Cells {
    fn from_row(row: &dyn crate::driver::Row) -> Result<Self> {
        let cells = (0..row.width()).map(|index| row.cell(index).map(SqlValue::into_owned));
        cells.collect::<Result<_>>().map(Self)
    }
}

/// Saves a persisted record that has hooks.
pub(in crate::record) struct UpdateWithHooks<R> {
    pub(in crate::record) record: R,
    pub(in crate::record) base: R,
}

impl<R: Record> UpdateWithHooks<R> {
    async fn update(&mut self, session: &mut Session<'_>) -> Result<()> {
        self.record.before_save(session).await?;
        let changed = self.record.changed_from(&self.base);
        if !changed.is_empty() {
            let mut update = update(&self.record, &self.base, changed, session.sql_dialect());
            answer!(update.run(session, &mut ()))?;
        }
        self.record.after_save(session).await
    }
}

impl<R: Record> Operation for UpdateWithHooks<R> {
    type Found = ();

    fn access(&self) -> Access {
        Access::Write
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        _: &'r mut (),
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        Step::Waiting(async move {
            let mut inner = session.begin().await?;
            let result = self.update(&mut inner).await;
            inner.end(result).await
        })
    }
}
