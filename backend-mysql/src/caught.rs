//! The panics of a driver: where it panics over an answer that it did not foresee, that is an error after which the
//! connection is not used again.

use crate::error::Failure;
use activerecord_core::ErrorKind;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

/// Does what a driver does at once.
pub(crate) fn caught<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(unforeseen()))
}

/// Awaits what a driver does. The future is not moved on its way here, which would make the caller's twice as large.
pub(crate) fn caught_async<T, E: Into<Failure>>(
    mut call: impl Future<Output = Result<T, E>> + Unpin,
) -> impl Future<Output = Result<T, Failure>> {
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut call).poll(context)));
        polled.map_or_else(
            |_| Poll::Ready(Err(unforeseen())),
            |polled| polled.map_err(Into::into),
        )
    })
}

#[cold]
fn unforeseen() -> Failure {
    Failure::Driver(
        ErrorKind::ConnectionLost,
        "the driver failed over an answer that it did not foresee".into(),
    )
}
