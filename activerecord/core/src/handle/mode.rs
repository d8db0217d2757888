//! The mode of a call: what a verb gives back is decided by the handle it is given.

use crate::engine::Call;
use crate::error::{Error, Result};
use crate::sql::Dialect;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How a handle's calls return.
pub trait Mode {
    /// What a verb gives back: a `Result`, or a future of one.
    type Returns<'a, T: 'a, E: 'a>;
}

/// Calls block and give a `Result`.
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

/// Calls give a future.
#[derive(Debug, Clone, Copy)]
pub struct Asynchronous;

/// Calls inside an operation, awaited whatever the mode outside.
#[derive(Debug, Clone, Copy)]
pub struct Within;

impl Mode for Blocking {
    type Returns<'a, T: 'a, E: 'a> = Result<T, E>;
}

impl Mode for Asynchronous {
    type Returns<'a, T: 'a, E: 'a> = Pending<'a, T, E>;
}

impl Mode for Within {
    type Returns<'a, T: 'a, E: 'a> = Pending<'a, T, E>;
}

/// What a verb gives back: a `Result` from a blocking handle, a [`Pending`] from an async one.
pub type Returns<'a, H, T, E = Error> = <<H as Handle>::Mode as Mode>::Returns<'a, T, E>;

/// A database verb under way.
///
/// # Cancel safety
///
/// Dropped before its first poll it does nothing. Dropped later, a statement that has not started is withdrawn
/// and one that runs is interrupted; whether a write took effect is then not known, so an `Active` that it was
/// writing is in doubt until it is refreshed, and a transaction that it was in can only be rolled back.
#[must_use = "nothing runs until it is awaited"]
pub struct Pending<'a, T, E = Error>(Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>);

impl<'a, T, E> Pending<'a, T, E> {
    pub(crate) fn new(future: impl Future<Output = Result<T, E>> + Send + 'a) -> Self {
        Self(Box::pin(future))
    }
}

impl<T, E> Future for Pending<'_, T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T, E> fmt::Debug for Pending<'_, T, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Pending")
    }
}

/// A database handle: [`Database`](crate::Database), [`AsyncDatabase`](crate::AsyncDatabase), a transaction over
/// either, or the [`Session`](crate::Session) inside an operation; and references to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a database handle",
    label = "expected a database, a transaction or a session",
    note = "pass `&db`, or `tx` inside a transaction"
)]
pub trait Handle: sealed::Sealed + Send + Sync {
    /// How its calls return.
    type Mode: Mode;

    /// Runs the work of a verb.
    #[doc(hidden)]
    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Returns<'a, Self, C::Output, C::Error>;

    /// How the database's SQL reads.
    fn dialect(&self) -> &'static dyn Dialect;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

impl<H: Handle + ?Sized> sealed::Sealed for &H {}

impl<H: Handle> Handle for &H {
    type Mode = H::Mode;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Returns<'a, Self, C::Output, C::Error> {
        (**self).perform(call)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        (**self).dialect()
    }
}

impl<H: Handle + ?Sized> sealed::Sealed for std::sync::Arc<H> {}

impl<H: Handle> Handle for std::sync::Arc<H> {
    type Mode = H::Mode;

    fn perform<'a, C: Call + 'a>(&'a self, call: C) -> Returns<'a, Self, C::Output, C::Error> {
        (**self).perform(call)
    }

    fn dialect(&self) -> &'static dyn Dialect {
        (**self).dialect()
    }
}
