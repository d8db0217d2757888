//! A connection, and what is known of its state.

use super::link::Link;
use super::pool::Home;
use crate::driver::{Connection, Control, Repeat, RowSink, Statement, TransactionOptions, Written};
#[cfg(feature = "async")]
use crate::driver::{Interrupt, stop::Stop};
use crate::engine::now;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::{Counted, Observer};
use crate::sql::leaves_no_trace;
use std::pin::pin;
#[cfg(feature = "async")]
use std::sync::Arc;
use std::time::Instant;
#[cfg(feature = "native")]
use {super::native::Native, crate::driver::AsyncConnection};

/// A connection as it goes around: in the pool, in a transaction, under an operation.
///
/// Before a `BEGIN`, `COMMIT`, `ROLLBACK` or savepoint is sent it is marked as unsettled, and the mark goes only when
/// the database has answered. One that comes back unsettled or inside a transaction is rolled back, or closed where
/// that fails; it is never handed out as it is.
///
/// What takes a step of transaction control is an async function. Over a blocking connection it is ready at once.
pub(crate) struct Line {
    /// Empty while a cursor has the connection.
    link: Option<Link>,
    home: Home,
    pub(crate) observer: Observer,
    /// How many transactions and savepoints are open.
    depth: u32,
    unsettled: bool,
    /// Whether raw SQL was run that may have left something on the session.
    pub(super) raw: bool,
    /// Whether the database said that the connection is lost; its driver may come to know that later.
    lost: bool,
    /// Says when no further statement is to start.
    #[cfg(feature = "async")]
    stop: Option<Stop>,
}

impl Line {
    pub(super) fn new(link: Link, home: Home, observer: Observer) -> Self {
        Self {
            link: Some(link),
            home,
            observer,
            depth: 0,
            unsettled: false,
            raw: false,
            lost: false,
            #[cfg(feature = "async")]
            stop: None,
        }
    }

    #[inline]
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// Whether a step of control failed, so that it is not known what is open.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.unsettled
    }

    pub(crate) fn max_params(&mut self) -> usize {
        self.link.as_mut().map_or(0, Link::max_params)
    }

    #[cfg(feature = "async")]
    pub(crate) fn interrupter(&mut self) -> Option<Arc<dyn Interrupt>> {
        self.blocking().ok()?.interrupter()
    }

    /// Starts no further statement once this says stop.
    #[cfg(feature = "async")]
    pub(crate) fn heed(&mut self, stop: Option<Stop>) {
        self.stop = stop;
    }

    #[inline]
    fn check_wanted(&self) -> Result<()> {
        #[cfg(feature = "async")]
        if let Some(stop) = &self.stop {
            return stop.check();
        }
        Ok(())
    }

    /// Runs a query on a blocking connection.
    #[inline]
    pub(crate) fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        self.check_wanted()?;
        let watch = self.observer.watch();
        let connection = self.blocking()?;
        let result = match watch {
            None => connection.query(statement, sink),
            Some(watch) => {
                let mut counted = Counted::new(sink);
                let result = connection.query(statement, &mut counted);
                watch.tell(statement, counted.rows, result.as_ref().err());
                result
            }
        };
        self.note(result)
    }

    /// Runs a statement for its effect on a blocking connection.
    #[inline]
    pub(crate) fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        self.check_wanted()?;
        let observer = self.observer;
        let connection = self.blocking()?;
        let result = observer.executed(statement, || connection.execute(statement));
        self.note(result)
    }

    /// Runs one statement for its effect again and again, on a blocking connection.
    pub(crate) fn repeat(
        &mut self,
        sql: &str,
        work: &mut dyn FnMut(&mut Repeat<'_>) -> Result<()>,
    ) -> Result<()> {
        let observer = self.observer;
        #[cfg(feature = "async")]
        let stop = self.stop.clone();
        let result = self.blocking()?.repeat(sql, &mut |execute| {
            work(&mut |params| {
                #[cfg(feature = "async")]
                stop.as_ref().map_or(Ok(()), Stop::check)?;
                observer.executed(&Statement::new(sql, params), || execute(params))
            })
        });
        self.note(result)
    }

    /// Takes note of a connection that is lost.
    #[inline]
    fn note<T>(&mut self, result: Result<T>) -> Result<T> {
        self.note_error(result.as_ref().err());
        result
    }

    #[inline]
    pub(super) fn note_error(&mut self, error: Option<&Error>) {
        self.lost |= error.is_some_and(|error| error.kind() == ErrorKind::ConnectionLost);
    }

    pub(crate) fn reads_only(&mut self, sql: &str) -> Result<bool> {
        self.blocking()?.reads_only(sql)
    }

    /// Begins a transaction, or sets a savepoint inside one.
    pub(crate) async fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        self.check_wanted()?;
        let control = match self.depth {
            0 => Control::Begin(options),
            depth => Control::Savepoint(depth),
        };
        self.control(control).await?;
        self.depth += 1;
        Ok(())
    }

    /// Commits the transaction or keeps what was done since the innermost savepoint; where that fails, undoes it.
    pub(crate) async fn keep(&mut self) -> Result<()> {
        // Some failures end the transaction on the database's side; `COMMIT` would then keep nothing.
        if !self.is_in_transaction() {
            self.depth = 0;
            return Err(lost_transaction());
        }
        let outer = self.depth.saturating_sub(1);
        if self.unsettled {
            let _ = self.unwind(outer).await;
            return Err(not_undone());
        }
        let control = match outer {
            0 => Control::Commit,
            outer => Control::Release(outer),
        };
        match self.control(control).await {
            Ok(()) => {
                self.depth = outer;
                Ok(())
            }
            Err(error) => {
                let _ = self.unwind(outer).await;
                Err(error)
            }
        }
    }

    /// Undoes whatever was done above a depth. This is the one way back.
    pub(crate) async fn unwind(&mut self, depth: u32) -> Result<()> {
        if self.is_settled_at(depth) {
            return Ok(());
        }
        let control = match depth {
            0 => Control::Rollback,
            depth => Control::RollbackTo(depth),
        };
        let result = self.control(control).await;
        self.depth = depth;
        result
    }

    /// Whether there is nothing to undo above a depth.
    #[inline]
    pub(crate) fn is_settled_at(&self, depth: u32) -> bool {
        self.depth <= depth && !self.unsettled
    }

    pub(crate) fn is_in_transaction(&mut self) -> bool {
        self.link.as_mut().is_some_and(Link::is_in_transaction)
    }

    /// Whether it can be handed out as it is.
    #[inline]
    pub(crate) fn is_clean(&mut self) -> bool {
        let settled = !self.lost && !self.raw && self.is_at_rest() && self.is_settled_at(0);
        settled && self.link.as_mut().is_some_and(Link::is_clean)
    }

    /// Whether nothing is under way on it.
    #[inline]
    pub(crate) fn is_at_rest(&mut self) -> bool {
        #[cfg(feature = "native")]
        if let Some(native) = self.native() {
            return native.is_at_rest();
        }
        true
    }

    /// Nobody uses it from now on. Says whether it may be used again.
    pub(super) fn rest(&mut self, now: Instant) -> bool {
        self.home.age().is_none_or(|age| {
            age.rest(now);
            !age.has_expired(now)
        })
    }

    /// Whether it can be used without a sign of life.
    pub(super) fn is_fresh(&mut self, now: Instant) -> bool {
        let age = self.home.age();
        age.is_none_or(|age| age.is_fresh(now) && !age.has_expired(now))
    }

    /// Whether what is done on it is done at once.
    pub(crate) fn can_block(&self) -> bool {
        matches!(self.link, Some(Link::Blocking(_)))
    }

    /// Whether the database can still be reached by it.
    #[inline]
    pub(crate) fn is_usable(&mut self) -> bool {
        !self.lost && self.link.as_mut().is_some_and(Link::is_usable)
    }

    /// Takes note that raw SQL is run.
    pub(crate) fn runs_raw(&mut self, sql: &str) {
        let can_reset = self.link.as_mut().is_some_and(Link::can_reset);
        self.raw |= can_reset && !leaves_no_trace(sql);
    }

    /// Undoes what raw SQL may have left on the session.
    pub(super) async fn reset(&mut self) -> Result<()> {
        if std::mem::take(&mut self.raw)
            && let Some(link) = &mut self.link
        {
            link.reset().await?;
        }
        Ok(())
    }

    /// Undoes whatever somebody left behind on it.
    pub(super) async fn come_to_rest(&mut self) -> Result<()> {
        if !self.is_settled_at(0) || self.is_in_transaction() {
            self.clean().await?;
        }
        self.reset().await
    }

    /// Rolls back whatever may be open.
    pub(crate) async fn clean(&mut self) -> Result<()> {
        self.unsettled = true;
        self.unwind(0).await
    }

    /// The connection, where its driver is async by itself.
    #[cfg(feature = "native")]
    #[inline]
    pub(super) fn native(&mut self) -> Option<&mut Native> {
        match &mut self.link {
            Some(Link::Native(native)) => Some(native),
            _ => None,
        }
    }

    /// Readies a statement for a natively async connection, which it is sent on without holding this; `None` on a
    /// blocking one.
    #[cfg(feature = "native")]
    #[inline]
    pub(crate) fn depart(&mut self) -> Option<Arc<dyn AsyncConnection>> {
        self.native().map(Native::depart)
    }

    /// Takes note that a statement was answered, by an error or without one.
    #[cfg(feature = "native")]
    pub(crate) fn arrive(&mut self, error: Option<&Error>) {
        self.note_error(error);
        if let Some(native) = self.native() {
            native.arrive();
        }
    }

    /// Undoes what was done in savepoints that were given up half way inside this depth, be it while they were being
    /// set.
    #[cfg(feature = "native")]
    #[inline]
    pub(crate) async fn undo_given_up(&mut self, depth: u32) -> Result<()> {
        match self.native().and_then(|native| native.given_up()) {
            Some(given_up) => Box::pin(self.undo_down_to(given_up)).await,
            None if self.unsettled && self.depth <= depth => Box::pin(self.undo_down_to(depth)).await,
            None => Ok(()),
        }
    }

    #[cfg(feature = "native")]
    async fn undo_down_to(&mut self, depth: u32) -> Result<()> {
        self.unwind(depth).await?;
        if let Some(native) = self.native() {
            native.forget_given_up();
        }
        Ok(())
    }

    /// Undoes what was done above a depth, now or before the next statement.
    pub(crate) fn give_up(&mut self, depth: u32) {
        #[cfg(feature = "native")]
        if let Some(native) = self.native() {
            return native.give_up(depth);
        }
        // Where that fails the connection is closed when the operation ends.
        let _ = now(pin!(self.unwind(depth)));
    }

    /// Takes the connection out, for a cursor.
    pub(crate) fn detach(&mut self) -> Result<Box<dyn Connection>> {
        self.blocking()?;
        match self.link.take() {
            Some(Link::Blocking(connection)) => Ok(connection.into_inner()),
            #[cfg(feature = "native")]
            Some(Link::Native(_)) => Err(busy()),
            None => Err(busy()),
        }
    }

    /// Puts it back.
    pub(crate) fn attach(&mut self, connection: Box<dyn Connection>) {
        self.link = Some(Link::blocking(connection));
    }

    /// Closes the connection instead of giving it back. Others may be lost with it.
    pub(crate) fn close(mut self) {
        if let Some(age) = self.home.age() {
            age.lost();
        }
        self.link = None;
    }

    async fn control(&mut self, control: Control<'_>) -> Result<()> {
        self.unsettled = true;
        let link = self.link.as_mut().ok_or_else(busy)?;
        let statement = Statement::new(name(control), &[]);
        let watch = self.observer.watch();
        let result = link.control(control).await;
        if let Some(watch) = watch {
            watch.tell(&statement, 0, result.as_ref().err());
        }
        self.note(result)?;
        self.unsettled = false;
        Ok(())
    }

    #[inline]
    fn blocking(&mut self) -> Result<&mut Box<dyn Connection>> {
        match &mut self.link {
            Some(Link::Blocking(connection)) => Ok(connection.get_mut()),
            #[cfg(feature = "native")]
            Some(Link::Native(_)) => Err(busy()),
            None => Err(busy()),
        }
    }
}

/// The connection goes home, unless it was closed.
impl Drop for Line {
    fn drop(&mut self) {
        self.home.take_back(self.link.take());
    }
}

/// How a step of control reads in the log.
fn name(control: Control<'_>) -> &'static str {
    match control {
        Control::Begin(_) => "BEGIN",
        Control::Commit => "COMMIT",
        Control::Rollback => "ROLLBACK",
        Control::Savepoint(_) => "SAVEPOINT",
        Control::Release(_) => "RELEASE",
        Control::RollbackTo(_) => "ROLLBACK TO",
    }
}

#[cold]
fn busy() -> Error {
    Error::invalid("the connection is busy with rows that are being iterated over; end the iteration first")
}

#[cold]
fn not_undone() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "an earlier part of the transaction could not be undone by itself; nothing of the transaction was kept",
    )
}

#[cold]
fn lost_transaction() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "the database has rolled the transaction back already; nothing of it was kept",
    )
}
