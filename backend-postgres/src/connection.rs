//! A connection.

mod cancel;
mod control;
mod statements;

pub(crate) use self::cancel::Canceler;
pub(crate) use self::statements::Prepared;

use self::statements::Statements;
use crate::config::Postgres;
use crate::cursor::PostgresCursor;
use crate::value::{Params, PostgresRow};
use crate::{backend, error};
use activerecord_core::{
    Answer, AsyncConnection, AsyncCursor, Cancel, Control, Error, ErrorKind, Outcome, Result, RowSink,
    SqlValue, Statement, Written, holds_none, holds_several, refuse_control,
};
use futures_core::Stream;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::{Client, Row, RowStream};

/// How many parameters the protocol can number.
const MAX_PARAMS: usize = 65_535;

/// A connection to one database. Its work goes on in a task, which keeps the answers in order.
pub(crate) struct PostgresConnection {
    client: Client,
    statements: Statements,
    canceler: Canceler,
    /// Whether a transaction may be open on the server: set before `BEGIN` is sent, taken back when it has ended.
    in_transaction: AtomicBool,
    usable: AtomicBool,
    /// What sets the session up again after a reset, where its start did not.
    set_up: String,
}

impl PostgresConnection {
    pub(crate) fn new(client: Client, canceler: Canceler, postgres: &Postgres, settled: bool) -> Self {
        Self {
            client,
            statements: Statements::new(postgres.cached_statements()),
            canceler,
            in_transaction: AtomicBool::new(false),
            usable: AtomicBool::new(true),
            set_up: match settled {
                true => String::new(),
                false => backend::set_up_sql(postgres),
            },
        }
    }

    fn is_alone(&self) -> bool {
        !self.in_transaction.load(Ordering::Acquire)
    }

    /// Sends a statement, whose rows are to come.
    pub(crate) async fn start(&self, sql: &str, params: &[SqlValue<'_>]) -> Result<Running> {
        refuse_control(sql)?;
        self.expect_open()?;
        if params.len() > MAX_PARAMS {
            return Err(too_many_params(params.len()));
        }
        let alone = self.is_alone();
        let (mut prepared, mut kept) = match self.statements.get(sql) {
            Some(prepared) => (prepared, true),
            // What happens rarely is kept out of the future of all statements.
            None => (Box::pin(self.prepare(sql)).await?, false),
        };
        loop {
            let expected = prepared.statement.params().len();
            if params.len() != expected {
                return Err(miscounted(expected, params.len()));
            }
            // The driver's future has room for preparing a statement from its text, a kilobyte.
            let sent = Box::pin(self.client.query_raw(&prepared.statement, Params::new(params)));
            let failure = match sent.await {
                Ok(rows) => return Ok(Running::new(rows, prepared, alone)),
                Err(failure) => failure,
            };
            prepared = Box::pin(self.again(sql, params, &prepared, failure, alone, kept)).await?;
            kept &= prepared.is_typed;
        }
    }

    /// Gives another statement for one that failed, where that can help.
    async fn again(
        &self,
        sql: &str,
        params: &[SqlValue<'_>],
        prepared: &Prepared,
        failure: tokio_postgres::Error,
        alone: bool,
        kept: bool,
    ) -> Result<Arc<Prepared>> {
        if error::is_untyped(&failure) && !prepared.is_typed {
            return self.statements.typed(&self.client, sql, prepared, params).await;
        }
        if let Some(refused) = error::refused(&failure) {
            return Err(error::of_refused(refused, params.len()));
        }
        if kept && error::may_be_outdated(&failure) {
            self.statements.forget(sql);
            if alone {
                return self.prepare(sql).await;
            }
        }
        Err(self.explain(sql, failure, prepared.writes, alone).await)
    }

    /// Prepares a statement that was not kept.
    async fn prepare(&self, sql: &str) -> Result<Arc<Prepared>> {
        if sql.contains('\0') {
            return Err(Error::invalid(
                "the SQL holds a NUL character, which PostgreSQL does not take",
            ));
        }
        if holds_none(sql) {
            return Err(Error::invalid("the text holds no statement"));
        }
        let statement = self.client.prepare(sql).await;
        match statement {
            Ok(statement) => Ok(self.statements.keep(sql, statement)),
            Err(failure) if error::is_syntax(&failure) && holds_several(sql) => {
                Err(Error::invalid("the text holds more than one statement")
                    .with_source(error::explain(failure)))
            }
            // Nothing has run, so nothing of it is in doubt.
            Err(failure) => Err(self.explain(sql, failure, false, false).await),
        }
    }

    /// Says what went wrong with a statement, and what is known of its effect.
    #[cold]
    pub(crate) async fn explain(
        &self,
        sql: &str,
        failure: tokio_postgres::Error,
        writes: bool,
        alone: bool,
    ) -> Error {
        let error = error::explain_in(sql, failure);
        match error.kind() {
            ErrorKind::StatementTimeout if self.canceler.has_stopped() => canceled(error),
            ErrorKind::ConnectionLost => {
                self.usable.store(false, Ordering::Release);
                match alone && writes {
                    true => error.with_outcome(Outcome::Unknown),
                    false => error,
                }
            }
            _ if alone && error::ask::is_worthwhile(&error) => {
                error::ask::with_columns(&self.client, error).await
            }
            _ => error,
        }
    }

    fn expect_open(&self) -> Result<()> {
        match self.client.is_closed() {
            false => Ok(()),
            true => Err(closed()),
        }
    }

    async fn push(&self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        let mut running = self.start(statement.sql, statement.params).await?;
        let mut unread = None;
        while let Some(row) = running.next().await {
            let row = match row {
                Ok(row) => row,
                Err(failure) => {
                    return Err(Box::pin(self.broken_off(statement.sql, failure, &running)).await);
                }
            };
            // What is not wanted is read all the same: behind it may be an error.
            if unread.is_none() {
                match sink.row(&PostgresRow::new(&row, &running.prepared.shapes)) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => unread = Some(Ok(())),
                    Err(error) => unread = Some(Err(error)),
                }
            }
        }
        unread
            .unwrap_or(Ok(()))
            .map_err(|error| running.after_its_end(error))
    }

    async fn run(&self, statement: &Statement<'_>) -> Result<Written> {
        let mut running = self.start(statement.sql, statement.params).await?;
        while let Some(row) = running.next().await {
            if let Err(failure) = row {
                return Err(Box::pin(self.broken_off(statement.sql, failure, &running)).await);
            }
        }
        Ok(Written {
            rows: running.rows_affected(),
            ..Written::default()
        })
    }

    #[cold]
    pub(crate) async fn broken_off(
        &self,
        sql: &str,
        failure: tokio_postgres::Error,
        running: &Running,
    ) -> Error {
        self.explain(sql, failure, running.prepared.writes, running.alone)
            .await
    }

    /// Undoes what is left on a session, but not the prepared statements.
    async fn clean(&self) -> Result<()> {
        const CLEAN: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
             SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;";
        self.expect_open()?;
        let cleaned = self
            .client
            .batch_execute(&format!("{CLEAN}{}", self.set_up))
            .await;
        cleaned.map_err(|failure| {
            self.usable.store(false, Ordering::Release);
            error::explain(failure)
        })
    }

    async fn answer(&self) -> Result<()> {
        self.expect_open()?;
        let answer = self.client.check_connection().await;
        // Whatever was stopped has ended.
        self.canceler.rest();
        answer.map_err(|failure| {
            self.usable.store(false, Ordering::Release);
            error::explain(failure)
        })
    }
}

impl AsyncConnection for PostgresConnection {
    fn query<'a>(&'a self, statement: &'a Statement<'a>, sink: &'a mut dyn RowSink) -> Answer<'a, ()> {
        Box::pin(self.push(statement, sink))
    }

    fn execute<'a>(&'a self, statement: &'a Statement<'a>) -> Answer<'a, Written> {
        Box::pin(self.run(statement))
    }

    fn control<'a>(&'a self, control: Control<'a>) -> Answer<'a, ()> {
        Box::pin(self.step(control))
    }

    fn reset(&self) -> Answer<'_, ()> {
        Box::pin(self.clean())
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(self.answer())
    }

    fn is_in_transaction(&self) -> bool {
        !self.is_alone() && !self.client.is_closed()
    }

    fn max_params(&self) -> usize {
        MAX_PARAMS
    }

    fn canceler(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::new(self.canceler.clone()))
    }

    fn is_usable(&self) -> bool {
        self.usable.load(Ordering::Acquire) && !self.client.is_closed()
    }

    fn open_cursor(
        self: Arc<Self>,
        sql: String,
        params: Vec<SqlValue<'static>>,
    ) -> Answer<'static, Box<dyn AsyncCursor>> {
        Box::pin(async move {
            let running = self.start(&sql, &params).await?;
            Ok(Box::new(PostgresCursor::new(self, running, sql)) as Box<dyn AsyncCursor>)
        })
    }
}

/// A statement under way.
pub(crate) struct Running {
    rows: Pin<Box<RowStream>>,
    pub(crate) prepared: Arc<Prepared>,
    /// Whether it commits by itself.
    alone: bool,
}

impl Running {
    fn new(rows: RowStream, prepared: Arc<Prepared>, alone: bool) -> Self {
        Self {
            rows: Box::pin(rows),
            prepared,
            alone,
        }
    }

    /// The next row.
    pub(crate) async fn next(&mut self) -> Option<Result<Row, tokio_postgres::Error>> {
        poll_fn(|context| self.rows.as_mut().poll_next(context)).await
    }

    /// The rows that were written, once there are no more to read. The server counts those that were read as well.
    fn rows_affected(&self) -> u64 {
        match self.prepared.counts {
            true => self.rows.rows_affected().unwrap_or_default(),
            false => 0,
        }
    }

    /// An error about a row of a statement that has run to its end.
    #[cold]
    fn after_its_end(&self, error: Error) -> Error {
        match self.alone && self.prepared.writes {
            true => error.with_outcome(Outcome::Applied),
            false => error,
        }
    }
}

/// A statement that was stopped, not one that took too long.
#[cold]
fn canceled(error: Error) -> Error {
    let state = error.sqlstate().unwrap_or_default().to_owned();
    Error::new(
        ErrorKind::Canceled,
        format!("the statement was interrupted (PostgreSQL {state})"),
    )
    .with_sqlstate(&state)
    .with_source(error)
}

#[cold]
fn closed() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the connection to PostgreSQL is closed",
    )
}

#[cold]
fn too_many_params(given: usize) -> Error {
    Error::invalid(format!(
        "the statement has {given} parameters; PostgreSQL takes {MAX_PARAMS} at most"
    ))
}

#[cold]
fn miscounted(expected: usize, given: usize) -> Error {
    Error::invalid(format!(
        "the statement has {expected} parameters, {given} were given"
    ))
}
