//! The driver's panics.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Awaits a call of the driver. Where it panics over an answer that it did not foresee, that is an error after which
/// the connection is not used again.
pub(crate) async fn caught<T>(call: impl Future<Output = mysql_async::Result<T>>) -> mysql_async::Result<T> {
    let mut call = pin!(call);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(unforeseen())))
    })
    .await
}

#[cold]
fn unforeseen() -> mysql_async::Error {
    mysql_async::Error::Other("the driver failed over an answer that it did not foresee".into())
}
