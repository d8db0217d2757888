//! The panics of a driver.

use crate::error::Failure;
use activerecord_core::ErrorKind;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Awaits a call of a driver. Where it panics over an answer that it did not foresee, that is an error after which the
/// connection is not used again.
pub(crate) async fn caught<T, E: Into<Failure>>(
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, Failure> {
    let mut call = pin!(call);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.map_or_else(
            |_| Poll::Ready(Err(unforeseen())),
            |polled| polled.map_err(Into::into),
        )
    })
    .await
}

#[cold]
fn unforeseen() -> Failure {
    Failure::Driver(
        ErrorKind::ConnectionLost,
        "the driver failed over an answer that it did not foresee".into(),
    )
}
