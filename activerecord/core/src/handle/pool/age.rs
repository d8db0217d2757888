//! How old a connection is, and whether it has to show that it is still alive.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A connection that nobody used for longer than this is asked for a sign of life before it is used again.
pub(super) const UNASKED: Duration = Duration::from_millis(500);

/// How often a connection of a pool was lost: those that were idle then are asked for a sign of life.
#[derive(Debug, Clone, Default)]
pub(super) struct Losses(Arc<AtomicU32>);

impl Losses {
    pub(super) fn count(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    fn another(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// Since when a connection is open and idle.
#[derive(Debug, Clone)]
pub(in crate::handle) struct Age {
    /// When it is to be closed; `None` for never.
    expires: Option<Instant>,
    idle_since: Instant,
    losses: Losses,
    /// How many losses there were when it was used last.
    seen: u32,
}

impl Age {
    /// A connection that was just opened. Those that were opened together do not end together.
    pub(super) fn new(max_lifetime: Option<Duration>, losses: &Losses) -> Self {
        let now = Instant::now();
        Self {
            expires: max_lifetime.map(|longest| now + jittered(longest)),
            idle_since: now,
            seen: losses.count(),
            losses: losses.clone(),
        }
    }

    /// The same of another connection, opened just now.
    pub(super) fn of_new(&self, max_lifetime: Option<Duration>) -> Self {
        Self::new(max_lifetime, &self.losses)
    }

    /// Takes note that the connection was lost: others may be lost with it.
    pub(in crate::handle) fn lost(&self) {
        self.losses.another();
    }

    /// Nobody uses it from now on.
    pub(in crate::handle) fn rest(&mut self, now: Instant) {
        self.idle_since = now;
        self.seen = self.losses.count();
    }

    /// Whether it can be used without a sign of life.
    pub(in crate::handle) fn is_fresh(&self, now: Instant) -> bool {
        let unasked = now.saturating_duration_since(self.idle_since);
        self.seen == self.losses.count() && unasked < UNASKED
    }

    /// Whether it is to be closed.
    pub(in crate::handle) fn has_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }
}

/// Up to a tenth less.
fn jittered(longest: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let part = u32::try_from(random % 1000).unwrap_or_default();
    longest - longest / 10_000 * part
}
