//! The operation that reads.

use super::Prepared;
use crate::driver::RowSink;
use crate::engine::{Access, Any, First, Found, Mapped, Operation, Rows, Session, Step};
use crate::error::Result;
use std::marker::PhantomData;

/// Runs a query. What is made of its rows is up to their sink.
pub(crate) struct Read<S> {
    statement: Prepared,
    turn: Turn,
    sink: PhantomData<fn() -> S>,
}

/// Reads the first row.
pub(crate) type FindOne<T> = Read<First<T>>;

/// Reads all rows.
pub(crate) type FindAll<T> = Read<Rows<T>>;

/// Reads all rows by name, where the type names its columns.
pub(crate) type FindMapped<T> = Read<Mapped<T>>;

/// Tells whether there is a row.
pub(crate) type Exists = Read<Any>;

/// Beside whom a query runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Beside everybody: it is of our own making and writes nothing.
    Any,
    /// Behind those who write.
    BehindWrites,
    /// The database tells whether it writes.
    Raw,
}

impl<S> Read<S> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self::at(Turn::Any, statement)
    }

    /// Raw SQL: the database tells whether it writes.
    pub(crate) fn raw(statement: Prepared) -> Self {
        Self::at(Turn::Raw, statement)
    }

    /// Queues with the writers, so that a write which was cut off but still runs is over.
    pub(in crate::record) fn behind_writes(statement: Prepared) -> Self {
        Self::at(Turn::BehindWrites, statement)
    }

    fn at(turn: Turn, statement: Prepared) -> Self {
        Self {
            statement,
            turn,
            sink: PhantomData,
        }
    }
}

impl<S: RowSink + Found + Default + 'static> Operation for Read<S> {
    type Found = S;

    fn access(&self) -> Access {
        match self.turn {
            Turn::Any => Access::Read,
            Turn::BehindWrites => Access::Write,
            Turn::Raw => Access::Raw(self.statement.sql.to_string().into()),
        }
    }

    fn only_reads(&self) -> bool {
        self.turn != Turn::Raw
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    #[inline]
    fn run<'r>(
        &'r mut self,
        session: &'r mut Session<'_>,
        found: &'r mut S,
    ) -> Step<Result<()>, impl Future<Output = Result<()>> + Send> {
        if self.turn == Turn::Raw {
            session.runs_raw(&self.statement.sql);
        }
        session.query(&self.statement.sql, &self.statement.params, found)
    }
}
