//! What a backend implements, and the adapters that give it the mode its driver lacks.

#[cfg(feature = "native")]
mod asynchronous;
#[cfg(feature = "native")]
mod block_on;
mod capabilities;
mod connection;
#[cfg(feature = "native")]
mod may_block;
mod row;
mod statement;
#[cfg(feature = "async")]
pub(crate) mod stop;
#[cfg(feature = "native")]
mod stopper;
#[cfg(feature = "async")]
pub(crate) mod threaded;
mod transaction;

#[cfg(feature = "native")]
pub use self::asynchronous::{Answer, AsyncBackend, AsyncConnection, AsyncCursor, Cancel};
#[cfg(feature = "native")]
pub use self::block_on::BlockOn;
pub use self::capabilities::Capabilities;
pub use self::connection::{Backend, Connection, Cursor, Interrupt, OpenCursor, Repeat};
#[cfg(feature = "native")]
pub use self::may_block::may_block;
pub use self::row::{Row, RowSink};
pub use self::statement::{Statement, Written};
#[cfg(feature = "native")]
pub use self::stopper::Stopper;
pub use self::transaction::{Control, Isolation, TransactionOptions, options};
