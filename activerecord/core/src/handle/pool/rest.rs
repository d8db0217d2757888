//! Connections that nobody uses: where they rest, and how many they are.

#[cfg(feature = "native")]
use super::native::NativeSide;
use super::store::{self, Store};
use super::{Pool, PoolStatus, age};
use crate::handle::line::Line;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Pool {
    /// Lets a connection rest with its permit, where the next who comes finds it, be it one who waits already. Whoever
    /// takes it need not look for another then. If nobody does for a while, it goes home.
    #[inline(never)]
    pub(super) fn rest(self: &Arc<Self>, place: &mut Option<Line>) {
        let now = Instant::now();
        place.take_if(|line| !line.rest(now));
    }

    /// A permit was left, where a look at the free ones finds it. One that was taken before it lay there has missed it.
    #[inline]
    pub(super) fn permit_left(self: &Arc<Self>) {
        if self.is_closed() {
            self.close_free();
        } else if !self.keeps && !self.tidies.load(Ordering::Acquire) {
            self.tidy_later();
        }
    }

    #[cold]
    fn tidy_later(self: &Arc<Self>) {
        if self.tidies.swap(true, Ordering::AcqRel) {
            return;
        }
        let pool = Arc::downgrade(self);
        store::keeper().execute_after(age::UNASKED, move || {
            if let Some(pool) = pool.upgrade() {
                pool.tidy();
            }
        });
    }

    /// Sends the connections home that nobody used for a while: there they are closed when they are idle for longer or
    /// old.
    fn tidy(self: &Arc<Self>) {
        self.tidies.store(false, Ordering::Release);
        let now = Instant::now();
        let mut left = false;
        self.gate.look(|place| {
            // At home before its permit can be taken, whose taker would open another one.
            place.take_if(|line| !line.is_fresh(now));
            left |= place.is_some();
        });
        if left {
            self.tidy_later();
        }
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let mut resting = 0;
        let (free, waiting) = self.gate.look(|place| resting += usize::from(place.is_some()));
        PoolStatus {
            size: self.size,
            in_use: self.size - free,
            // One that goes home in between is seen twice.
            idle: (resting + self.at_home()).min(free),
            waiting,
            waiting_to_write: self.lane.as_ref().map_or(0, |lane| lane.look(|()| {}).1),
        }
    }

    /// How many connections are kept by r2d2 and bb8.
    fn at_home(&self) -> usize {
        let blocking = self.store.as_ref().map_or(0, Store::idle);
        #[cfg(feature = "native")]
        let native = self.native.as_ref().map_or(0, NativeSide::idle);
        #[cfg(not(feature = "native"))]
        let native = 0_u32;
        blocking as usize + native as usize
    }
}
