//! The place of a connection in r2d2 or bb8.

use super::age::Age;

/// A pooled connection; empty while it is leased, or once it was lost.
pub(crate) struct Slot<C> {
    pub(super) connection: Option<C>,
    pub(super) age: Age,
}

impl<C> Slot<C> {
    pub(super) fn new(connection: C, age: Age) -> Self {
        Self {
            connection: Some(connection),
            age,
        }
    }

    /// Takes the connection back. Without one the place counts as broken.
    pub(super) fn take_back(&mut self, connection: Option<C>) {
        self.connection = connection;
    }
}
