//! Transactions and savepoints.

use super::PostgresConnection;
use crate::error;
use activerecord_core::{Control, Error, ErrorKind, Isolation, Result, TransactionOptions};
use std::sync::atomic::Ordering;

impl PostgresConnection {
    pub(super) async fn step(&self, control: Control<'_>) -> Result<()> {
        match control {
            Control::Begin(options) => self.begin(options).await,
            Control::Commit => self.commit().await,
            Control::Rollback => self.roll_back().await,
            Control::Savepoint(depth) => self.at_savepoint(&format!("SAVEPOINT \"ar_{depth}\"")).await,
            Control::Release(depth) => self.at_savepoint(&format!("RELEASE \"ar_{depth}\"")).await,
            Control::RollbackTo(depth) => {
                let sql = format!("ROLLBACK TO \"ar_{depth}\"; RELEASE \"ar_{depth}\"");
                self.at_savepoint(&sql).await
            }
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                "PostgreSQL has no such step of transaction control",
            )),
        }
    }

    async fn begin(&self, options: &TransactionOptions) -> Result<()> {
        if !self.is_alone() {
            return Err(Error::invalid("a transaction is open on this connection already"));
        }
        self.expect_open()?;
        self.in_transaction.store(true, Ordering::Release);
        let begun = self.send(&begin_sql(options)).await;
        if begun.is_err() {
            // The server answered that it has not begun, or is gone with it.
            self.in_transaction.store(false, Ordering::Release);
        }
        begun
    }

    /// Commits. The server answers a `COMMIT` of a failed transaction with success after rolling it back; the empty
    /// `SELECT` before it, in the same message, fails there instead.
    async fn commit(&self) -> Result<()> {
        self.expect_transaction()?;
        self.expect_open()?;
        match self.send("SELECT; COMMIT").await {
            Ok(()) => {
                self.in_transaction.store(false, Ordering::Release);
                Ok(())
            }
            Err(error) => {
                // Whichever of the two failed, nothing is open after this.
                let _ = self.roll_back().await;
                Err(error::in_commit(error))
            }
        }
    }

    async fn roll_back(&self) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        let outcome = match self.expect_open() {
            Ok(()) => self.send("ROLLBACK").await,
            closed => closed,
        };
        match outcome.is_ok() {
            true => self.in_transaction.store(false, Ordering::Release),
            false => self.usable.store(false, Ordering::Release),
        }
        outcome
    }

    async fn at_savepoint(&self, sql: &str) -> Result<()> {
        self.expect_transaction()?;
        self.expect_open()?;
        self.send(sql).await
    }

    fn expect_transaction(&self) -> Result<()> {
        match self.is_alone() {
            false => Ok(()),
            true => Err(Error::new(
                ErrorKind::TransactionAborted,
                "there is no transaction: PostgreSQL has rolled it back after an error, or it has ended",
            )),
        }
    }

    /// Sends a text of ours.
    async fn send(&self, sql: &str) -> Result<()> {
        match self.client.batch_execute(sql).await {
            Ok(()) => Ok(()),
            Err(failure) => Err(self.explain(sql, failure, false, false).await),
        }
    }
}

fn begin_sql(options: &TransactionOptions) -> String {
    let mut sql = String::from("BEGIN");
    if let Some(level) = options.isolation {
        sql.push_str(" ISOLATION LEVEL ");
        sql.push_str(name(level));
    }
    if options.read_only {
        sql.push_str(" READ ONLY");
    }
    if options.deferrable {
        sql.push_str(" DEFERRABLE");
    }
    sql
}

fn name(level: Isolation) -> &'static str {
    match level {
        Isolation::ReadUncommitted => "READ UNCOMMITTED",
        Isolation::ReadCommitted => "READ COMMITTED",
        Isolation::RepeatableRead => "REPEATABLE READ",
        _ => "SERIALIZABLE",
    }
}
