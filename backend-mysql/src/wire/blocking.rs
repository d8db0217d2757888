//! The wire without a runtime: each call waits for its answer.
//!
//! It is our own over `mysql_common`, which has the packets and the ways to log in. The `mysql` crate tells nobody
//! whether a transaction is open, trusts authorities of its own where a server is to be verified, and does not let
//! the wait for an answer be bounded.

mod handshake;
mod packets;
mod prepared;
mod stream;

use self::packets::Packets;
pub(crate) use self::prepared::BlockingPrepared;
use super::{Told, Wire};
use crate::caught::caught;
use crate::config::Mysql;
use crate::error::Failure;
use crate::tls::SslMode;
use crate::value::PacketRow;
use activerecord_core::ErrorKind;
use mysql_common::constants::{Command, MAX_PAYLOAD_LEN, MariadbCapabilities};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{ComStmtClose, ComStmtExecuteRequestBuilder, ComStmtSendLongData};
use mysql_common::proto::{MySerialize, Text};
use mysql_common::row::{Row, RowDeserializer};
use mysql_common::value::Value;
use std::time::{Duration, Instant};

/// A connection that blocks.
pub(crate) struct BlockingConn {
    packets: Packets,
    id: u32,
    /// Whether the server leaves out the columns of a statement where they are as before.
    may_skip_columns: bool,
    /// Whether rows are still to be read.
    has_rows: bool,
    /// Whether an answer has begun or is still to come, which only the call that asked can take.
    awaits: bool,
    /// The columns of an answer, as they were sent.
    columns: Vec<u8>,
}

impl BlockingConn {
    fn new(packets: Packets, id: u32, extended: MariadbCapabilities) -> Self {
        Self {
            packets,
            id,
            may_skip_columns: extended.contains(MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA),
            has_rows: false,
            awaits: false,
            columns: Vec::new(),
        }
    }

    /// Sends a command and takes its answer.
    fn ask<T>(
        &mut self,
        command: &impl MySerialize,
        answer: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.is_disconnected() {
            return Err(gone());
        }
        self.read_to_the_end()?;
        self.awaits = true;
        self.packets.command(command)?;
        let answered = answer(self);
        self.awaits = matches!(&answered, Err(failure) if failure.is_fatal());
        answered
    }

    fn ask_for_ok(&mut self, command: Command) -> Result<(), Failure> {
        self.ask(&Plain(command, &[]), |conn| {
            conn.packets.read()?;
            conn.packets.take_ok()
        })
    }

    fn run(&mut self, prepared: &BlockingPrepared, values: &[Value]) -> Result<(), Failure> {
        let (request, in_pieces) = ComStmtExecuteRequestBuilder::new(prepared.id()).build(values);
        if in_pieces {
            self.read_to_the_end()?;
            self.send_pieces(prepared.id(), values)?;
        }
        self.ask(&request, |conn| conn.read_head(Some(prepared)))
    }

    /// Sends what does not fit into one packet ahead of the statement.
    fn send_pieces(&mut self, id: u32, values: &[Value]) -> Result<(), Failure> {
        const LARGEST_PIECE: usize = MAX_PAYLOAD_LEN - 6;
        for (index, value) in (0..).zip(values) {
            let Value::Bytes(bytes) = value else { continue };
            let empty = bytes.is_empty().then_some(&[][..]);
            for piece in bytes.chunks(LARGEST_PIECE).chain(empty) {
                self.packets
                    .command(&ComStmtSendLongData::new(id, index, piece))?;
            }
        }
        Ok(())
    }

    /// Reads an answer up to its first row.
    fn read_head(&mut self, prepared: Option<&BlockingPrepared>) -> Result<(), Failure> {
        self.packets.read()?;
        let mut head = ParseBuf(self.packets.bytes());
        match head.0.first() {
            Some(0x00) => return self.packets.take_ok(),
            Some(0xfb) => return Err(asks_for_a_file()),
            _ => {}
        }
        let count = head.checked_eat_lenenc_int().ok_or_else(Packets::unexpected)?;
        // There are no wider rows, and a larger number would have us wait for what never comes.
        let count = u16::try_from(count).map_err(|_| Packets::unexpected())?;
        let columns = match prepared {
            Some(prepared) if self.may_skip_columns && head.0.first() == Some(&0) => {
                let columns = prepared.columns();
                if columns.len() != usize::from(count) {
                    return Err(Packets::unexpected());
                }
                columns
            }
            Some(prepared) => {
                self.read_columns(count)?;
                prepared.columns_of(&self.columns)?
            }
            None => {
                self.read_columns(count)?;
                prepared::parsed(&self.columns)?
            }
        };
        self.packets.read_mark()?;
        self.packets.packet.0.expect(columns);
        self.has_rows = true;
        Ok(())
    }

    /// Reads so many columns, as they are sent.
    fn read_columns(&mut self, count: u16) -> Result<(), Failure> {
        self.columns.clear();
        for _ in 0..count {
            self.packets.read()?;
            prepared::keep(&mut self.columns, self.packets.bytes());
        }
        Ok(())
    }

    fn prepare_now(&mut self, sql: &str) -> Result<BlockingPrepared, Failure> {
        self.ask(&Plain(Command::COM_STMT_PREPARE, sql.as_bytes()), |conn| {
            conn.packets.read()?;
            let packet = ParseBuf(conn.packets.bytes()).parse(())?;
            let prepared = BlockingPrepared::new(&packet);
            for count in [packet.num_params(), packet.num_columns()] {
                if count > 0 {
                    conn.read_columns(count)?;
                    conn.packets.read_mark()?;
                }
            }
            if packet.num_columns() > 0 {
                prepared.columns_of(&conn.columns)?;
            }
            Ok(prepared)
        })
    }

    /// Reads the packet of a row, or the end of the rows.
    fn read_row(&mut self) -> Result<bool, Failure> {
        let is_row = self.packets.read().and_then(|()| Ok(!self.packets.take_end()?));
        self.has_rows = match &is_row {
            Ok(is_row) => *is_row,
            // After one that came too late the rest is still to be read.
            Err(failure) => failure.is_fatal(),
        };
        is_row
    }

    fn read_to_the_end(&mut self) -> Result<(), Failure> {
        loop {
            while self.has_rows {
                self.read_row()?;
            }
            if !self.packets.told.is_some_and(Told::more_follows) {
                return Ok(());
            }
            self.awaits = true;
            let next = self.read_head(None);
            self.awaits = matches!(&next, Err(failure) if failure.is_fatal());
            next?;
        }
    }

    fn query_now(&mut self, sql: &str) -> Result<(), Failure> {
        self.ask(&Plain(Command::COM_QUERY, sql.as_bytes()), |conn| {
            conn.read_head(None)
        })
    }

    fn first_now(&mut self, sql: &str) -> Result<Option<Row>, Failure> {
        self.query_now(sql)?;
        let row = match self.has_rows && self.read_row()? {
            true => {
                let columns = prepared::parsed(&self.columns)?;
                let row = ParseBuf(self.packets.bytes()).parse::<RowDeserializer<(), Text>>(columns)?;
                Some(row.into_inner())
            }
            false => None,
        };
        self.read_to_the_end()?;
        Ok(row)
    }
}

impl Wire for BlockingConn {
    type Prepared = BlockingPrepared;
    type Row = PacketRow;

    async fn connect(mysql: &Mysql, mode: SslMode, until: Option<Instant>) -> Result<Self, Failure> {
        caught(|| handshake::connect(mysql, mode, until))
    }

    fn bound(&mut self, until: Option<Instant>) {
        self.packets.bound(until);
    }

    fn id(&self) -> u32 {
        self.id
    }

    fn is_disconnected(&self) -> bool {
        self.awaits || self.packets.is_closed()
    }

    async fn prepare(&mut self, sql: &str) -> Result<BlockingPrepared, Failure> {
        caught(|| self.prepare_now(sql))
    }

    async fn execute(&mut self, prepared: &BlockingPrepared, values: Vec<Value>) -> Result<(), Failure> {
        caught(|| self.run(prepared, &values))
    }

    async fn close(&mut self, prepared: BlockingPrepared) -> Result<(), Failure> {
        self.read_to_the_end()?;
        // To this the server gives no answer.
        self.packets.command(&ComStmtClose::new(prepared.id()))
    }

    async fn next(&mut self) -> Result<bool, Failure> {
        if !self.has_rows {
            return Ok(false);
        }
        caught(|| {
            let is_row = self.read_row()?;
            if is_row {
                self.packets.packet.0.find_cells()?;
            }
            Ok(is_row)
        })
    }

    fn row(&self) -> &PacketRow {
        &self.packets.packet
    }

    fn is_over(&self) -> bool {
        !self.has_rows && self.told().is_some_and(|told| !told.more_follows())
    }

    async fn drain(&mut self) -> Result<(), Failure> {
        caught(|| self.read_to_the_end())
    }

    async fn query(&mut self, sql: &str) -> Result<(), Failure> {
        caught(|| {
            self.query_now(sql)?;
            self.read_to_the_end()
        })
    }

    async fn first(&mut self, sql: &str) -> Result<Option<Row>, Failure> {
        caught(|| self.first_now(sql))
    }

    async fn reset(&mut self) -> Result<(), Failure> {
        caught(|| self.ask_for_ok(Command::COM_RESET_CONNECTION))
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        caught(|| self.ask_for_ok(Command::COM_PING))
    }

    fn told(&self) -> Option<Told> {
        self.packets.told
    }
}

/// Takes leave of the server.
impl Drop for BlockingConn {
    fn drop(&mut self) {
        const LONGEST: Duration = Duration::from_millis(100);
        if !self.is_disconnected() {
            self.bound(Some(Instant::now() + LONGEST));
            // The server notices by itself that nobody is there any more.
            let _ = self.packets.command(&Plain(Command::COM_QUIT, &[]));
        }
    }
}

/// A command that is its number and bytes as they are.
struct Plain<'b>(Command, &'b [u8]);

impl MySerialize for Plain<'_> {
    fn serialize(&self, out: &mut Vec<u8>) {
        out.push(self.0 as u8);
        out.extend_from_slice(self.1);
    }
}

#[cold]
fn gone() -> Failure {
    Failure::Driver(
        ErrorKind::ConnectionLost,
        "the connection was left in the middle of an answer".into(),
    )
}

/// Which it is told not to do; nothing of this machine is sent.
#[cold]
fn asks_for_a_file() -> Failure {
    Failure::Driver(
        ErrorKind::Unsupported,
        "the server asks for a file of this machine".into(),
    )
}
