//! The runtime that all work on servers is done on.

use super::ServerError;
use std::fmt;
use std::future::Future;
use std::sync::mpsc::channel;
use tokio::runtime::{Builder, Runtime};

/// A runtime of its own, so that whoever waits for it may be on another one.
pub(super) struct Background(Option<Runtime>);

impl Background {
    pub(super) fn start() -> Result<Self, ServerError> {
        // More than one thread, since a container waits in its `drop`.
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime =
            runtime.map_err(|error| ServerError::from(&error).context("no runtime for the servers"))?;
        Ok(Self(Some(runtime)))
    }

    /// Runs a future and waits for its end, on whatever thread.
    pub(super) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, ServerError>> + Send + 'static,
    ) -> Result<T, ServerError> {
        let (told, told_here) = channel();
        if let Some(runtime) = &self.0 {
            runtime.spawn(async move {
                // The receiver waits below.
                let _ = told.send(future.await);
            });
        }
        let result = told_here.recv();
        result.unwrap_or_else(|_| Err(ServerError::new("the work on a server ended in a panic")))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // A plain drop would panic in an async task.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Background")
    }
}
