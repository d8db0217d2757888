//! A server that one test has for itself.

use super::server::Keeper;
use super::{Server, ServerError};
use std::future::Future;
use std::ops::Deref;

/// A server that nobody else uses, so that it may be stopped and killed. It keeps its port and its data when it is
/// started again, and goes for good when it is dropped.
#[derive(Debug)]
pub struct PrivateServer {
    server: Server,
}

impl PrivateServer {
    pub(super) fn new(server: Server) -> Self {
        Self { server }
    }

    /// Stops it as an administrator does: connections are closed and what is open is rolled back.
    ///
    /// # Errors
    ///
    /// Where that fails.
    pub fn stop(&self) -> Result<(), ServerError> {
        self.keep("does not stop", |keeper| async move { keeper.stop().await })
    }

    /// Ends it at once, as a crash does.
    ///
    /// # Errors
    ///
    /// Where that fails.
    pub fn kill(&self) -> Result<(), ServerError> {
        self.keep("cannot be killed", |keeper| async move { keeper.kill().await })
    }

    /// Starts it again on its port, with its data, and waits until it can be used.
    ///
    /// # Errors
    ///
    /// Where it does not start.
    pub fn start(&self) -> Result<(), ServerError> {
        let (kind, url) = (self.server.kind, self.server.url.clone());
        self.keep("does not start again", |keeper| async move {
            keeper.start_again().await?;
            keeper.until_ready(kind, url).await.map(|_| ())
        })
    }

    fn keep<F>(&self, fault: &str, work: impl FnOnce(Keeper) -> F) -> Result<(), ServerError>
    where
        F: Future<Output = Result<(), ServerError>> + Send + 'static,
    {
        let Some(keeper) = self.server.keeper.clone() else {
            return Ok(());
        };
        let done = self.server.background.run(work(keeper));
        done.map_err(|error| error.context(format_args!("{} {fault}", self.server.kind)))
    }
}

impl Deref for PrivateServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
