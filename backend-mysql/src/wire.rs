//! What goes over the wire, by a driver of either mode.

mod asynchronous;
mod blocking;

pub(crate) use self::asynchronous::AsyncConn;
pub(crate) use self::blocking::BlockingConn;
use crate::config::Mysql;
use crate::error::Failure;
use crate::tls::SslMode;
use activerecord_core::Row;
use mysql_common::constants::StatusFlags;
use mysql_common::packets::OkPacket;
use mysql_common::value::Value;
use std::future::Future;
use std::time::Instant;

/// A connection as its driver has it. Everything that is done over it is written once, over this; the futures of a
/// blocking one are ready at their first poll.
///
/// # Cancel safety
///
/// A future that is dropped may leave the connection in the middle of an answer, and the connection says so, but for
/// [`next`](Self::next) and [`drain`](Self::drain): what these leave the next call of them reads.
pub(crate) trait Wire: Send + Sized + 'static {
    /// A statement that the server has prepared.
    type Prepared: Prepared;
    /// A row in the driver's hands.
    type Row: Row;

    /// Connects, in the mode given. A blocking connection waits until `until` at most, in what follows too, until it
    /// is [bounded](Self::bound) otherwise.
    fn connect(
        mysql: &Mysql,
        mode: SslMode,
        until: Option<Instant>,
    ) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// Waits until then at most, where waits are bounded here and not by whoever polls.
    fn bound(&mut self, until: Option<Instant>);

    /// The connection's number, by which it is killed.
    fn id(&self) -> u32;

    /// Whether it is closed, or was left in the middle of an answer.
    fn is_disconnected(&self) -> bool;

    /// Prepares a statement.
    fn prepare(&mut self, sql: &str) -> impl Future<Output = Result<Self::Prepared, Failure>> + Send;

    /// Runs a prepared statement up to its first row.
    fn execute(
        &mut self,
        prepared: &Self::Prepared,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Closes a prepared statement.
    fn close(&mut self, prepared: Self::Prepared) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Reads the next row of an answer; `false` after the last one.
    fn next(&mut self) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// The row that was read last.
    fn row(&self) -> &Self::Row;

    /// Whether nothing follows the rows that were read to the last one.
    fn is_over(&self) -> bool;

    /// Reads an answer to its end, so that an error in it is told.
    fn drain(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Runs a text, which may hold several statements, for its effect.
    fn query(&mut self, sql: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Runs a text for its first row.
    fn first(
        &mut self,
        sql: &str,
    ) -> impl Future<Output = Result<Option<mysql_common::row::Row>, Failure>> + Send;

    /// Makes the session as it was at first, without prepared statements.
    fn reset(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Asks for a sign of life.
    fn ping(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What the server said at the end of the last answer; nothing where that was an error.
    fn told(&self) -> Option<Told>;
}

/// A statement that the server has prepared.
pub(crate) trait Prepared: Clone + Send + Sync + 'static {
    /// How many parameters it has.
    fn params(&self) -> u16;
}

/// What the server says at the end of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    /// The rows that were written.
    pub(crate) rows: u64,
    /// The first key that was generated.
    pub(crate) key: Option<u64>,
    pub(crate) status: StatusFlags,
}

impl Told {
    /// Whether a transaction is open.
    pub(crate) fn in_transaction(self) -> bool {
        self.status.contains(StatusFlags::SERVER_STATUS_IN_TRANS)
    }

    /// Whether another answer follows.
    pub(crate) fn more_follows(self) -> bool {
        self.status.contains(StatusFlags::SERVER_MORE_RESULTS_EXISTS)
    }
}

impl From<&OkPacket<'_>> for Told {
    fn from(ok: &OkPacket<'_>) -> Self {
        Self {
            rows: ok.affected_rows(),
            key: ok.last_insert_id(),
            status: ok.status_flags(),
        }
    }
}
