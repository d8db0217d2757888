//! Inserting many rows.

use super::write::{explain, insert};
use crate::driver::Written;
use crate::engine::{Access, Batch, Operation, Session, Step, answer};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Active, ColumnSet, Places, Record, Scope, Table};
use crate::value::SqlValue;
use std::sync::Arc;

/// Inserts many records in one transaction, in statements of as many rows as the database takes.
pub(in crate::record) struct InsertAll<R> {
    pub(in crate::record) records: Vec<R>,
    given: Option<Vec<R>>,
    pub(in crate::record) filled_in: FilledIn,
}

impl<R: Record> InsertAll<R> {
    pub(in crate::record) fn new(records: Vec<R>) -> Self {
        let given = R::ACTIVE.then(|| records.clone());
        Self {
            records,
            given,
            filled_in: FilledIn::default(),
        }
    }

    pub(in crate::record) fn into_given(mut self) -> Vec<R> {
        self.clear_filled_in();
        self.given.unwrap_or(self.records)
    }

    async fn insert_with_hooks(&mut self, session: &mut Session<'_>) -> Result<()> {
        for record in &mut self.records {
            record.before_save(session).await?;
        }
        self.insert(session).await?;
        for record in &self.records {
            record.after_save(session).await?;
        }
        Ok(())
    }

    /// Inserts the rows, all or none.
    async fn insert(&mut self, session: &mut Session<'_>) -> Result<()> {
        if self.insert_in_statements_of_many(session).await? {
            return Ok(());
        }
        let mut inner = session.begin().await?;
        let result = self.insert_one_by_one(&mut inner).await;
        inner.end(result).await
    }

    /// Inserts the rows in few statements; `false`, with nothing inserted, where their keys would not be certain.
    async fn insert_in_statements_of_many(&mut self, session: &mut Session<'_>) -> Result<bool> {
        let mut inner = session.begin().await?;
        match self.insert_chunks(&mut inner).await {
            Ok(false) => {
                // What it gives back is the error it was given.
                let _: Result<()> = inner.end(Err(uncertain_keys())).await;
                self.clear_filled_in();
                Ok(false)
            }
            result => inner.end(result).await,
        }
    }

    async fn insert_chunks(&mut self, session: &mut Session<'_>) -> Result<bool> {
        let most = rows_per_statement::<R>(session)?;
        let mut left = &mut *self.records;
        while let Some(first) = left.first() {
            let unset = first.unset();
            let alike = left.iter().take_while(|record| record.unset() == unset).count();
            // As many statements of the same rows as there are, then one of what is left.
            let rows = alike.min(most);
            let (records, rest) = left.split_at_mut(alike - alike % rows);
            // Before they are inserted: where that fails half way, the first of them have their keys already.
            self.filled_in.push(records.len(), unset);
            if !insert_rows(session, records, rows, unset).await? {
                return Ok(false);
            }
            left = rest;
        }
        Ok(true)
    }

    async fn insert_one_by_one(&mut self, session: &mut Session<'_>) -> Result<()> {
        for record in &mut self.records {
            self.filled_in.push(1, record.unset());
            answer!(insert(session, record))?;
        }
        Ok(())
    }

    fn clear_filled_in(&mut self) {
        let mut records = self.records.iter_mut();
        for (rows, columns) in self.filled_in.0.drain(..) {
            records
                .by_ref()
                .take(rows)
                .for_each(|record| record.clear(columns));
        }
    }
}

/// The columns that the database filled in, row by row: nearly always the same ones in all rows.
#[derive(Default)]
pub(in crate::record) struct FilledIn(Vec<(usize, ColumnSet)>);

impl FilledIn {
    fn push(&mut self, rows: usize, columns: ColumnSet) {
        match self.0.last_mut() {
            Some((alike, last)) if *last == columns => *alike += rows,
            _ => self.0.push((rows, columns)),
        }
    }
}

#[cold]
fn uncertain_keys() -> Error {
    Error::new(
        ErrorKind::Other,
        "the keys of the rows of one statement are not consecutive",
    )
}

fn rows_per_statement<R: Record>(session: &Session<'_>) -> Result<usize> {
    let fit = session.max_params()? / R::table().columns.len().max(1);
    Ok(fit.clamp(1, session.sql_dialect().rows_per_insert()))
}

impl<R: Record> Operation for InsertAll<R> {
    type Found = ();

    fn access(&self) -> Access {
        Access::Write
    }

    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        _: &'r mut (),
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        if self.records.is_empty() {
            return Step::Ready(Ok(()));
        }
        Step::Waiting(async move {
            if !R::ACTIVE {
                return self.insert(session).await;
            }
            let mut inner = session.begin().await?;
            let result = self.insert_with_hooks(&mut inner).await;
            inner.end(result).await
        })
    }
}

/// Inserts records that leave the same columns to the database, so many rows in a statement; `false` where it is not
/// certain which of them has which key.
async fn insert_rows<R: Record>(
    session: &mut Session<'_>,
    records: &mut [R],
    rows: usize,
    unset: ColumnSet,
) -> Result<bool> {
    let table = R::table();
    let sent = table.all().without(unset);
    let fixed = table.sql(session.sql_dialect());
    if sent.is_empty() || !fixed.returned(unset).is_empty() {
        // What several rows return comes in no certain order, so each is inserted by itself.
        for record in records {
            answer!(insert(session, record))?;
        }
        return Ok(true);
    }
    let mut chunks = Chunks {
        left: records,
        rows,
        unset,
        sent,
        certain: true,
    };
    let sql = fixed.insert_rows(unset, rows);
    session.execute_batch(&sql, &mut chunks).await?;
    Ok(chunks.certain)
}

/// Records on their way into their table, the same number in each statement.
struct Chunks<'r, R> {
    left: &'r mut [R],
    rows: usize,
    unset: ColumnSet,
    sent: ColumnSet,
    /// Whether it is certain which of them has which key.
    certain: bool,
}

impl<R: Record> Batch for Chunks<'_, R> {
    fn params(&self) -> Option<Vec<SqlValue<'_>>> {
        let records = self.left.get(..self.rows).filter(|_| self.certain)?;
        let cells = std::iter::repeat_with(|| SqlValue::Null).take(records.len() * self.sent.len());
        let mut params: Vec<_> = cells.collect();
        let mut places = Places::of(&mut params);
        for record in records {
            record.put_values(self.sent, &mut places);
        }
        Some(params)
    }

    fn told(&mut self, written: Result<Written>) -> Result<()> {
        let (table, sent) = (R::table(), self.sent);
        let written = written.map_err(|error| explain(in_its_row(error, sent), table, sent))?;
        let (records, left) = std::mem::take(&mut self.left).split_at_mut(self.rows);
        self.certain = number(records, table, self.unset, &written)?;
        self.left = left;
        Ok(())
    }
}

/// Counts the parameter that cannot be sent from the beginning of its row.
#[cold]
fn in_its_row(error: Error, sent: ColumnSet) -> Error {
    match error.parameter() {
        Some(number) => error.with_parameter((number - 1) % sent.len().max(1) + 1),
        None => error,
    }
}

/// The keys of one statement's rows are consecutive and the last one is told, unless a trigger wrote rows in between
/// or the database has run out of ascending keys and picks them at random.
fn number<R: Record>(records: &mut [R], table: &Table, unset: ColumnSet, written: &Written) -> Result<bool> {
    const ASCENDING: i64 = 1 << 40;
    if written.rows != records.len() as u64 {
        return Err(some_ignored(records.len(), table, written.rows));
    }
    let numbered = table.numbered_key().filter(|key| unset.contains(*key));
    let Some((column, last)) = numbered.zip(written.key) else {
        return Ok(true);
    };
    if written.triggered || last > ASCENDING {
        return Ok(false);
    }
    for (key, record) in (i64::MIN..=last).rev().zip(records.iter_mut().rev()) {
        record.set_value(column, SqlValue::I64(key))?;
    }
    Ok(true)
}

#[cold]
fn some_ignored(sent: usize, table: &Table, inserted: u64) -> Error {
    let message = format!(
        "{sent} rows were sent to `{}` and {inserted} inserted",
        table.name
    );
    Error::new(ErrorKind::Other, message)
}

/// Binds the inserted records.
pub(in crate::record) fn inserted<R: Record>(
    records: Vec<R>,
    filled_in: &FilledIn,
    scope: Option<&Arc<Scope>>,
) -> Vec<Active<R>> {
    let mut active = Vec::with_capacity(records.len());
    let mut records = records.into_iter();
    for (rows, columns) in &filled_in.0 {
        let bind = |record| Active::of_insert(record, scope.cloned(), *columns);
        active.extend(records.by_ref().take(*rows).map(bind));
    }
    active
}
