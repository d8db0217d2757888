//! The adapter that makes a blocking connection async: whole operations move to threads.
//!
//! One hop per operation, nothing borrowed. A job that has not started is withdrawn when its future is dropped;
//! one that runs is interrupted, under a lock that its end takes as well, so that no later operation on the same
//! connection is ever hit. No executor is needed: any that polls futures will do.
mod errand;
mod task;
mod workers;

pub(crate) use self::errand::{blocking, detached, elsewhere};
pub(crate) use self::task::run;
pub(crate) use self::workers::{Job, Workers};

use crate::error::Result;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

/// Waits for a future until a deadline.
pub(crate) async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut delay = None;
    std::future::poll_fn(move |context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // The timer is made only where there is a wait at all.
        let delay = delay.get_or_insert_with(|| {
            futures_timer::Delay::new(deadline.saturating_duration_since(Instant::now()))
        });
        Pin::new(delay).poll(context).map(|()| None)
    })
    .await
}

/// Hands a job over.
pub(crate) fn submit(workers: &Arc<Workers>, job: Arc<dyn Job>) -> Result<()> {
    workers.submit(job)
}
