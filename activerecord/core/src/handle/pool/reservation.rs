//! The right to one connection, and to write.

use super::store::{Kept, Permit};
use super::{Gate, Pool};
use crate::error::Result;
use crate::handle::Lease;
use std::sync::Arc;

/// A connection's permit, and with it the turn to write where that is needed; given back when dropped.
pub(crate) struct Reservation {
    pub(crate) pool: Arc<Pool>,
    permit: Permit,
    lane: bool,
}

impl Reservation {
    pub(super) fn new(pool: Arc<Pool>, permit: Permit, lane: bool) -> Self {
        Self { pool, permit, lane }
    }

    /// Takes the connection. It may have to be opened first, which blocks.
    pub(crate) fn lease(mut self) -> Result<Lease> {
        let kept = match (self.permit.take(), &self.pool.store) {
            (Some(kept), _) => kept,
            (None, Some(store)) => store.take()?,
            (None, None) => return Err(super::gone()),
        };
        Ok(Lease::new(self, kept))
    }

    /// Takes a connection back that can be used again.
    pub(crate) fn put_back(&mut self, kept: Kept) {
        if self.pool.is_closed() {
            kept.close();
        } else if self.pool.keeps {
            self.permit = Some(kept);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.pool.gate.leave(self.permit.take());
        if let Some(lane) = self.pool.lane.as_ref().filter(|_| self.lane) {
            lane.leave(());
        }
    }
}

/// The turn to write, passed on where the wait for a connection ends early.
pub(super) struct Turn<'a>(pub(super) &'a Gate<()>);

impl<'a> Turn<'a> {
    pub(super) fn of(lane: &'a Gate<()>, entered: Option<()>) -> Option<Self> {
        entered.map(|()| Self(lane))
    }

    /// Leaves it to the reservation to pass the turn on, and says whether there is one.
    pub(super) fn keep(turn: Option<Self>) -> bool {
        turn.map(std::mem::forget).is_some()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.leave(());
    }
}
