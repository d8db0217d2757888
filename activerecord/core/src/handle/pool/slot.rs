//! The place of a connection in r2d2 or bb8.

use super::age::{Age, Losses};

/// A pooled connection; empty while it is leased, or once it was lost.
pub(crate) struct Slot<C> {
    pub(super) connection: Option<C>,
    pub(super) age: Age,
    losses: Losses,
}

impl<C> Slot<C> {
    pub(super) fn new(connection: C, age: Age, losses: &Losses) -> Self {
        Self {
            connection: Some(connection),
            age,
            losses: losses.clone(),
        }
    }

    /// Whether the connection is to be closed.
    pub(super) fn has_expired(&self) -> bool {
        self.age.has_expired()
    }

    /// Whether the connection can be used without a sign of life, though nobody has used it since it last rested.
    pub(super) fn is_fresh(&self) -> bool {
        !self.has_expired() && self.age.is_fresh(&self.losses)
    }

    /// Nobody uses the connection from here on.
    pub(super) fn rest(&mut self) {
        self.age.rest(&self.losses);
    }

    /// Takes the connection back. Without one the place counts as broken.
    pub(super) fn take_back(&mut self, connection: Option<C>) {
        self.connection = connection;
    }
}
