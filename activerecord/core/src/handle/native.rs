//! A natively async connection as it goes around, and what happens to it when its user went away.

use super::lease::Lease;
use super::line::Line;
use crate::driver::threaded::until;
use crate::driver::{AsyncConnection, Control};
use crate::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// How long a connection may take to come to rest after its user went away; past that it is closed.
const RELEASE: Duration = Duration::from_secs(1);

/// A natively async connection, and what was sent on it.
pub(crate) struct Native {
    pub(crate) connection: Arc<dyn AsyncConnection>,
    /// Where its driver's work goes on.
    pub(crate) runtime: Handle,
    /// How many statements were sent and not answered.
    in_flight: u32,
    /// A savepoint that was given up half way, by the depth to go back to.
    given_up: Option<u32>,
    /// Whether somebody is on the way to bring it to rest; where nobody comes it is closed.
    in_care: bool,
}

impl Native {
    pub(crate) fn new(connection: Arc<dyn AsyncConnection>, runtime: Handle) -> Self {
        Self {
            connection,
            runtime,
            in_flight: 0,
            given_up: None,
            in_care: false,
        }
    }

    pub(super) async fn control(&mut self, control: Control<'_>) -> Result<()> {
        self.connection.control(control).await
    }

    /// A statement is sent.
    #[inline]
    pub(super) fn depart(&mut self) -> Arc<dyn AsyncConnection> {
        self.in_flight += 1;
        self.connection.clone()
    }

    /// A statement was answered.
    pub(super) fn arrive(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Whether there is nothing to wait for and nothing to put in order.
    pub(super) fn is_at_rest(&self) -> bool {
        self.in_flight == 0 && self.given_up.is_none()
    }

    pub(super) fn give_up(&mut self, depth: u32) {
        let depth = self.given_up.map_or(depth, |other| other.min(depth));
        self.given_up = Some(depth);
    }

    pub(super) fn given_up(&self) -> Option<u32> {
        self.given_up
    }

    /// What was given up is undone.
    pub(super) fn forget_given_up(&mut self) {
        self.given_up = None;
    }

    /// Waits until nothing that was sent is unanswered; `stop` asks the database to end it.
    async fn land(&mut self, stop: bool) -> Result<()> {
        if self.in_flight == 0 {
            return Ok(());
        }
        if let Some(canceler) = self.connection.canceler().filter(|_| stop) {
            // What cannot be stopped ends by itself, or with the connection.
            let _ = canceler.cancel().await;
        }
        if !self.connection.is_usable() {
            return Err(restless());
        }
        // Answers come in order. The stop may come too late for its statement and hit the first sign of life.
        match self.connection.ping().await {
            Err(error) if error.kind() == ErrorKind::Canceled => self.connection.ping().await?,
            answer => answer?,
        }
        self.in_flight = 0;
        Ok(())
    }
}

impl Line {
    /// Whether only waiting can bring it to rest above a depth, and nobody does yet.
    pub(super) fn needs_care(&mut self, depth: u32) -> bool {
        let settled = self.is_settled_at(depth) && (depth > 0 || !self.is_in_transaction());
        let clean = depth > 0 || !self.raw;
        let Some(native) = self.native() else {
            return false;
        };
        let calm = settled && native.in_flight == 0 && native.given_up.is_none();
        let unrest = !(calm && clean);
        // What runs is stopped even where its connection is of no more use.
        let worth_it = native.in_flight > 0 || native.connection.is_usable();
        unrest && worth_it && !native.in_care
    }

    /// Whether something was sent and not answered.
    pub(super) fn is_in_flight(&mut self) -> bool {
        self.native().is_some_and(|native| native.in_flight > 0)
    }

    /// Brings the connection to rest: stops what still runs, undoes what was done above a depth.
    async fn bring_to_rest(&mut self, depth: u32, stop: bool) -> Result<()> {
        if let Some(native) = self.native() {
            native.land(stop).await?;
            native.forget_given_up();
        }
        if depth == 0 {
            self.clean().await?;
        }
        self.unwind(depth).await?;
        match depth {
            0 => self.reset().await,
            _ => Ok(()),
        }
    }
}

/// Brings a lease's connection to rest in the background; `then` gets it back with whether that came about.
///
/// Where the runtime of the connection has ended nobody does it, and the connection is closed.
pub(super) fn care_for(
    mut lease: Lease<'static>,
    depth: u32,
    stop: bool,
    then: impl FnOnce(Lease<'static>, Result<()>) + Send + 'static,
) {
    let Some(runtime) = begin_care(&mut lease) else {
        return;
    };
    runtime.spawn(async move {
        let rest = match lease.line() {
            Ok(line) => until(Instant::now() + RELEASE, line.bring_to_rest(depth, stop)).await,
            Err(error) => Some(Err(error)),
        };
        let rest = rest.unwrap_or_else(|| Err(restless()));
        if let (Ok(()), Some(native)) = (&rest, lease.line().ok().and_then(Line::native)) {
            native.in_care = false;
        }
        then(lease, rest);
    });
}

fn begin_care(lease: &mut Lease<'static>) -> Option<Handle> {
    let native = lease.line().ok()?.native()?;
    native.in_care = true;
    Some(native.runtime.clone())
}

#[cold]
fn restless() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the connection did not come to rest after its user went away; it was closed",
    )
}
