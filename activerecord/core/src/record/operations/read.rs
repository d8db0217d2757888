//! Operations that read.

use super::Prepared;
use crate::engine::{Access, Any, Finding, First, Mapped, Operation, Rows, Session, answer};
use crate::error::Result;
use crate::record::FromRow;

/// Reads the first row.
pub(crate) struct FindOne<T> {
    statement: Prepared,
    access: Access,
    found: Option<T>,
}

impl<T> FindOne<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            access: Access::Read,
            found: None,
        }
    }

    /// Queues with the writers, so that a write which was cut off but still runs is over.
    pub(in crate::record) fn behind_writes(mut self) -> Self {
        self.access = Access::Write;
        self
    }
}

impl<T: FromRow> Operation for FindOne<T> {
    fn access(&self) -> Access {
        self.access.clone()
    }

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<()> {
        let mut first = First(&mut self.found);
        answer!(session.query(&self.statement.sql, &self.statement.params, &mut first))
    }
}

impl<T: FromRow> Finding for FindOne<T> {
    type Output = Option<T>;

    #[inline]
    fn found(&mut self) -> Result<Option<T>> {
        Ok(self.found.take())
    }
}

/// Reads all rows.
pub(crate) struct FindAll<T> {
    statement: Prepared,
    found: Vec<T>,
}

impl<T> FindAll<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            found: Vec::new(),
        }
    }
}

impl<T: FromRow> Operation for FindAll<T> {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<()> {
        // An earlier run may have been cut off.
        self.found.clear();
        let mut rows = Rows(&mut self.found);
        answer!(session.query(&self.statement.sql, &self.statement.params, &mut rows))
    }
}

impl<T: FromRow> Finding for FindAll<T> {
    type Output = Vec<T>;

    fn found(&mut self) -> Result<Vec<T>> {
        Ok(std::mem::take(&mut self.found))
    }
}

/// Reads all rows by name, where the type names its columns.
pub(crate) struct FindMapped<T> {
    statement: Prepared,
    access: Access,
    found: Mapped<T>,
}

impl<T> FindMapped<T> {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            access: Access::Read,
            found: Mapped::new(),
        }
    }

    /// Raw SQL: the database tells whether it writes.
    pub(crate) fn raw(statement: Prepared) -> Self {
        let access = Access::Raw(statement.sql.to_string().into());
        Self {
            statement,
            access,
            found: Mapped::new(),
        }
    }
}

impl<T: FromRow> Operation for FindMapped<T> {
    fn access(&self) -> Access {
        self.access.clone()
    }

    fn only_reads(&self) -> bool {
        matches!(self.access, Access::Read)
    }

    fn is_one_statement(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<()> {
        self.found = Mapped::new();
        answer!(session.query(&self.statement.sql, &self.statement.params, &mut self.found))
    }
}

impl<T: FromRow> Finding for FindMapped<T> {
    type Output = Vec<T>;

    fn found(&mut self) -> Result<Vec<T>> {
        Ok(std::mem::take(&mut self.found.rows))
    }
}

/// Tells whether there is a row.
pub(crate) struct Exists {
    statement: Prepared,
    found: bool,
}

impl Exists {
    pub(crate) fn new(statement: Prepared) -> Self {
        Self {
            statement,
            found: false,
        }
    }
}

impl Operation for Exists {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&mut self, session: &mut Session<'_>) -> Result<()> {
        let mut any = Any(&mut self.found);
        answer!(session.query(&self.statement.sql, &self.statement.params, &mut any))
    }
}

impl Finding for Exists {
    type Output = bool;

    fn found(&mut self) -> Result<bool> {
        Ok(self.found)
    }
}
