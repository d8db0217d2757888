//! Rows one after the other, from a blocking handle.

use super::loan::Loan;
use super::mode::Handle;
use super::transaction_state::Purpose;
use super::{Database, Returns, Transaction};
use crate::driver::{Cursor, Row, RowSink};
use crate::engine::Access;
use crate::error::{Error, Result};
use crate::record::FromRow;
use crate::value::SqlValue;
use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;

/// A handle that rows can be iterated over on: a database or a transaction in either mode.
pub trait Iterate: Handle {
    /// The rows: an iterator, or a stream.
    type Rows<T: FromRow>;

    /// Starts the query.
    #[doc(hidden)]
    fn open_rows<T: FromRow>(&self, statement: Result<RowQuery>) -> Returns<'_, Self, Self::Rows<T>>;
}

/// The query whose rows are iterated over.
#[doc(hidden)]
#[derive(Debug)]
pub struct RowQuery {
    pub(crate) sql: String,
    pub(crate) params: Vec<SqlValue<'static>>,
}

impl From<crate::record::Prepared> for RowQuery {
    fn from(prepared: crate::record::Prepared) -> Self {
        let (sql, params) = prepared.into_parts();
        Self { sql, params }
    }
}

/// How many rows are in memory at a time.
pub(super) const BATCH: usize = 128;

/// The rows of a query, one after the other. It holds a connection until it ends or is dropped.
pub struct Rows<T> {
    batch: VecDeque<T>,
    /// What comes after the rows at hand, once it is known: an error, or the end.
    end: Option<Option<Error>>,
    /// It holds the connection until the last row was taken, however few rows there are.
    open: Option<OpenRows>,
}

/// A query under way, and the connection's way back.
pub(super) struct OpenRows {
    cursor: Option<Box<dyn Cursor>>,
    loan: Loan<'static>,
}

impl OpenRows {
    pub(super) fn new(mut loan: Loan<'static>, query: RowQuery) -> Result<Self> {
        let line = loan.line()?;
        let connection = line.detach()?;
        match connection.open_cursor(query.sql, query.params) {
            Ok(cursor) => Ok(Self {
                cursor: Some(cursor),
                loan,
            }),
            Err((error, connection)) => {
                line.attach(connection);
                Err(error)
            }
        }
    }

    /// Reads the next rows; whether there are more.
    pub(super) fn fill<T: FromRow>(&mut self, batch: &mut VecDeque<T>) -> Result<bool> {
        match &mut self.cursor {
            Some(cursor) => cursor.fill(BATCH, &mut Batch(batch)),
            None => Ok(false),
        }
    }
}

impl Drop for OpenRows {
    fn drop(&mut self) {
        if let (Some(cursor), Ok(line)) = (self.cursor.take(), self.loan.line()) {
            line.attach(cursor.close());
        }
    }
}

/// Puts rows into a batch.
pub(super) struct Batch<'a, T>(pub(super) &'a mut VecDeque<T>);

impl<T: FromRow> RowSink for Batch<'_, T> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0.push_back(T::from_row(row)?);
        Ok(ControlFlow::Continue(()))
    }
}

impl<T: FromRow> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(row) = self.batch.pop_front() {
                return Some(Ok(row));
            }
            if let Some(end) = self.end.take() {
                self.open = None;
                return end.map(Err);
            }
            let more = self.open.as_mut()?.fill(&mut self.batch);
            if !matches!(more, Ok(true)) {
                self.end = Some(more.err());
            }
        }
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Rows")
            .field("open", &self.open.is_some())
            .finish_non_exhaustive()
    }
}

impl Iterate for Database {
    type Rows<T: FromRow> = Rows<T>;

    fn open_rows<T: FromRow>(&self, statement: Result<RowQuery>) -> Result<Rows<T>> {
        let loan = self.source().loan(&Access::Read, Purpose::Iteration)?;
        let open = OpenRows::new(loan.into_static()?, statement?)?;
        Ok(Rows {
            batch: VecDeque::with_capacity(BATCH),
            end: None,
            open: Some(open),
        })
    }
}

impl Iterate for Transaction {
    type Rows<T: FromRow> = Rows<T>;

    fn open_rows<T: FromRow>(&self, statement: Result<RowQuery>) -> Result<Rows<T>> {
        (**self).open_rows(statement)
    }
}
