//! What a database can do, as data.

use super::Isolation;

/// What a database can and cannot do; what it cannot gives [`Unsupported`](crate::ErrorKind::Unsupported)
/// before anything is sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Capabilities {
    /// Only one connection at a time may write, so writers queue in a lane of their own.
    pub single_writer: bool,
    /// The database lives in its one connection, which is never closed and opened again (`:memory:`).
    pub single_connection: bool,
    /// A connection does not age: nothing between here and the database closes it. The pool then keeps it at hand;
    /// else it goes back to r2d2, which closes what is idle or old.
    pub keeps_connections: bool,
    /// A natively async connection serves several statements at a time, in the order they were sent.
    pub pipelines: bool,
    /// The isolation levels that a transaction may ask for.
    pub isolation: &'static [Isolation],
    /// A transaction can wait for a state that no conflict can spoil.
    pub deferrable: bool,
    /// How many digits behind the second a time keeps; a finer one is refused.
    pub time_digits: u32,
    /// A decimal keeps the zeros at its end (`1.50` is not given back as `1.5`).
    pub decimal_scale: bool,
    /// Tables that are made or dropped in a transaction are rolled back with it; else making or dropping one there is
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
    pub transactional_ddl: bool,
}

impl Capabilities {
    /// A server that takes many writers and knows every isolation level.
    pub fn server() -> Self {
        Self {
            single_writer: false,
            single_connection: false,
            keeps_connections: false,
            pipelines: false,
            isolation: &[
                Isolation::ReadUncommitted,
                Isolation::ReadCommitted,
                Isolation::RepeatableRead,
                Isolation::Serializable,
            ],
            deferrable: false,
            time_digits: 6,
            decimal_scale: true,
            transactional_ddl: true,
        }
    }

    /// One writer at a time, serializable: an embedded database.
    pub fn embedded() -> Self {
        Self {
            single_writer: true,
            single_connection: false,
            keeps_connections: true,
            pipelines: false,
            isolation: &[Isolation::Serializable],
            deferrable: false,
            time_digits: 9,
            decimal_scale: true,
            transactional_ddl: true,
        }
    }

    /// The same, in one connection that is the database.
    #[must_use]
    pub fn in_one_connection(mut self) -> Self {
        self.single_connection = true;
        self
    }
}
