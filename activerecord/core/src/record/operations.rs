//! The operations of the verbs on records: each written once, for both modes.

use super::{Active, ColumnSet, FromRow, Lookup, Record, Table};
use crate::driver::Written;
use crate::engine::{Access, Any, First, Mapped, Operation, Rows, Session};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::query::Query;
use crate::sql::Dialect;
use crate::value::SqlValue;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// A statement that an operation owns.
pub(crate) struct Prepared {
    pub(crate) sql: Sql,
    pub(crate) params: Params,
}

/// SQL text, kept by a record's fixed texts or rendered for one call.
pub(crate) enum Sql {
    Fixed(&'static str),
    Kept(Arc<str>),
    Rendered(String),
}

impl Deref for Sql {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Kept(text) => text,
            Self::Rendered(text) => text,
        }
    }
}

/// Parameters, without an allocation for the one of a plain key.
pub(crate) enum Params {
    One([SqlValue<'static>; 1]),
    Many(Vec<SqlValue<'static>>),
}

impl Params {
    pub(crate) fn as_slice(&self) -> &[SqlValue<'static>] {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// What of a row is asked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Row,
    Existence,
}

impl Prepared {
    /// Looks a row up by its key, or by a condition in the order of the key.
    pub(super) fn lookup<R: Record>(
        lookup: Lookup<R>,
        wanted: Wanted,
        dialect: &'static dyn Dialect,
    ) -> Result<Self> {
        let fixed = R::table().sql(dialect);
        let sql = match wanted {
            Wanted::Row => &*fixed.select_by_key,
            Wanted::Existence => &*fixed.exists_by_key,
        };
        let params = match lookup {
            Lookup::Key(key) => Params::One(key),
            Lookup::Composite(key) => Params::Many(key),
            Lookup::Condition(condition) => {
                return Query::<R>::new()
                    .filter_condition(condition)
                    .limit(1)
                    .render_select(dialect);
            }
        };
        Ok(Self {
            sql: Sql::Fixed(sql),
            params,
        })
    }

    /// The key of a record, as the database has it.
    pub(super) fn by_key<R: Record>(sql: &'static str, record: &R) -> Self {
        let params = match R::table().key {
            [column] => Params::One([record.value(*column).into_owned()]),
            key => Params::Many(
                key.iter()
                    .map(|column| record.value(*column).into_owned())
                    .collect(),
            ),
        };
        Self {
            sql: Sql::Fixed(sql),
            params,
        }
    }
}

/// Reads the first row.
pub(crate) struct FindOne<T> {
    statement: Prepared,
    access: Access,
    found: PhantomData<fn() -> T>,
}

impl<T> FindOne<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            access: Access::Read,
            found: PhantomData,
        }
    }

    /// Queues with the writers, so that a write which was cut off but still runs is over.
    pub(super) fn behind_writes(mut self) -> Self {
        self.access = Access::Write;
        self
    }
}

impl<T: FromRow> Operation for FindOne<T> {
    type Output = Option<T>;

    fn access(&self) -> Access {
        self.access.clone()
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<Option<T>> {
        let mut first = First(None);
        session
            .query(&self.statement.sql, self.statement.params.as_slice(), &mut first)
            .await?;
        Ok(first.0)
    }
}

/// Reads all rows.
pub(crate) struct FindAll<T> {
    statement: Prepared,
    found: PhantomData<fn() -> T>,
}

impl<T> FindAll<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            found: PhantomData,
        }
    }
}

impl<T: FromRow> Operation for FindAll<T> {
    type Output = Vec<T>;

    async fn run(&mut self, session: &Session<'_>) -> Result<Vec<T>> {
        let mut rows = Rows(Vec::new());
        session
            .query(&self.statement.sql, self.statement.params.as_slice(), &mut rows)
            .await?;
        Ok(rows.0)
    }
}

/// Reads all rows by name, where the type names its columns.
pub(crate) struct FindMapped<T> {
    statement: Prepared,
    access: Access,
    found: PhantomData<fn() -> T>,
}

impl<T> FindMapped<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            access: Access::Read,
            found: PhantomData,
        }
    }

    /// Raw SQL: the database tells whether it writes.
    pub(crate) fn raw(statement: Prepared) -> Self {
        let access = Access::Raw(statement.sql.to_string().into());
        Self {
            statement,
            access,
            found: PhantomData,
        }
    }
}

impl<T: FromRow> Operation for FindMapped<T> {
    type Output = Vec<T>;

    fn access(&self) -> Access {
        self.access.clone()
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<Vec<T>> {
        let mut rows = Mapped::new();
        session
            .query(&self.statement.sql, self.statement.params.as_slice(), &mut rows)
            .await?;
        Ok(rows.rows)
    }
}

/// Tells whether there is a row.
pub(crate) struct Exists(pub(crate) Prepared);

impl Operation for Exists {
    type Output = bool;

    async fn run(&mut self, session: &Session<'_>) -> Result<bool> {
        let mut any = Any::default();
        session
            .query(&self.0.sql, self.0.params.as_slice(), &mut any)
            .await?;
        Ok(any.0)
    }
}

/// Runs a statement for its effect and gives the rows changed.
pub(crate) struct Change(pub(crate) Prepared);

impl Operation for Change {
    type Output = u64;

    fn access(&self) -> Access {
        Access::Write
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<u64> {
        let written = session.execute(&self.0.sql, self.0.params.as_slice()).await?;
        Ok(written.rows)
    }
}

/// Changes or deletes the one row of a record.
pub(super) struct ChangeRow {
    pub(super) table: &'static Table,
    pub(super) statement: Prepared,
}

impl Operation for ChangeRow {
    type Output = ();

    fn access(&self) -> Access {
        Access::Write
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<()> {
        let written = session
            .execute(&self.statement.sql, self.statement.params.as_slice())
            .await;
        one_row(self.table, written)
    }
}

/// A write of a row that is not there is an error, not a silent zero.
fn one_row(table: &Table, written: Result<Written>) -> Result<()> {
    match written.map_err(|error| error.with_table(table.name))?.rows {
        0 => Err(gone(table)),
        _ => Ok(()),
    }
}

#[cold]
pub(super) fn gone(table: &Table) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!(
            "no row of `{}` has this key; it may have been deleted",
            table.name
        ),
    )
}

/// The update of a persisted record: the changed columns, by the key as loaded.
pub(super) fn update<R: Record>(
    record: &R,
    base: &R,
    changed: ColumnSet,
    dialect: &'static dyn Dialect,
) -> ChangeRow {
    let table = R::table();
    let sql = Sql::Kept(table.sql(dialect).update(changed));
    let mut params = Vec::with_capacity(changed.len() + table.key.len());
    params.extend(changed.iter().map(|column| record.value(column).into_owned()));
    params.extend(table.key.iter().map(|column| base.value(*column).into_owned()));
    let statement = Prepared {
        sql,
        params: Params::Many(params),
    };
    ChangeRow { table, statement }
}

/// Inserts one record, with its hooks.
pub(super) struct Insert<R> {
    pub(super) record: R,
    /// The record as it was given, kept where hooks may change it.
    given: Option<R>,
    pub(super) filled_in: ColumnSet,
}

impl<R: Record> Insert<R> {
    pub(super) fn new(record: R) -> Self {
        let given = R::ACTIVE.then(|| record.clone());
        Self {
            record,
            given,
            filled_in: ColumnSet::EMPTY,
        }
    }

    /// The record as it was given.
    pub(super) fn into_given(mut self) -> R {
        self.record.clear(self.filled_in);
        self.given.unwrap_or(self.record)
    }

    async fn insert(&mut self, session: &Session<'_>) -> Result<()> {
        self.filled_in = insert(session, &mut self.record).await?;
        Ok(())
    }

    async fn insert_with_hooks(&mut self, session: &Session<'_>) -> Result<()> {
        self.record.before_save(session).await?;
        self.insert(session).await?;
        self.record.after_save(session).await
    }
}

impl<R: Record> Operation for Insert<R> {
    type Output = ();

    fn access(&self) -> Access {
        Access::Write
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<()> {
        if !R::ACTIVE {
            return self.insert(session).await;
        }
        let inner = session.begin()?;
        let result = self.insert_with_hooks(&inner).await;
        inner.end(result)
    }
}

/// Inserts a record and fills in what the database gave.
async fn insert<R: Record>(session: &Session<'_>, record: &mut R) -> Result<ColumnSet> {
    let table = R::table();
    let unset = record.unset();
    let sent = table.all().without(unset);
    let fixed = table.sql(session.sql_dialect());
    let sql = fixed.insert(sent);
    let returned = fixed.returned(sent);
    let params: Vec<SqlValue<'_>> = sent.iter().map(|column| record.value(column)).collect();
    if returned.is_empty() {
        let written = session
            .execute(&sql, &params)
            .await
            .map_err(|error| error.with_table(table.name))?;
        drop(params);
        if let Some((column, key)) = table
            .numbered_key()
            .filter(|_| !unset.is_empty())
            .zip(written.key)
        {
            fill_in(record, column, SqlValue::I64(key))?;
        }
        return Ok(unset);
    }
    let mut row = First::<Cells>(None);
    session
        .query(&sql, &params, &mut row)
        .await
        .map_err(|error| error.with_table(table.name))?;
    drop(params);
    let cells = row.0.ok_or_else(|| gone(table))?;
    for (column, value) in returned.iter().zip(cells.0) {
        fill_in(record, column, value)?;
    }
    Ok(unset)
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
pub(super) struct UpdateWithHooks<R> {
    pub(super) record: R,
    pub(super) base: R,
}

impl<R: Record> UpdateWithHooks<R> {
    async fn update(&mut self, session: &Session<'_>) -> Result<()> {
        self.record.before_save(session).await?;
        let changed = self.record.changed_from(&self.base);
        if !changed.is_empty() {
            update(&self.record, &self.base, changed, session.sql_dialect())
                .run(session)
                .await?;
        }
        self.record.after_save(session).await
    }
}

impl<R: Record> Operation for UpdateWithHooks<R> {
    type Output = ();

    fn access(&self) -> Access {
        Access::Write
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<()> {
        let inner = session.begin()?;
        let result = self.update(&inner).await;
        inner.end(result)
    }
}

/// Inserts many records in one transaction, in statements of as many rows as the database takes.
pub(super) struct InsertAll<R> {
    pub(super) records: Vec<R>,
    given: Option<Vec<R>>,
    pub(super) filled_in: Vec<ColumnSet>,
}

impl<R: Record> InsertAll<R> {
    pub(super) fn new(records: Vec<R>) -> Self {
        let given = R::ACTIVE.then(|| records.clone());
        Self {
            records,
            given,
            filled_in: Vec::new(),
        }
    }

    pub(super) fn into_given(mut self) -> Vec<R> {
        for (record, filled_in) in self.records.iter_mut().zip(&self.filled_in) {
            record.clear(*filled_in);
        }
        self.given.unwrap_or(self.records)
    }

    async fn insert(&mut self, session: &Session<'_>) -> Result<()> {
        if R::ACTIVE {
            for record in &mut self.records {
                record.before_save(session).await?;
            }
        }
        let rows = rows_per_statement::<R>(session);
        let mut from = 0;
        while from < self.records.len() {
            let unset = self.records[from].unset();
            let alike = self.records[from..]
                .iter()
                .take(rows)
                .take_while(|record| record.unset() == unset);
            let to = from + alike.count();
            insert_rows(session, &mut self.records[from..to], unset).await?;
            self.filled_in.resize(to, unset);
            from = to;
        }
        if R::ACTIVE {
            for record in &mut self.records {
                record.after_save(session).await?;
            }
        }
        Ok(())
    }
}

fn rows_per_statement<R: Record>(session: &Session<'_>) -> usize {
    let fit = session.max_params() / R::table().columns.len().max(1);
    fit.clamp(1, session.sql_dialect().rows_per_insert())
}

impl<R: Record> Operation for InsertAll<R> {
    type Output = ();

    fn access(&self) -> Access {
        Access::Write
    }

    async fn run(&mut self, session: &Session<'_>) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let inner = session.begin()?;
        let result = self.insert(&inner).await;
        inner.end(result)
    }
}

/// Inserts rows that leave the same columns to the database, in one statement.
async fn insert_rows<R: Record>(session: &Session<'_>, records: &mut [R], unset: ColumnSet) -> Result<()> {
    let table = R::table();
    let sent = table.all().without(unset);
    let fixed = table.sql(session.sql_dialect());
    if sent.is_empty() || !fixed.returned(sent).is_empty() {
        // What several rows return comes in no certain order, so each is inserted by itself.
        for record in records {
            insert(session, record).await?;
        }
        return Ok(());
    }
    let sql = fixed.insert_rows(sent, records.len());
    let mut params = Vec::with_capacity(records.len() * sent.len());
    for record in &*records {
        params.extend(sent.iter().map(|column| record.value(column)));
    }
    let written = session
        .execute(&sql, &params)
        .await
        .map_err(|error| error.with_table(table.name))?;
    drop(params);
    number(records, table, unset, &written)
}

/// The keys of one statement's rows are consecutive; the last one is told.
fn number<R: Record>(records: &mut [R], table: &Table, unset: ColumnSet, written: &Written) -> Result<()> {
    let Some((column, last)) = table
        .numbered_key()
        .filter(|key| unset.contains(*key))
        .zip(written.key)
    else {
        return Ok(());
    };
    if written.rows != records.len() as u64 {
        let message = format!(
            "{} rows were sent to `{}` and {} inserted",
            records.len(),
            table.name,
            written.rows
        );
        return Err(Error::new(ErrorKind::Other, message));
    }
    for (key, record) in (i64::MIN..=last).rev().zip(records.iter_mut().rev()) {
        record.set_value(column, SqlValue::I64(key))?;
    }
    Ok(())
}

/// Binds the inserted records.
pub(super) fn inserted<R: Record>(
    records: Vec<R>,
    filled_in: &[ColumnSet],
    scope: Option<&Arc<super::Scope>>,
) -> Vec<Active<R>> {
    let bind = |(record, filled_in): (R, &ColumnSet)| Active::of_insert(record, scope.cloned(), *filled_in);
    records.into_iter().zip(filled_in).map(bind).collect()
}
