//! Operations that read.

use super::Prepared;
use crate::engine::{Access, Any, First, Mapped, Operation, Rows, Session};
use crate::error::Result;
use crate::record::FromRow;
use std::marker::PhantomData;

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
    pub(in crate::record) fn behind_writes(mut self) -> Self {
        self.access = Access::Write;
        self
    }
}

impl<T: FromRow> Operation for FindOne<T> {
    type Output = Option<T>;

    fn access(&self) -> Access {
        self.access.clone()
    }

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<Option<T>> {
        let mut first = First(None);
        session
            .query(&self.statement.sql, &self.statement.params, &mut first)
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

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<Vec<T>> {
        let mut rows = Rows(Vec::new());
        session
            .query(&self.statement.sql, &self.statement.params, &mut rows)
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

    fn only_reads(&self) -> bool {
        matches!(self.access, Access::Read)
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<Vec<T>> {
        let mut rows = Mapped::new();
        session
            .query(&self.statement.sql, &self.statement.params, &mut rows)
            .await?;
        Ok(rows.rows)
    }
}

/// Tells whether there is a row.
pub(crate) struct Exists(pub(crate) Prepared);

impl Operation for Exists {
    type Output = bool;

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<bool> {
        let mut any = Any::default();
        session
            .query(&self.0.sql, &self.0.params, &mut any)
            .await?;
        Ok(any.0)
    }
}
