//! Work that goes on without its caller: on threads of the database, or in the runtime of its connections.

use super::Pool;
use crate::driver::threaded::{Workers, blocking, detached};
use crate::engine::now;
use crate::error::Result;
#[cfg(feature = "native")]
use crate::error::{Error, ErrorKind, Outcome};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

impl Pool {
    /// Runs work to its end, whether anybody waits for it or not: on a thread of the database, or in the runtime of
    /// its connections.
    ///
    /// # Errors
    ///
    /// Where nobody took the work, or it was torn: its outcome then says so.
    pub(crate) async fn drive<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<Result<T>> {
        #[cfg(feature = "native")]
        if self.is_native() {
            let task = self.native_store()?.runtime.spawn(work);
            return task.await.map_err(torn);
        }
        blocking(self.workers(), move || now(work)).await
    }

    /// Runs work that is undone where it is dropped: on a thread of the database, or here.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<Result<T>> {
        #[cfg(feature = "native")]
        if self.is_native() {
            return Ok(work.await);
        }
        blocking(self.workers(), move || now(work)).await
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
        detached(self.workers(), move || drop(now(work)));
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

#[cfg(feature = "native")]
#[cold]
fn torn(failure: tokio::task::JoinError) -> Error {
    let message = "the end of the transaction was torn: its runtime was shut down meanwhile";
    Error::new(ErrorKind::CommitUnknown, message)
        .with_outcome(Outcome::Unknown)
        .with_source(failure)
}
