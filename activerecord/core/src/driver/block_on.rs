//! The adapter that makes a natively async connection block.

mod cursor;

use self::cursor::BlockingCursor;
use super::may_block::{in_a_task, may_block};
use super::{
    Answer, AsyncBackend, AsyncConnection, Connection, Control, Interrupt, OpenCursor, Row, RowSink,
    Statement, Stopper, Written,
};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::sql::begins_as_read;
use crate::value::SqlValue;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// A natively async connection that blocks: each call polls it on the caller's thread, in a runtime of its own.
///
/// It works on any thread that may wait: one without a runtime, one of `spawn_blocking`, and inside `block_in_place`.
/// In an async task every call is an [`Invalid`](ErrorKind::Invalid) error that says so, and nothing is sent; it may
/// be dropped there all the same.
///
/// What the driver does in the background goes on during the calls alone.
pub struct BlockOn {
    // Dropped before the runtime that its work goes on in.
    connection: Arc<dyn AsyncConnection>,
    runtime: OwnRuntime,
    stopper: Option<Stopper>,
    /// Whether a panic left the driver in a state that nobody knows.
    broken: bool,
}

impl BlockOn {
    /// Opens a connection of an async backend, with a runtime of its own.
    ///
    /// # Errors
    ///
    /// What the backend says; [`Invalid`](ErrorKind::Invalid) in an async task; [`Io`](ErrorKind::Io) where the
    /// system gives no runtime.
    pub fn connect(backend: &dyn AsyncBackend) -> Result<Box<dyn Connection>> {
        let runtime = OwnRuntime::new()?;
        let connection = runtime.run(|| backend.connect());
        let connection = connection.map_err(Failure::into_error)??;
        let stopper = connection.canceler().map(Stopper::new);
        Ok(Box::new(Self {
            connection,
            runtime,
            stopper,
            broken: false,
        }))
    }

    /// Polls a call of the connection to its end.
    fn run<'c, T>(
        &'c mut self,
        call: impl FnOnce(&'c Arc<dyn AsyncConnection>) -> Answer<'c, T>,
    ) -> Result<T> {
        self.settle()?;
        let connection = &self.connection;
        let result = self.runtime.run(|| call(connection));
        result.unwrap_or_else(|failure| Err(failure.noted(&mut self.broken)))
    }

    /// Waits until a stop that was asked for can hit nothing any more.
    fn settle(&mut self) -> Result<()> {
        let Some(stopper) = &self.stopper else {
            return Ok(());
        };
        let settled = stopper.settle(|longest| self.sign_of_life(longest));
        settled.inspect_err(|error| self.broken |= error.kind() == ErrorKind::ConnectionLost)
    }

    /// The database's sign of life, after what is left of an answer; `None` where it takes longer.
    fn sign_of_life(&self, longest: Duration) -> Option<Result<()>> {
        let heard = self
            .runtime
            .run(|| tokio::time::timeout(longest, self.connection.ping()));
        match heard {
            Ok(heard) => heard.ok(),
            Err(failure) => Some(Err(failure.into_error())),
        }
    }
}

impl Connection for BlockOn {
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        let mut guarded = Guarded::new(sink);
        let result = self.run(|connection| connection.query(statement, &mut guarded));
        guarded.end(result)
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        self.run(|connection| connection.execute(statement))
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        self.run(|connection| connection.control(control))
    }

    fn reset(&mut self) -> Result<()> {
        self.run(|connection| connection.reset())
    }

    fn can_reset(&self) -> bool {
        true
    }

    fn ping(&mut self, longest: Duration) -> Result<()> {
        self.settle()?;
        self.sign_of_life(longest).unwrap_or_else(|| Err(silent()))
    }

    fn is_in_transaction(&mut self) -> bool {
        self.connection.is_in_transaction()
    }

    fn max_params(&self) -> usize {
        self.connection.max_params()
    }

    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        let stopper = self.stopper.clone()?;
        Some(Arc::new(stopper))
    }

    fn is_usable(&mut self) -> bool {
        !self.broken && self.connection.is_usable()
    }

    fn open_cursor(mut self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor {
        let reads = begins_as_read(&sql);
        match self.run(|connection| connection.clone().open_cursor(sql, params)) {
            Ok(cursor) => Ok(Box::new(BlockingCursor::new(self, cursor, reads))),
            Err(error) => Err((error, self)),
        }
    }
}

impl fmt::Debug for BlockOn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BlockOn")
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

#[cold]
fn silent() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the server gave no sign of life")
}

/// A runtime on the caller's thread, whose drop waits for nothing: so it may happen in a task.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::new(ErrorKind::Io, "the runtime of a connection could not be started").with_source(error)
        })?;
        Ok(Self(Some(runtime)))
    }

    /// Polls a future, made inside the runtime, to its end.
    fn run<T, F: Future<Output = T>>(&self, future: impl FnOnce() -> F) -> Result<T, Failure> {
        may_block().map_err(Failure::Error)?;
        let runtime = self.0.as_ref().ok_or(Failure::Panic)?;
        let mut entered = false;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                entered = true;
                future().await
            })
        }));
        polled.map_err(|_| match entered {
            true => Failure::Panic,
            // A task that gave up its budget, which the look before does not see.
            false => Failure::Error(in_a_task()),
        })
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        if may_block().is_ok() {
            // So that the driver can take its leave of the server.
            let _ = catch_unwind(AssertUnwindSafe(|| runtime.block_on(tokio::task::yield_now())));
        }
        runtime.shutdown_background();
    }
}

/// Why a call has no result.
enum Failure {
    Error(Error),
    /// The driver panicked.
    Panic,
}

impl Failure {
    /// Gives the error, and notes whether it leaves the connection unusable.
    #[cold]
    fn noted(self, broken: &mut bool) -> Error {
        *broken |= matches!(self, Self::Panic);
        self.into_error()
    }

    #[cold]
    fn into_error(self) -> Error {
        match self {
            Self::Error(error) => error,
            Self::Panic => {
                let message =
                    "the database driver failed in a way that it does not foresee; the connection is closed";
                Error::new(ErrorKind::ConnectionLost, message).with_outcome(Outcome::Unknown)
            }
        }
    }
}

/// A sink whose panic does not pass through the driver but around it.
struct Guarded<'s> {
    sink: &'s mut dyn RowSink,
    panic: Option<Box<dyn std::any::Any + Send>>,
}

impl<'s> Guarded<'s> {
    fn new(sink: &'s mut dyn RowSink) -> Self {
        Self { sink, panic: None }
    }

    /// Goes on with the sink's panic, or gives the result.
    fn end<T>(self, result: T) -> T {
        match self.panic {
            Some(panic) => resume_unwind(panic),
            None => result,
        }
    }
}

impl RowSink for Guarded<'_> {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        match catch_unwind(AssertUnwindSafe(|| self.sink.row(row))) {
            Ok(taken) => taken,
            Err(panic) => {
                self.panic = Some(panic);
                Ok(ControlFlow::Break(()))
            }
        }
    }
}
