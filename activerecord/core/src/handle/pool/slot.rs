//! The place of a connection in r2d2 or bb8, and how many connections there are.

use super::age::{Age, Losses};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A pooled connection. The pools make empty places alone, at once: a connection is opened by the one who needs it, who
/// then hears why it cannot be.
pub(crate) struct Slot<C> {
    /// Empty before it was opened, while it is leased, and once it was lost.
    connection: Option<(C, Count)>,
    /// Its part in the connections that there may be.
    seat: Option<Count>,
    pub(super) age: Age,
    /// Whether the pool has just made it.
    unused: bool,
    at_home: Counter,
}

impl<C> Slot<C> {
    /// An empty place.
    pub(super) fn empty(losses: &Losses, at_home: &Counter) -> Self {
        Self {
            connection: None,
            seat: None,
            age: Age::new(None, losses),
            unused: true,
            at_home: at_home.clone(),
        }
    }

    /// A connection that was just opened is part of it from here on.
    pub(super) fn opened(&mut self, seat: Count, max_lifetime: Option<Duration>) {
        self.age = self.age.of_new(max_lifetime);
        self.seat = Some(seat);
        self.unused = false;
    }

    /// The connection, where there is one.
    pub(super) fn take(&mut self) -> Option<C> {
        self.unused = false;
        self.connection.take().map(|(connection, _)| connection)
    }

    /// Takes the connection back. Without one the place counts as broken.
    pub(super) fn take_back(&mut self, connection: Option<C>) {
        self.connection = connection.map(|connection| (connection, self.at_home.count()));
    }

    /// Closes what is there; `false` where nothing is.
    pub(super) fn close(&mut self) -> bool {
        self.unused = false;
        let closed = self.connection.take().is_some();
        self.seat = None;
        closed
    }

    /// Whether it is of no more use.
    pub(super) fn is_broken(&self, is_usable: impl FnOnce(&C) -> bool) -> bool {
        let usable =
            |(connection, _): &(C, Count)| is_usable(connection) && !self.age.has_expired(Instant::now());
        !self.unused && !self.connection.as_ref().is_some_and(usable)
    }
}

/// How many there are of something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU32>);

/// One of what is counted, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Count(Counter);

impl Counter {
    pub(super) fn count(&self) -> Count {
        self.0.fetch_add(1, Ordering::AcqRel);
        Count(self.clone())
    }

    /// One more, where there are fewer than so many.
    pub(super) fn count_within(&self, most: usize) -> Option<Count> {
        let more = |now: u32| (now as usize) < most;
        let counted = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
            more(now).then(|| now.saturating_add(1))
        });
        counted.ok().map(|_| Count(self.clone()))
    }

    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}
