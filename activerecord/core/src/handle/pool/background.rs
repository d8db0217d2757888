//! Work that goes on without its caller: on threads of the database, or in the runtime of its connections.

use super::Pool;
use crate::driver::threaded::{Workers, blocking, detached};
use crate::engine::now;
use crate::error::Result;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;
#[cfg(feature = "native")]
use {
    std::pin::Pin,
    std::task::{Context, Poll},
    tokio::runtime::Handle,
};

impl Pool {
    /// Runs work to its end, whether anybody waits for it or not: on a thread of the database, or here and, where the
    /// caller goes away in the middle of it, in the runtime of its connections.
    ///
    /// # Errors
    ///
    /// Where nobody took the work.
    pub(crate) async fn drive<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<Result<T>> {
        #[cfg(feature = "native")]
        if self.is_native() {
            let runtime = self.native_store()?.runtime.clone();
            return Ok(Attended::new(work, runtime).await);
        }
        blocking(self.workers(), move || now(pin!(work))).await
    }

    /// Runs work to its end, and does not wait.
    pub(crate) fn drive_unattended(&self, work: impl Future<Output = Result<()>> + Send + 'static) {
        #[cfg(feature = "native")]
        if self.is_native() {
            // Where the runtime has ended, the connection is closed as the work is dropped.
            if let Ok(store) = self.native_store() {
                store.runtime.spawn(work);
            }
            return;
        }
        detached(self.workers(), move || drop(now(pin!(work))));
    }

    /// The threads that async handles over this database run their work on.
    pub(crate) fn workers(&self) -> &Arc<Workers> {
        self.workers.get_or_init(|| Workers::new(self.size))
    }

    /// Ends the threads once their work is done, and waits for that, but no longer than for a connection.
    pub(crate) fn join_workers(&self) {
        if let Some(workers) = self.workers.get() {
            workers.close(Instant::now() + self.timeout);
        }
    }
}

/// Work that goes on in a runtime where its caller goes away after it has begun.
#[cfg(feature = "native")]
struct Attended<F: Future<Output: Send> + Send + 'static> {
    work: Option<Pin<Box<F>>>,
    begun: bool,
    runtime: Handle,
}

#[cfg(feature = "native")]
impl<F: Future<Output: Send> + Send + 'static> Attended<F> {
    fn new(work: F, runtime: Handle) -> Self {
        Self {
            work: Some(Box::pin(work)),
            begun: false,
            runtime,
        }
    }
}

#[cfg(feature = "native")]
impl<F: Future<Output: Send> + Send + 'static> Future for Attended<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.begun = true;
        // Where it panics, nothing of it is left to go on with.
        let Some(mut work) = self.work.take() else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

#[cfg(feature = "native")]
impl<F: Future<Output: Send> + Send + 'static> Drop for Attended<F> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take().filter(|_| self.begun) {
            // Where the runtime has ended, the connection is closed as the work is dropped.
            self.runtime.spawn(async move { drop(work.await) });
        }
    }
}
